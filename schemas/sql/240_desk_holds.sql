-- 240: holds are set and lifted at a desk, too, by a role that may do no more with them than that;
-- and the day's retention run leaves how many contacts are due and wait for a person.
ALTER TABLE retention_hold ADD COLUMN lifted_role text;  -- NULL: it holds

-- Set now and lifted once, by whom the session says. What a hold says never changes.
CREATE FUNCTION retention_hold_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF is_owner(TG_RELID) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        NEW.at := now();
        NEW.by_role := session_user;
        NEW.lifted := NULL;
        NEW.lifted_by := NULL;
        NEW.lifted_role := NULL;
        RETURN NEW;
    END IF;
    IF OLD.lifted IS NOT NULL OR NEW.lifted IS NULL OR coalesce(NEW.lifted_by, '') = '' THEN
        RAISE EXCEPTION 'a hold is lifted once, by somebody'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    NEW.lifted := now();
    NEW.lifted_role := session_user;
    RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON retention_hold
    FOR EACH ROW EXECUTE FUNCTION retention_hold_guard();

GRANT INSERT (matter, contact, controller, "row", reason, by), UPDATE (lifted, lifted_by)
    ON retention_hold TO consent_lookup;

ALTER TABLE retention_day
    ADD COLUMN due     bigint,        -- contacts of whom something is due that is not erased by itself
    ADD COLUMN counted timestamptz;
GRANT UPDATE (due, counted) ON retention_day TO consent_keeper;
GRANT SELECT ON retention_day TO consent_lookup;
