-- 009: who may do what. One role a program; give it a password, or grant it to a login. Roles
-- belong to the whole server, so another database may have made them already.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['consent_ingest', 'consent_publish', 'consent_lookup',
                                  'consent_gateway', 'consent_keeper',
                                  'consent_webhook', 'consent_operator'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                EXECUTE format('CREATE ROLE %I LOGIN', wanted);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- somebody else was quicker
        END;
    END LOOP;
END $$;

-- The ledger and the facts are only ever added to, whoever asks.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON fact
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON register_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON agreement_fact
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON fact
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON register_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON agreement_fact
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What everybody reads: the register, and the words.
GRANT SELECT ON register_entry, register_number, register_version, agreement_fact, word,
                schema_migration
    TO consent_ingest, consent_publish, consent_lookup, consent_keeper, consent_operator;

-- the gateway, which the world reaches, reads names alone (080: and which links were revoked)
GRANT SELECT ON register_entry, register_number, register_version, word TO consent_gateway;
-- and, to show the person of a link what they have stopped, facts, which name nobody
GRANT SELECT ON fact, link, agreement_fact TO consent_gateway;
GRANT SELECT (ledger_id, known) ON ledger TO consent_gateway;
-- and, to tell a source what became of its events, that and nothing of what they say
GRANT SELECT (source, partition, "offset", event_id, outcome, reason, pointer) ON ledger
    TO consent_gateway;
GRANT SELECT (ledger_id, known, topic, partition, "offset", event_id, digest, reason, pointer)
    ON quarantine TO consent_gateway;
GRANT SELECT ON ingest_position TO consent_gateway;

-- ingest takes events in
GRANT SELECT, INSERT, UPDATE ON ingest_position, source_count TO consent_ingest;
GRANT SELECT, INSERT ON ledger, fact, link, quarantine, cascade, delete_task, dirty
    TO consent_ingest;
GRANT SELECT, INSERT, UPDATE ON contact TO consent_ingest;
GRANT INSERT ON receipt_queue, agreement_fact, register_number TO consent_ingest;
GRANT UPDATE ON register_version TO consent_ingest;
GRANT USAGE ON SEQUENCE ledger_block TO consent_ingest;
GRANT SELECT, INSERT ON intake_gap TO consent_ingest;

-- publish turns dirty contacts into lists and sends receipts
GRANT SELECT ON ledger, fact, link, contact, ingest_position TO consent_publish;
GRANT SELECT, UPDATE, DELETE ON dirty, receipt_queue TO consent_publish;
GRANT SELECT, INSERT, UPDATE, DELETE ON due, publisher TO consent_publish;
GRANT SELECT, INSERT, UPDATE ON list_entry, publish_shard TO consent_publish;
GRANT USAGE ON SEQUENCE list_version TO consent_publish;

-- lookup reads
GRANT SELECT ON ledger, fact, link, contact, list_entry, quarantine, ingest_position, dirty,
                due, publish_shard, publisher, delete_task, v_ledger, v_fact, v_list_entry,
                v_quarantine
    TO consent_lookup;

-- keeper wakes what falls due, and carries out what must go
GRANT SELECT ON ledger, fact, link, list_entry, quarantine, ingest_position TO consent_keeper;
GRANT SELECT, INSERT ON dirty TO consent_keeper;
GRANT SELECT, INSERT, UPDATE, DELETE ON due TO consent_keeper;
GRANT SELECT, UPDATE, DELETE ON cascade TO consent_keeper;
GRANT SELECT, UPDATE ON contact, delete_task TO consent_keeper;

-- operator is a person with consentctl, who may look at everything, also at what later
-- migrations make
GRANT SELECT ON ALL TABLES IN SCHEMA public TO consent_operator;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO consent_operator;
GRANT INSERT ON register_entry, register_number, cascade, dirty TO consent_operator;
GRANT UPDATE ON register_version TO consent_operator;
GRANT UPDATE (state, state_at, state_by, note) ON quarantine TO consent_operator;
GRANT INSERT, UPDATE ON ingest_position TO consent_operator;
GRANT INSERT ON intake_gap, intake_reset TO consent_operator;
GRANT UPDATE (acknowledged, acknowledged_by, note) ON intake_gap TO consent_operator;
