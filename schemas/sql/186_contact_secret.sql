-- 186: which contact secrets this database's keys were made with, and which one counts. A program
-- without one of them would meet people as strangers: an opt-out would be put on a second contact,
-- and who is stopped would not be found. So each connection of a program that makes keys asks,
-- and asks again while it lives; a mark is the beginning of an HMAC under the secret and tells
-- nothing of it. The first consent-ingest leaves the first one. Who began with a wrong secret, and
-- has no contacts yet, deletes the row as the owner.
--
-- A new secret is for new contacts alone: keys stay, for proofs, archives and the journal of
-- erasures have them. A person is known by the key that is there, under whichever secret; who is
-- new gets a key under the one that counts. consentctl key contact --change makes the change.
CREATE TABLE contact_secret (
    turn   integer     PRIMARY KEY,
    mark   bytea       NOT NULL UNIQUE CHECK (length(mark) = 8),
    since  timestamptz NOT NULL DEFAULT now(),  -- from then on every program must know it
    by     text        NOT NULL DEFAULT session_user,
    counts timestamptz                          -- new contacts are made with it; NULL: not yet
);

-- Keys under secrets that had counted of people who were no contacts at a change, but were named
-- in the quarantine or by a hold: they become contacts under these. Nothing is ever added but by a
-- change, nor taken away: two programs can never disagree about a person.
CREATE TABLE contact_former (
    contact uuid PRIMARY KEY
);

-- Which of the marks counts, from 1; 0: one of the database's is not among them.
CREATE FUNCTION contact_secret_counts(p_marks bytea[]) RETURNS integer LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT FROM contact_secret s WHERE s.mark <> ALL (p_marks)) THEN 0
           ELSE coalesce((SELECT array_position(p_marks, s.mark) FROM contact_secret s
                           WHERE s.counts IS NOT NULL ORDER BY s.turn DESC LIMIT 1), 1) END
$$;

CREATE FUNCTION contact_secret_keep(p_marks bytea[]) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM contact_secret) THEN
        INSERT INTO contact_secret (turn, mark, counts) VALUES (1, p_marks[1], now())
            ON CONFLICT DO NOTHING;
    END IF;
    RETURN contact_secret_counts(p_marks);
END $$;

-- For a batch that makes contacts under the secret of this mark: until its end no other one comes
-- to count. The lock is taken before the row is read, in a statement of its own.
CREATE FUNCTION contact_secret_hold(p_mark bytea) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(8614186);
    IF p_mark IS DISTINCT FROM (SELECT s.mark FROM contact_secret s WHERE s.counts IS NOT NULL
                                 ORDER BY s.turn DESC LIMIT 1) THEN
        RAISE EXCEPTION 'another contact secret counts' USING ERRCODE = 'CQ007';
    END IF;
END $$;

-- Which of these keys are people's, in one look with which of the secrets counts.
CREATE FUNCTION contact_keys_known(p_marks bytea[], p_keys uuid[],
                                   OUT counts integer, OUT known uuid[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
    counts := contact_secret_counts(p_marks);
    known := ARRAY(SELECT c.contact FROM contact c WHERE c.contact = ANY (p_keys)
                   UNION ALL
                   SELECT f.contact FROM contact_former f WHERE f.contact = ANY (p_keys));
END $$;

-- --- the change, as the owner ----------------------------------------------------------------

-- First every program must know the secret: who does not refuses from now on. What was told of
-- before and never came to count is forgotten.
CREATE FUNCTION contact_secret_tell(p_mark bytea) RETURNS void LANGUAGE plpgsql
SET lock_timeout = '60s' AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(8614186);
    IF EXISTS (SELECT FROM contact_secret s WHERE s.mark = p_mark) THEN
        RETURN;
    END IF;
    DELETE FROM contact_secret s WHERE s.counts IS NULL;
    INSERT INTO contact_secret (turn, mark)
    SELECT coalesce(max(s.turn), 0) + 1, p_mark FROM contact_secret s;
END $$;

-- Then it counts, once every batch that makes contacts under another one has ended.
CREATE FUNCTION contact_secret_change(p_mark bytea) RETURNS void LANGUAGE plpgsql
SET lock_timeout = '60s' AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(8614186);
    INSERT INTO contact_former
    SELECT n.contact FROM (
        SELECT q.contact FROM quarantine q
        UNION SELECT h.contact FROM retention_hold h) n
     WHERE n.contact IS NOT NULL
       AND NOT EXISTS (SELECT FROM contact c WHERE c.contact = n.contact)
        ON CONFLICT DO NOTHING;
    UPDATE contact_secret s SET counts = clock_timestamp()
     WHERE s.mark = p_mark AND s.counts IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a contact secret comes to count once, after it was told of'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END $$;

REVOKE EXECUTE ON FUNCTION contact_secret_counts, contact_secret_keep, contact_secret_hold,
    contact_keys_known, contact_secret_tell, contact_secret_change FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contact_secret_counts
    TO consent_lookup, consent_gateway, consent_operator;
GRANT EXECUTE ON FUNCTION contact_keys_known
    TO consent_ingest, consent_lookup, consent_gateway, consent_operator;
GRANT EXECUTE ON FUNCTION contact_secret_keep TO consent_ingest;
GRANT SELECT ON contact_former TO consent_lookup;  -- for a person's export
