-- 142: events and identifiers are sealed again: those from before events were sealed (140), and
-- all of them after a change of the key. In steps, beside everything else (consentctl reseal).
CREATE TABLE reseal_walk (
    what    text     PRIMARY KEY,  -- ledger, quarantine
    version smallint NOT NULL,     -- of the key it is walking for
    after   bigint   NOT NULL      -- everything up to this number is under it
);

-- The ledger is added to only; but a row's seal may be made again, by who says so, with what it
-- seals and what it commits to as they are.
CREATE FUNCTION ledger_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('consentmq.reseal', true) = 'on'
       AND is_owner(TG_RELID) THEN
        OLD.raw := NEW.raw;
        OLD.headers := NEW.headers;
        IF OLD.commitment IS NULL THEN
            OLD.commitment := NEW.commitment;
        END IF;
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER append_only ON ledger;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger
    FOR EACH ROW EXECUTE FUNCTION ledger_guard();

-- What is under which version of the key, of the newest rows; 0: in plain text.
CREATE FUNCTION seal_versions(most bigint)
RETURNS TABLE (what text, version integer, n bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'events', CASE WHEN l.commitment IS NULL THEN 0
                          ELSE get_byte(coalesce(l.raw, l.headers), 0) END, count(*)
      FROM (SELECT * FROM ledger ORDER BY ledger_id DESC LIMIT most) l
     WHERE coalesce(l.raw, l.headers) IS NOT NULL GROUP BY 2
    UNION ALL
    SELECT 'quarantine', CASE WHEN q.commitment IS NULL THEN 0
                              ELSE get_byte(coalesce(q.raw, q.headers), 0) END, count(*)
      FROM (SELECT * FROM quarantine ORDER BY quarantine_id DESC LIMIT most) q
     WHERE coalesce(q.raw, q.headers) IS NOT NULL GROUP BY 2
    UNION ALL
    SELECT 'contacts', get_byte(c.wrapped_key, 1), count(*)
      FROM (SELECT * FROM contact LIMIT most) c WHERE c.wrapped_key IS NOT NULL GROUP BY 2
     ORDER BY 1, 2
$$;
REVOKE EXECUTE ON FUNCTION seal_versions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seal_versions TO consent_operator;
