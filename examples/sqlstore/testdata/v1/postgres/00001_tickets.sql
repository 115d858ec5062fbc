-- +goose Up
-- Instants are microseconds since 1970 in UTC, exact in every zone and to the
-- year 9999; to_timestamp(created / 1e6) shows them.
CREATE TABLE kulanz_ticket (
    shop     text   NOT NULL,
    id       uuid   NOT NULL,
    kind     text   NOT NULL,
    version  bigint NOT NULL,
    state    text   NOT NULL,
    assignee text   NOT NULL,
    team     text   NOT NULL,
    priority text   NOT NULL,
    customer text   NOT NULL,
    due      bigint NOT NULL, -- 9223372036854775807: none, after all others
    created  bigint,
    updated  bigint,
    wake     bigint,
    labels   text   NOT NULL, -- JSON, as it comes back; kulanz_ticket_label finds by it
    data     bytea  NOT NULL,
    PRIMARY KEY (shop, id)
);
CREATE INDEX kulanz_ticket_by_created ON kulanz_ticket (shop, created, id);
CREATE INDEX kulanz_ticket_by_updated ON kulanz_ticket (shop, updated DESC, id);
CREATE INDEX kulanz_ticket_by_due ON kulanz_ticket (shop, due, id);
CREATE INDEX kulanz_ticket_by_wake ON kulanz_ticket (shop, wake, id) WHERE wake IS NOT NULL;
CREATE INDEX kulanz_ticket_by_customer ON kulanz_ticket (shop, customer, created, id);

CREATE TABLE kulanz_ticket_label (
    shop  text NOT NULL,
    label text NOT NULL,
    id    uuid NOT NULL,
    PRIMARY KEY (shop, label, id)
);
CREATE INDEX kulanz_ticket_label_id ON kulanz_ticket_label (shop, id);

CREATE TABLE kulanz_ticket_event (
    shop  text   NOT NULL,
    id    uuid   NOT NULL,
    seq   bigint NOT NULL,
    event uuid   NOT NULL,
    at    bigint,
    kind  text   NOT NULL,
    data  bytea  NOT NULL,
    PRIMARY KEY (shop, id, seq)
);

CREATE TABLE kulanz_ticket_key (
    shop      text   NOT NULL,
    kind      text   NOT NULL,
    hash      bytea  NOT NULL,
    digest    bytea  NOT NULL,
    expires   bigint,
    ref_shop  text   NOT NULL,
    ref_id    uuid   NOT NULL,
    first_seq bigint NOT NULL,
    last_seq  bigint NOT NULL,
    PRIMARY KEY (shop, kind, hash)
);
CREATE INDEX kulanz_ticket_key_expires ON kulanz_ticket_key (expires) WHERE expires IS NOT NULL;

-- What claims move: narrow, so that hiding a record touches few bytes, and the
-- instant from which it shows is in the index.
CREATE TABLE kulanz_ticket_due (
    shows    bigint NOT NULL,
    shop     text   NOT NULL,
    id       uuid   NOT NULL,
    attempts bigint NOT NULL,
    PRIMARY KEY (shop, id)
);
CREATE INDEX kulanz_ticket_due_shows ON kulanz_ticket_due (shows, id, shop);

-- +goose Down
DROP TABLE kulanz_ticket_due, kulanz_ticket_key, kulanz_ticket_event, kulanz_ticket_label, kulanz_ticket;
