-- +goose Up
-- Instants are microseconds since 1970 in UTC, exact in every zone and to the
-- year 9999; datetime(created / 1000000, 'unixepoch') shows them.
CREATE TABLE kulanz_ticket (
    shop     text   NOT NULL,
    id       blob   NOT NULL,
    kind     text   NOT NULL,
    version  integer NOT NULL,
    state    text   NOT NULL,
    assignee text   NOT NULL,
    team     text   NOT NULL,
    priority text   NOT NULL,
    customer text   NOT NULL,
    due      integer NOT NULL, -- 9223372036854775807: none, after all others
    created  integer,
    updated  integer,
    wake     integer,
    labels   text   NOT NULL, -- JSON, as it comes back; kulanz_ticket_label finds by it
    data     blob  NOT NULL,
    PRIMARY KEY (shop, id)
) STRICT;
CREATE INDEX kulanz_ticket_by_created ON kulanz_ticket (shop, created, id);
CREATE INDEX kulanz_ticket_by_updated ON kulanz_ticket (shop, updated DESC, id);
CREATE INDEX kulanz_ticket_by_due ON kulanz_ticket (shop, due, id);
CREATE INDEX kulanz_ticket_by_wake ON kulanz_ticket (shop, wake, id) WHERE wake IS NOT NULL;
CREATE INDEX kulanz_ticket_by_customer ON kulanz_ticket (shop, customer, created, id);

CREATE TABLE kulanz_ticket_label (
    shop  text NOT NULL,
    label text NOT NULL,
    id    blob NOT NULL,
    PRIMARY KEY (shop, label, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX kulanz_ticket_label_id ON kulanz_ticket_label (shop, id);

CREATE TABLE kulanz_ticket_event (
    shop  text   NOT NULL,
    id    blob   NOT NULL,
    seq   integer NOT NULL,
    event blob   NOT NULL,
    at    integer,
    kind  text   NOT NULL,
    data  blob  NOT NULL,
    PRIMARY KEY (shop, id, seq)
) STRICT;

CREATE TABLE kulanz_ticket_key (
    shop      text   NOT NULL,
    kind      text   NOT NULL,
    hash      blob  NOT NULL,
    digest    blob  NOT NULL,
    expires   integer,
    ref_shop  text   NOT NULL,
    ref_id    blob   NOT NULL,
    first_seq integer NOT NULL,
    last_seq  integer NOT NULL,
    PRIMARY KEY (shop, kind, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX kulanz_ticket_key_expires ON kulanz_ticket_key (expires) WHERE expires IS NOT NULL;

-- What claims move: narrow, so that hiding a record touches few bytes, and the
-- instant from which it shows is in the index.
CREATE TABLE kulanz_ticket_due (
    shows    integer NOT NULL,
    shop     text   NOT NULL,
    id       blob   NOT NULL,
    attempts integer NOT NULL,
    PRIMARY KEY (shop, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX kulanz_ticket_due_shows ON kulanz_ticket_due (shows, id, shop);

-- +goose Down
DROP TABLE kulanz_ticket_due;
DROP TABLE kulanz_ticket_key;
DROP TABLE kulanz_ticket_event;
DROP TABLE kulanz_ticket_label;
DROP TABLE kulanz_ticket;
