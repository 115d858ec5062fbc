-- +goose Up
-- The tables as they were before they had versions: a database may have them.
CREATE TABLE IF NOT EXISTS shop_customer (
    ref text PRIMARY KEY,
    email text NOT NULL,
    data text NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS shop_customer_email ON shop_customer (email);
CREATE TABLE IF NOT EXISTS shop_order (
    id text PRIMARY KEY,
    customer text NOT NULL,
    placed bigint NOT NULL,
    data text NOT NULL
);
CREATE INDEX IF NOT EXISTS shop_order_customer ON shop_order (customer, placed DESC);
CREATE TABLE IF NOT EXISTS shop_agent (
    id text PRIMARY KEY,
    hash text NOT NULL,
    fresh bigint NOT NULL,
    data text NOT NULL
);
CREATE TABLE IF NOT EXISTS shop_file (
    id text PRIMARY KEY,
    customer text NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    body bytea NOT NULL
);
CREATE TABLE IF NOT EXISTS shop_setting (
    id text PRIMARY KEY,
    value text NOT NULL
);
CREATE TABLE IF NOT EXISTS shop_session (
    token text PRIMARY KEY,
    data bytea NOT NULL,
    expiry bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS shop_session_expiry ON shop_session (expiry);
CREATE TABLE IF NOT EXISTS shop_audit (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at bigint NOT NULL,
    actor text NOT NULL,
    what text NOT NULL,
    about text NOT NULL
);
CREATE TABLE IF NOT EXISTS shop_withdrawal (
    id text PRIMARY KEY,
    at bigint NOT NULL,
    orderid text NOT NULL,
    customer text NOT NULL,
    ticket text NOT NULL,
    data text NOT NULL
);
CREATE TABLE IF NOT EXISTS shop_letter (
    id text PRIMARY KEY,
    at bigint NOT NULL,
    sent bigint NOT NULL,
    customer text NOT NULL,
    data text NOT NULL
);
CREATE INDEX IF NOT EXISTS shop_letter_sent ON shop_letter (sent, at);
CREATE TABLE IF NOT EXISTS shop_review (
    external text PRIMARY KEY,
    at bigint NOT NULL,
    thread text NOT NULL,
    reply text NOT NULL,
    replykey text NOT NULL,
    replied bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS shop_review_at ON shop_review (at);
CREATE TABLE IF NOT EXISTS shop_presence (
    ticket text NOT NULL,
    agent text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (ticket, agent)
);

-- +goose Down
DROP TABLE shop_presence;
DROP TABLE shop_review;
DROP TABLE shop_letter;
DROP TABLE shop_withdrawal;
DROP TABLE shop_audit;
DROP TABLE shop_session;
DROP TABLE shop_setting;
DROP TABLE shop_file;
DROP TABLE shop_agent;
DROP TABLE shop_order;
DROP TABLE shop_customer;
