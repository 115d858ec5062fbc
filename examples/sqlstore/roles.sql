-- Least privilege for PostgreSQL. The owner of the tables migrates, at deployment;
-- kulanz_app, which the shop's processes log in as or are members of, can neither
-- change a table's form nor do to a row what no store does: delete a ticket or an
-- event, touch an event's order, or change an entry of the ledger.
--
-- Run it as the owner, in the schema of the tables, after every migration; it may
-- be run again. Give the role a login, or grant it to one:
--
--     psql -v ON_ERROR_STOP=1 -f roles.sql
--     CREATE ROLE shop LOGIN IN ROLE kulanz_app;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kulanz_app') THEN
        CREATE ROLE kulanz_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
    END IF;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC', current_schema());
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO kulanz_app', current_schema());
END
$$;

-- Records are never deleted: an erased one is a tombstone.
GRANT SELECT, INSERT, UPDATE ON kulanz_ticket, kulanz_feedback, kulanz_goodwill TO kulanz_app;
GRANT SELECT, INSERT, DELETE ON kulanz_ticket_label, kulanz_feedback_label, kulanz_goodwill_label TO kulanz_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON kulanz_ticket_key, kulanz_feedback_key, kulanz_goodwill_key TO kulanz_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON kulanz_ticket_due, kulanz_feedback_due, kulanz_goodwill_due TO kulanz_app;

-- A history is appended to; erasure rewrites what an event says, nothing else.
GRANT SELECT, INSERT, UPDATE (data) ON kulanz_ticket_event TO kulanz_app;

GRANT SELECT, INSERT, UPDATE, DELETE ON kulanz_feedback_summary TO kulanz_app;

-- The ledger is appended to; its balances follow.
GRANT SELECT, INSERT ON kulanz_goodwill_entry TO kulanz_app;
GRANT SELECT, INSERT, UPDATE ON kulanz_goodwill_balance TO kulanz_app;
