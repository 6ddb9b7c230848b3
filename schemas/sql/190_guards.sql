-- 190: each role can do what its program does, and no more; it stands behind all tables and
-- functions. Who and when are the session's to say, not the client's. The owner, under whom
-- migrations run, is bound by none of this; no program runs as the owner.

-- Is the session's role of the moment the owner of the table? Inside a function that runs
-- with the owner's rights it is.
CREATE FUNCTION is_owner(tab oid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT pg_get_userbyid(relowner) = current_user FROM pg_class WHERE oid = tab
$$;

-- --- tokens: who made one, when, and that revoking is for ever ---
-- A token that shows everything about everybody needs two people: made by one, activated by
-- another. 3 is ACCESS_DPO, 4 is ACCESS_AUDITOR.
ALTER TABLE access_token
    ADD COLUMN activated timestamptz DEFAULT now(),
    ADD COLUMN activated_by text DEFAULT session_user;

CREATE FUNCTION access_token_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF is_owner(TG_RELID) THEN
        IF TG_OP = 'UPDATE' AND OLD.activated IS NULL AND NEW.activated IS NOT NULL THEN
            NEW.activated_by := session_user;
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        NEW.created := now();
        NEW.created_by := session_user;
        NEW.revoked := 'infinity';
        NEW.activated := CASE WHEN NEW.role IN (3 /*dpo*/, 4 /*auditor*/) THEN NULL ELSE now() END;
        NEW.activated_by := CASE WHEN NEW.role IN (3 /*dpo*/, 4 /*auditor*/) THEN NULL ELSE session_user END;
        RETURN NEW;
    END IF;
    IF NEW.revoked IS DISTINCT FROM OLD.revoked THEN
        NEW.revoked := least(OLD.revoked, now());
    END IF;
    IF OLD.activated IS NOT NULL THEN
        NEW.activated := OLD.activated;
        NEW.activated_by := OLD.activated_by;
    ELSIF NEW.activated IS NOT NULL THEN
        IF OLD.created_by = session_user THEN
            RAISE EXCEPTION 'a token is activated by somebody else than who made it'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        NEW.activated := now();
        NEW.activated_by := session_user;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON access_token
    FOR EACH ROW EXECUTE FUNCTION access_token_guard();

CREATE OR REPLACE VIEW v_access_token AS
SELECT token_id, word_of('access_role', role) AS role, source, recipient, note, budget,
       created, created_by, expires, revoked,
       revoked > now() AND expires > now() AND activated IS NOT NULL AS valid,
       activated, activated_by
FROM access_token;

REVOKE INSERT, UPDATE ON access_token FROM consent_operator;
GRANT INSERT (role, source, recipient, note, hash, budget, expires),
      UPDATE (revoked, activated) ON access_token TO consent_operator;

-- A day's count of contacts only grows: nobody gives a token its budget back.
CREATE FUNCTION token_day_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.contacts < OLD.contacts AND NOT is_owner(TG_RELID) THEN
        RAISE EXCEPTION 'a budget that was spent stays spent'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE UPDATE ON token_day
    FOR EACH ROW EXECUTE FUNCTION token_day_guard();

-- --- what is written down about acts: now, and by whom ---
CREATE FUNCTION stamp_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF is_owner(TG_RELID) THEN
        RETURN NEW;
    END IF;
    CASE TG_TABLE_NAME
    WHEN 'link_revoked' THEN
        NEW.at := now();
        NEW.by := session_user;
    WHEN 'register_entry' THEN
        -- what is said of something for the first time may be known from ever
        IF NEW.known > '-infinity' OR EXISTS (SELECT FROM register_entry r
                WHERE r.kind = NEW.kind AND r.id = NEW.id) THEN
            NEW.known := clock_timestamp();
        END IF;
        NEW.applied_by := session_user;
    END CASE;
    RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT ON link_revoked
    FOR EACH ROW EXECUTE FUNCTION stamp_guard();
CREATE TRIGGER guard BEFORE INSERT ON register_entry
    FOR EACH ROW EXECUTE FUNCTION stamp_guard();

REVOKE INSERT ON register_entry FROM consent_operator;
GRANT INSERT (kind, id, effective, known, body, origin) ON register_entry TO consent_operator;
REVOKE INSERT ON link_revoked FROM consent_operator;
GRANT INSERT (digest, key, before, note) ON link_revoked TO consent_operator;

-- --- facts come with their events, and sealed identifiers stay as they are ---
-- ingest writes a batch whole, by one function with the owner's rights; publish copies what
-- was said of a hash, by another.
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT oid::regprocedure FROM pg_proc
             WHERE pronamespace = 'public'::regnamespace
               AND proname IN ('ingest_batch', 'hashed_copy') LOOP
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = public, pg_temp', f);
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', f,
                       CASE WHEN f::text LIKE 'ingest_batch%' THEN 'consent_ingest'
                            ELSE 'consent_publish' END);
    END LOOP;
END $$;
REVOKE INSERT ON fact FROM consent_publish;
REVOKE INSERT, UPDATE ON ledger, fact, link, contact, quarantine, cascade, delete_task, dirty,
    hashed_profile, receipt_queue, agreement_fact, register_number, register_version,
    same_person
    FROM consent_ingest;

-- the keeper forgets whom it must, and changes nothing else of a contact
REVOKE UPDATE ON contact FROM consent_keeper;
GRANT UPDATE (wrapped_key, sealed) ON contact TO consent_keeper;
-- formerly 0337d8f86d8e90e9c3fc4391bf97283cbd25938998dec741fbe154045889cd90: comments alone
