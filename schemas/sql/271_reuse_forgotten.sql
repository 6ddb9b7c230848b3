-- 271: an event that says something else under the id of one that is known (ID_REUSE) has no facts but a
-- no, so an erasure of the person did not find its words: they could be read for ever. Its row of the
-- quarantine says now whom it is about, as every other one does, and by that the event in the ledger goes
-- with the person. One statement in each of two long functions becomes another one; all else stays.
DO $do$
DECLARE
    c    record;
    said text;
BEGIN
    FOR c IN SELECT * FROM (VALUES
        ('ingest_batch',
$was$
                                            reason, pointer, event_id, ledger_id, digest,
                                            commitment)
                    SELECT e.known, e.source, e.partition, e."offset", e.topic,
                           'ID_REUSE', '/id', e.event_id, e.ledger_id, e.digest,
                           e.commitment
$was$,
$is$
                                            reason, pointer, event_id, ledger_id, digest,
                                            commitment, contact)
                    SELECT e.known, e.source, e.partition, e."offset", e.topic,
                           'ID_REUSE', '/id', e.event_id, e.ledger_id, e.digest,
                           e.commitment, (SELECT f.contact FROM unnest(facts) f
                                           WHERE f."row" = i LIMIT 1)
$is$),
        ('erase',
$was$
        ORDER BY q.quarantine_id);

    INSERT INTO erasure (
$was$,
$is$
        ORDER BY q.quarantine_id);
    -- of those, events without facts of their own
    v_forgotten := v_forgotten || ARRAY(SELECT q.ledger_id FROM quarantine q
        WHERE q.quarantine_id = ANY (held) AND q.ledger_id IS NOT NULL
          AND q.ledger_id <> ALL (v_forgotten)
          AND NOT EXISTS (SELECT FROM fact f WHERE f.ledger_id = q.ledger_id));
    let_go := let_go || v_forgotten;

    INSERT INTO erasure (
$is$)) AS v (function, was, is_now)
    LOOP
        said := pg_get_functiondef(c.function::regproc);
        IF strpos(said, btrim(c.was, E'\n')) = 0 THEN
            RAISE EXCEPTION '% is not as 271 knows it', c.function;
        END IF;
        EXECUTE replace(said, btrim(c.was, E'\n'), btrim(c.is_now, E'\n'));
    END LOOP;
END $do$;
