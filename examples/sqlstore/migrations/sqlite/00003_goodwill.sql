-- +goose Up
-- Grants, and what was refunded of orders.
CREATE TABLE kulanz_goodwill (
    shop     text   NOT NULL,
    id       blob   NOT NULL,
    kind     text   NOT NULL,
    version  integer NOT NULL,
    state    text   NOT NULL,
    customer text   NOT NULL,
    created  integer,
    updated  integer,
    wake     integer,
    labels   text   NOT NULL, -- JSON, as it comes back; kulanz_goodwill_label finds by it
    data     blob  NOT NULL,
    PRIMARY KEY (shop, id)
) STRICT;
CREATE INDEX kulanz_goodwill_by_created ON kulanz_goodwill (shop, created, id);
CREATE INDEX kulanz_goodwill_by_updated ON kulanz_goodwill (shop, updated DESC, id);
CREATE INDEX kulanz_goodwill_by_wake ON kulanz_goodwill (shop, wake, id) WHERE wake IS NOT NULL;
CREATE INDEX kulanz_goodwill_by_customer ON kulanz_goodwill (shop, customer, created, id);

CREATE TABLE kulanz_goodwill_label (
    shop  text NOT NULL,
    label text NOT NULL,
    id    blob NOT NULL,
    PRIMARY KEY (shop, label, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX kulanz_goodwill_label_id ON kulanz_goodwill_label (shop, id);

CREATE TABLE kulanz_goodwill_key (
    shop     text   NOT NULL,
    kind     text   NOT NULL,
    hash     blob  NOT NULL,
    digest   blob  NOT NULL,
    expires  integer,
    ref_shop text   NOT NULL,
    ref_id   blob   NOT NULL,
    PRIMARY KEY (shop, kind, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX kulanz_goodwill_key_expires ON kulanz_goodwill_key (expires) WHERE expires IS NOT NULL;

-- The ledger: rows are only ever added. Amounts are whole minor units.
CREATE TABLE kulanz_goodwill_entry (
    shop         text   NOT NULL,
    id           blob   NOT NULL,
    grant_id     blob   NOT NULL,
    at           integer,
    phase        text   NOT NULL,
    debit        text   NOT NULL,
    credit       text   NOT NULL,
    amount       integer NOT NULL CHECK (amount > 0),
    currency     text   NOT NULL,
    cap          integer, -- null: no limit
    cap_currency text,
    PRIMARY KEY (shop, id)
) STRICT;
CREATE INDEX kulanz_goodwill_entry_grant ON kulanz_goodwill_entry (shop, grant_id, id);
CREATE INDEX kulanz_goodwill_entry_debit ON kulanz_goodwill_entry (shop, debit, id);
CREATE INDEX kulanz_goodwill_entry_credit ON kulanz_goodwill_entry (shop, credit, id);

-- What the entries of an account come to, debits less credits, so that caps are
-- checked without reading them all.
CREATE TABLE kulanz_goodwill_balance (
    shop     text   NOT NULL,
    account  text   NOT NULL,
    currency text   NOT NULL,
    pending  integer NOT NULL,
    posted   integer NOT NULL,
    PRIMARY KEY (shop, account, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE kulanz_goodwill_due (
    shows    integer NOT NULL,
    shop     text   NOT NULL,
    id       blob   NOT NULL,
    attempts integer NOT NULL,
    PRIMARY KEY (shop, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX kulanz_goodwill_due_shows ON kulanz_goodwill_due (shows, id, shop);

-- +goose Down
DROP TABLE kulanz_goodwill_due;
DROP TABLE kulanz_goodwill_balance;
DROP TABLE kulanz_goodwill_entry;
DROP TABLE kulanz_goodwill_key;
DROP TABLE kulanz_goodwill_label;
DROP TABLE kulanz_goodwill;
