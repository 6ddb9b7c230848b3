-- 221: a database that was restored to before a change of the contact secret meets people as it did
-- then: who was met since gets another key, and who was forgotten since is not known again by the
-- journal of erasures. A publisher sees that the database is older than its topics (131); from
-- then on consent-ingest takes nothing in until the secret of its contact_secret_file counts again.
CREATE OR REPLACE FUNCTION contact_secret_keep(p_marks bytea[]) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    counts integer;
BEGIN
    IF NOT EXISTS (SELECT FROM contact_secret) THEN
        INSERT INTO contact_secret (turn, mark, counts) VALUES (1, p_marks[1], now())
            ON CONFLICT DO NOTHING;
    END IF;
    counts := contact_secret_counts(p_marks);
    RETURN CASE WHEN counts > 1 AND EXISTS (SELECT FROM restore_hold) THEN -1 ELSE counts END;
END $$;
