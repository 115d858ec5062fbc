-- +goose Up
-- Grants, and what was refunded of orders.
CREATE TABLE kulanz_goodwill (
    shop     text   NOT NULL,
    id       uuid   NOT NULL,
    kind     text   NOT NULL,
    version  bigint NOT NULL,
    state    text   NOT NULL,
    customer text   NOT NULL,
    created  bigint,
    updated  bigint,
    wake     bigint,
    labels   text   NOT NULL, -- JSON, as it comes back; kulanz_goodwill_label finds by it
    data     bytea  NOT NULL,
    PRIMARY KEY (shop, id)
);
CREATE INDEX kulanz_goodwill_by_created ON kulanz_goodwill (shop, created, id);
CREATE INDEX kulanz_goodwill_by_updated ON kulanz_goodwill (shop, updated DESC, id);
CREATE INDEX kulanz_goodwill_by_wake ON kulanz_goodwill (shop, wake, id) WHERE wake IS NOT NULL;
CREATE INDEX kulanz_goodwill_by_customer ON kulanz_goodwill (shop, customer, created, id);

CREATE TABLE kulanz_goodwill_label (
    shop  text NOT NULL,
    label text NOT NULL,
    id    uuid NOT NULL,
    PRIMARY KEY (shop, label, id)
);
CREATE INDEX kulanz_goodwill_label_id ON kulanz_goodwill_label (shop, id);

CREATE TABLE kulanz_goodwill_key (
    shop     text   NOT NULL,
    kind     text   NOT NULL,
    hash     bytea  NOT NULL,
    digest   bytea  NOT NULL,
    expires  bigint,
    ref_shop text   NOT NULL,
    ref_id   uuid   NOT NULL,
    PRIMARY KEY (shop, kind, hash)
);
CREATE INDEX kulanz_goodwill_key_expires ON kulanz_goodwill_key (expires) WHERE expires IS NOT NULL;

-- The ledger: rows are only ever added. Amounts are whole minor units.
CREATE TABLE kulanz_goodwill_entry (
    shop         text   NOT NULL,
    id           uuid   NOT NULL,
    grant_id     uuid   NOT NULL,
    at           bigint,
    phase        text   NOT NULL,
    debit        text   NOT NULL,
    credit       text   NOT NULL,
    amount       bigint NOT NULL CHECK (amount > 0),
    currency     text   NOT NULL,
    cap          bigint, -- null: no limit
    cap_currency text,
    PRIMARY KEY (shop, id)
);
CREATE INDEX kulanz_goodwill_entry_grant ON kulanz_goodwill_entry (shop, grant_id, id);
CREATE INDEX kulanz_goodwill_entry_debit ON kulanz_goodwill_entry (shop, debit, id);
CREATE INDEX kulanz_goodwill_entry_credit ON kulanz_goodwill_entry (shop, credit, id);

-- What the entries of an account come to, debits less credits, so that caps are
-- checked without reading them all.
CREATE TABLE kulanz_goodwill_balance (
    shop     text   NOT NULL,
    account  text   NOT NULL COLLATE "C",
    currency text   NOT NULL COLLATE "C",
    pending  bigint NOT NULL,
    posted   bigint NOT NULL,
    PRIMARY KEY (shop, account, currency)
);

CREATE TABLE kulanz_goodwill_due (
    shows    bigint NOT NULL,
    shop     text   NOT NULL,
    id       uuid   NOT NULL,
    attempts bigint NOT NULL,
    PRIMARY KEY (shop, id)
);
CREATE INDEX kulanz_goodwill_due_shows ON kulanz_goodwill_due (shows, id, shop);

-- +goose Down
DROP TABLE kulanz_goodwill_due, kulanz_goodwill_balance, kulanz_goodwill_entry, kulanz_goodwill_key, kulanz_goodwill_label,
    kulanz_goodwill;
