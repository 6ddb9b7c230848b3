-- 175: which programs are at work, for consentctl doctor. Unlogged: after a crash of the server
-- each tells it again within ten seconds.
CREATE UNLOGGED TABLE program_seen (
    program  text        NOT NULL CHECK (program IN ('ingest', 'publish', 'keeper', 'lookup',
                                                     'gateway', 'webhook')),
    instance text        NOT NULL CHECK (length(instance) <= 100),  -- host:port
    login    text        NOT NULL DEFAULT session_user,
    version  text        NOT NULL CHECK (length(version) <= 40),
    began    timestamptz NOT NULL,
    seen     timestamptz NOT NULL DEFAULT clock_timestamp(),
    marks    bytea[],  -- of the contact secrets that it knows (186); NULL: it makes no keys
    PRIMARY KEY (program, instance)
);

-- A program speaks for itself alone. What was not seen for a day is forgotten.
CREATE FUNCTION program_seen_tell(who text, at_place text, its_version text, since timestamptz,
                                  its_marks bytea[] DEFAULT NULL)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT pg_has_role(session_user, 'consent_' || who, 'MEMBER')
       AND NOT pg_has_role(session_user, current_user, 'MEMBER') THEN
        RAISE EXCEPTION '% does not speak for %', session_user, who
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO program_seen (program, instance, version, began, marks)
    VALUES (who, left(at_place, 100), left(its_version, 40), since, its_marks)
    ON CONFLICT (program, instance) DO UPDATE
        SET login = EXCLUDED.login, version = EXCLUDED.version, began = EXCLUDED.began,
            seen = EXCLUDED.seen, marks = EXCLUDED.marks;
    DELETE FROM program_seen WHERE program = who AND seen < clock_timestamp() - interval '1 day';
END $$;
REVOKE EXECUTE ON FUNCTION program_seen_tell(text, text, text, timestamptz, bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION program_seen_tell(text, text, text, timestamptz, bytea[])
    TO consent_ingest, consent_publish, consent_keeper, consent_lookup, consent_gateway;
GRANT SELECT ON program_seen TO consent_operator;

-- What the doctor calls to see whether functions run at all.
CREATE FUNCTION doctor_probe() RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT count(*)::integer FROM register_version);
END $$;
REVOKE EXECUTE ON FUNCTION doctor_probe() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION doctor_probe() TO consent_operator;
