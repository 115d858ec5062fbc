-- +goose Up
-- A letter that does not go out is tried more and more seldom, and given up in the
-- end. How many a customer gets is bounded.
ALTER TABLE shop_letter ADD COLUMN tries bigint NOT NULL DEFAULT 0;
ALTER TABLE shop_letter ADD COLUMN due bigint NOT NULL DEFAULT 0;
ALTER TABLE shop_letter ADD COLUMN failed bigint NOT NULL DEFAULT 0;
DROP INDEX shop_letter_sent;
CREATE INDEX shop_letter_due ON shop_letter (due, at) WHERE sent = 0 AND failed = 0;
CREATE INDEX shop_letter_customer ON shop_letter (customer, at);
-- A link to sign in with opens once.
CREATE TABLE shop_link (
    id text PRIMARY KEY,
    expiry bigint NOT NULL
);
CREATE INDEX shop_link_expiry ON shop_link (expiry);

-- +goose Down
DROP TABLE shop_link;
DROP INDEX shop_letter_customer;
DROP INDEX shop_letter_due;
CREATE INDEX shop_letter_sent ON shop_letter (sent, at);
ALTER TABLE shop_letter DROP COLUMN failed;
ALTER TABLE shop_letter DROP COLUMN due;
ALTER TABLE shop_letter DROP COLUMN tries;
