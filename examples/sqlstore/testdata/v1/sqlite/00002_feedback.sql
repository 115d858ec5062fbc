-- +goose Up
-- Invitations with their responses, customers, measures and logs.
CREATE TABLE kulanz_feedback (
    shop     text   NOT NULL,
    id       blob   NOT NULL,
    kind     text   NOT NULL,
    version  integer NOT NULL,
    state    text   NOT NULL,
    customer text   NOT NULL,
    created  integer,
    updated  integer,
    wake     integer,
    labels   text   NOT NULL, -- JSON, as it comes back; kulanz_feedback_label finds by it
    data     blob  NOT NULL,
    PRIMARY KEY (shop, id)
) STRICT;
CREATE INDEX kulanz_feedback_by_created ON kulanz_feedback (shop, created, id);
CREATE INDEX kulanz_feedback_by_updated ON kulanz_feedback (shop, updated DESC, id);
CREATE INDEX kulanz_feedback_by_wake ON kulanz_feedback (shop, wake, id) WHERE wake IS NOT NULL;
CREATE INDEX kulanz_feedback_by_customer ON kulanz_feedback (shop, customer, created, id);

CREATE TABLE kulanz_feedback_label (
    shop  text NOT NULL,
    label text NOT NULL,
    id    blob NOT NULL,
    PRIMARY KEY (shop, label, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX kulanz_feedback_label_id ON kulanz_feedback_label (shop, id);

CREATE TABLE kulanz_feedback_key (
    shop     text   NOT NULL,
    kind     text   NOT NULL,
    hash     blob  NOT NULL,
    expires  integer,
    ref_shop text   NOT NULL,
    ref_id   blob   NOT NULL,
    PRIMARY KEY (shop, kind, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX kulanz_feedback_key_expires ON kulanz_feedback_key (expires) WHERE expires IS NOT NULL;

-- Exact counts by question, segment and civil day, in the order of a series.
CREATE TABLE kulanz_feedback_summary (
    shop     text   NOT NULL,
    survey   text   NOT NULL,
    question text   NOT NULL,
    facet    text   NOT NULL,
    value    text   NOT NULL,
    day      integer NOT NULL, -- since 1970-01-01
    summary  text   NOT NULL, -- JSON of feedback.Summary
    PRIMARY KEY (shop, survey, question, facet, value, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE kulanz_feedback_due (
    shows    integer NOT NULL,
    shop     text   NOT NULL,
    id       blob   NOT NULL,
    attempts integer NOT NULL,
    PRIMARY KEY (shop, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX kulanz_feedback_due_shows ON kulanz_feedback_due (shows, id, shop);

-- +goose Down
DROP TABLE kulanz_feedback_due;
DROP TABLE kulanz_feedback_summary;
DROP TABLE kulanz_feedback_key;
DROP TABLE kulanz_feedback_label;
DROP TABLE kulanz_feedback;
