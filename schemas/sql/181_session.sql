-- 181: people who have signed in with their own account (OpenID Connect) are tokens like any
-- other, but short, and named: the audit names them, and revoking ends them. The provider vouches
-- for who it is, so no second person activates them.
CREATE FUNCTION session_open(its_role smallint, who text, subject text, its_hash bytea, hours integer)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    made integer;
BEGIN
    IF its_role NOT IN (3 /*dpo*/, 4 /*auditor*/, 5 /*operator*/) OR hours NOT BETWEEN 1 AND 24
       OR who = '' OR subject = '' THEN
        RAISE EXCEPTION 'nobody signs in like that' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO access_token (role, note, hash, created_by, expires)
    VALUES (its_role, left(who, 100), its_hash, 'oidc ' || left(subject, 250),
            now() + make_interval(hours => hours))
    RETURNING token_id INTO made;
    RETURN made;
END $$;

-- By who has the token's secret alone.
CREATE FUNCTION session_close(its_id integer, its_hash bytea)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE access_token SET revoked = least(revoked, now())
    WHERE token_id = its_id AND hash = its_hash AND created_by LIKE 'oidc %';
    RETURN FOUND;
END $$;
REVOKE EXECUTE ON FUNCTION session_open(smallint, text, text, bytea, integer),
    session_close(integer, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_open(smallint, text, text, bytea, integer),
    session_close(integer, bytea) TO consent_lookup;
