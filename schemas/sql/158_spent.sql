-- 158: what another denial says in full is read no more. Anybody can opt out ten thousand times:
-- of denials alike but for their time the last one answers for all, from when it begins. The
-- others stay in the table, for people ask where a contact is from; fact.spent says from when on
-- no answer needs them, and the index has them apart.

-- Who may delete a fact: erase, and nobody else. Who may say that one is spent: fact_spend.
CREATE OR REPLACE FUNCTION refuse_unless_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF is_owner(TG_RELID) AND TG_OP = 'DELETE'
       AND current_setting('consentmq.erasing', true) = 'on' THEN
        RETURN OLD;
    END IF;
    IF is_owner(TG_RELID) AND TG_OP = 'UPDATE'
       AND current_setting('consentmq.spending', true) = 'on' THEN
        OLD.spent := NEW.spent;
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- The rule of core/decision/prune.c, for denials. Every row is locked, so that none of those
-- that others are spent for is being erased meanwhile. Returns how many were spent.
CREATE FUNCTION fact_spend(who uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    n bigint;
BEGIN
    PERFORM set_config('consentmq.spending', 'on', true);
    WITH own AS MATERIALIZED (
        SELECT f.ctid AS at, f.* FROM fact f
         WHERE f.contact = who AND f.spent = 'infinity'
           AND f.kind IN (2, 3, 4, 5, 6, 7, 25) /*denials*/
           AND f.expires IS NULL /*a pause answers for no other*/
           FOR SHARE),
    next AS (
        SELECT o.at, lead(coalesce(o.effective, o.occurred_from)) OVER (
               PARTITION BY o.kind, o.controller, o.purpose, o.channels, o.stated, o.source,
                            o.source_type, o.agreement, o.form,
                            o.flags & ~(2048 /*late*/ | 4096 /*failsafe*/
                                        | 131072 /*date_only*/ | 262144 /*imported*/)
               ORDER BY o.occurred_to, o.occurred_from, o.ledger_id DESC, o.part DESC) AS begins
          FROM own o)
    UPDATE fact f SET spent = x.begins FROM next x
     WHERE f.ctid = x.at AND x.begins IS NOT NULL;
    GET DIAGNOSTICS n = ROW_COUNT;
    PERFORM set_config('consentmq.spending', 'off', true);
    RETURN n;
END $$;
REVOKE ALL ON FUNCTION fact_spend(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fact_spend(uuid) TO consent_publish;

-- When one has gone, each of its contact's counts again, until fact_spend looks the next time.
CREATE FUNCTION fact_revive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('consentmq.spending', 'on', true);
    UPDATE fact f SET spent = 'infinity'
     WHERE f.contact IN (SELECT g.contact FROM gone g) AND f.spent < 'infinity';
    PERFORM set_config('consentmq.spending', 'off', true);
    RETURN NULL;
END $$;
CREATE TRIGGER revive AFTER DELETE ON fact REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION fact_revive();
