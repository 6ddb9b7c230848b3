-- 310: whether an event is from before an erasure (285) is asked of those alone who were erased, and whether it
-- was erased itself (150) only where one is old enough. Both were asked of every event once anybody had been
-- erased, the first with a sort of all facts: 7 to 19 us of the 24 that an event takes of PostgreSQL.
DO $do$
DECLARE
    said text := pg_get_functiondef('ingest_batch'::regproc);
    c    record;
BEGIN
    FOR c IN SELECT * FROM (VALUES
(
$was$    former integer[] := '{}';   -- of those, whose digest nobody knew
$was$,
$is$    former integer[] := '{}';   -- of those, whose digest nobody knew
    emptied integer[];          -- records that name somebody who was erased as a whole
$is$),
(
$was$    IF last_erasure IS NOT NULL THEN
        FOR i IN$was$,
$is$    IF last_erasure >= ANY (r_known) THEN
        FOR i IN$is$),
(
$was$        END LOOP;
        former := ARRAY(
            SELECT f."row" FROM unnest(facts) f
$was$,
$is$        END LOOP;
    END IF;
    IF last_erasure IS NOT NULL THEN
        emptied := ARRAY(
            SELECT f."row" FROM unnest(facts) f
             WHERE least(f.occurred_to, f.known) <= last_erasure
               AND (SELECT true FROM contact k WHERE k.contact = f.contact
                       AND k.wrapped_key IS NULL AND k.sealed IS NULL)
            UNION
            SELECT q."row" FROM unnest(quarantined) q
             WHERE (SELECT true FROM contact k WHERE k.contact = q.contact
                       AND k.wrapped_key IS NULL AND k.sealed IS NULL));
    END IF;
    IF cardinality(emptied) > 0 THEN
        former := ARRAY(
            SELECT f."row" FROM unnest(facts) f
$is$),
(
$was$             WHERE f."row" <> ALL (again)
             GROUP BY f."row"
$was$,
$is$             WHERE f."row" = ANY (emptied) AND f."row" <> ALL (again)
             GROUP BY f."row"
$is$),
(
$was$             WHERE q.ledger_id IS NULL AND q."row" <> ALL (again)
               AND u.type$was$,
$is$             WHERE q.ledger_id IS NULL AND q."row" = ANY (emptied) AND q."row" <> ALL (again)
               AND u.type$is$)) AS v (was, is_now)
    LOOP
        IF strpos(said, c.was) = 0 THEN
            RAISE EXCEPTION 'ingest_batch is not as 310 knows it: %', c.was;
        END IF;
        said := replace(said, c.was, c.is_now);
    END LOOP;
    EXECUTE said;
END $do$;
