-- 315: an event that is taken while its person is being erased: the erasure could not see it yet, and the batch
-- not the erasure (285). So consent-keeper looks at each contact again, once everything that was under way
-- when its erasure was committed has ended. What a row of retention takes needs no such look: the next day's
-- run is one.
ALTER TABLE erasure ADD COLUMN look_after xid8;  -- once no transaction up to this one runs; NULL: no need to
CREATE INDEX erasure_look ON erasure (erasure) WHERE look_after IS NOT NULL;
GRANT UPDATE (look_after) ON erasure TO consent_keeper;

CREATE FUNCTION erasure_look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.look_after := pg_current_xact_id();
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION erasure_look FROM PUBLIC;
CREATE TRIGGER look BEFORE INSERT ON erasure
    FOR EACH ROW WHEN (NEW.ground IN ('request', 'minor')) EXECUTE FUNCTION erasure_look();
