-- 186: which contact secret this database's keys were made with. A program with another one would
-- meet everybody as a stranger: an opt-out would be put on a second contact, and who is stopped
-- would not be found. So each connection of a program that makes keys asks; the mark is the
-- beginning of an HMAC under the secret and tells nothing of it. The first consent-ingest leaves
-- it. Who began with a wrong secret, and has no contacts yet, deletes the row as the owner.
CREATE TABLE contact_secret (
    mark  bytea       NOT NULL CHECK (length(mark) = 8),
    since timestamptz NOT NULL DEFAULT now(),
    by    text        NOT NULL DEFAULT session_user
);
CREATE UNIQUE INDEX contact_secret_one ON contact_secret ((true));

CREATE FUNCTION contact_secret_fits(p_mark bytea) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM contact_secret s WHERE s.mark <> p_mark)
$$;

CREATE FUNCTION contact_secret_keep(p_mark bytea) RETURNS boolean LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM contact_secret) THEN
        INSERT INTO contact_secret (mark) VALUES (p_mark) ON CONFLICT DO NOTHING;
    END IF;
    RETURN contact_secret_fits(p_mark);
END $$;

REVOKE EXECUTE ON FUNCTION contact_secret_fits, contact_secret_keep FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contact_secret_fits
    TO consent_lookup, consent_gateway, consent_operator;
GRANT EXECUTE ON FUNCTION contact_secret_keep TO consent_ingest;
