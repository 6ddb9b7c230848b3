-- 198: tokens with which a source sends its events are made and ended at a desk, too: of that role
-- alone, by functions with the owner's rights, for consent_lookup writes no token itself (190).
ALTER TABLE access_token ADD COLUMN revoked_by text;  -- NULL: it is not

CREATE FUNCTION access_token_revoker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT is_owner(TG_RELID) THEN
        NEW.revoked_by := OLD.revoked_by;
    END IF;
    IF NEW.revoked IS DISTINCT FROM OLD.revoked AND NEW.revoked_by IS NULL THEN
        NEW.revoked_by := session_user;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER revoker BEFORE UPDATE ON access_token
    FOR EACH ROW EXECUTE FUNCTION access_token_revoker();

CREATE FUNCTION source_token_make(its_source text, its_note text, who text, its_hash bytea,
                                  its_expires timestamptz)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    made integer;
BEGIN
    IF who = '' OR NOT EXISTS (SELECT FROM register_number WHERE kind = 'source' AND id = its_source) THEN
        RAISE EXCEPTION 'no token is made like that' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO access_token (role, source, note, hash, created_by, expires)
    VALUES (6 /*source*/, its_source, its_note, its_hash, 'desk: ' || who, its_expires)
    RETURNING token_id INTO made;
    RETURN made;
END $$;

-- False: there is no such token of a source, or it has ended.
CREATE FUNCTION source_token_end(its_id integer, who text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE access_token SET revoked = now(), revoked_by = 'desk: ' || who
     WHERE token_id = its_id AND role = 6 /*source*/ AND revoked > now();
    RETURN FOUND;
END $$;
REVOKE EXECUTE ON FUNCTION source_token_make(text, text, text, bytea, timestamptz),
    source_token_end(integer, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION source_token_make(text, text, text, bytea, timestamptz),
    source_token_end(integer, text) TO consent_lookup;
