-- +goose Up
-- Invitations with their responses, customers, measures and logs.
CREATE TABLE kulanz_feedback (
    shop     text   NOT NULL,
    id       uuid   NOT NULL,
    kind     text   NOT NULL,
    version  bigint NOT NULL,
    state    text   NOT NULL,
    customer text   NOT NULL,
    created  bigint,
    updated  bigint,
    wake     bigint,
    labels   text   NOT NULL, -- JSON, as it comes back; kulanz_feedback_label finds by it
    data     bytea  NOT NULL,
    PRIMARY KEY (shop, id)
);
CREATE INDEX kulanz_feedback_by_created ON kulanz_feedback (shop, created, id);
CREATE INDEX kulanz_feedback_by_updated ON kulanz_feedback (shop, updated DESC, id);
CREATE INDEX kulanz_feedback_by_wake ON kulanz_feedback (shop, wake, id) WHERE wake IS NOT NULL;
CREATE INDEX kulanz_feedback_by_customer ON kulanz_feedback (shop, customer, created, id);

CREATE TABLE kulanz_feedback_label (
    shop  text NOT NULL,
    label text NOT NULL,
    id    uuid NOT NULL,
    PRIMARY KEY (shop, label, id)
);
CREATE INDEX kulanz_feedback_label_id ON kulanz_feedback_label (shop, id);

CREATE TABLE kulanz_feedback_key (
    shop     text   NOT NULL,
    kind     text   NOT NULL,
    hash     bytea  NOT NULL,
    expires  bigint,
    ref_shop text   NOT NULL,
    ref_id   uuid   NOT NULL,
    PRIMARY KEY (shop, kind, hash)
);
CREATE INDEX kulanz_feedback_key_expires ON kulanz_feedback_key (expires) WHERE expires IS NOT NULL;

-- Exact counts by question, segment and civil day, in the order of a series.
CREATE TABLE kulanz_feedback_summary (
    shop     text   NOT NULL,
    survey   text   NOT NULL,
    question text   NOT NULL COLLATE "C",
    facet    text   NOT NULL COLLATE "C",
    value    text   NOT NULL COLLATE "C",
    day      bigint NOT NULL, -- since 1970-01-01
    summary  text   NOT NULL, -- JSON of feedback.Summary
    PRIMARY KEY (shop, survey, question, facet, value, day)
);

CREATE TABLE kulanz_feedback_due (
    shows    bigint NOT NULL,
    shop     text   NOT NULL,
    id       uuid   NOT NULL,
    attempts bigint NOT NULL,
    PRIMARY KEY (shop, id)
);
CREATE INDEX kulanz_feedback_due_shows ON kulanz_feedback_due (shows, id, shop);

-- +goose Down
DROP TABLE kulanz_feedback_due, kulanz_feedback_summary, kulanz_feedback_key, kulanz_feedback_label, kulanz_feedback;
