-- 285: what a person had erased comes again under another event id, with another digest: a reseller sends
-- last year's consents once more. Only a known digest was seen (150), so such words were kept, and could be
-- read. Now an event from before the erasure of everybody whom it is about is in the ledger, counted,
-- answered and to be proved, but nobody can read it, and no yes of it is heard. A no, a request and what a
-- person must settle because of one are taken as ever; so is what is from after the erasure.
-- formerly 4be7379cc37149aad923cc3ebc8364ac99d72581203bd944ba4ef62d9f6f6ad3: comments alone

-- Has this contact, or whose erasure took this one along, had erased what was of that time? Asked of one
-- without an identifier, that is erased as a whole. Up to when a request reaches that was carried out is
-- said by common/core/casework/erasure.h (asked_until): here, too, the facts that stay say it. A retention
-- run is no such word: what is due goes with the next one. controller NULL: whosever it is.
CREATE FUNCTION erased_before(p_contact uuid, p_controller smallint, p_at timestamptz)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM (SELECT p_contact AS contact UNION
                     SELECT x.contact FROM erased_event e JOIN erasure x USING (erasure)
                      WHERE e.contact = p_contact) who
          JOIN fact f USING (contact)
         WHERE f.occurred_to >= p_at
           AND (f.kind = 11 /*minor*/
                OR (f.kind = 15 /*erasure*/ AND f.flags & 64 /*confirmed*/ <> 0
                    AND (f.controller = 0 OR p_controller IS NULL OR f.controller = p_controller))))
$$;
REVOKE EXECUTE ON FUNCTION erased_before FROM PUBLIC;

-- In a long function some statements become others; all else stays.
DO $do$
DECLARE
    said text := pg_get_functiondef('ingest_batch'::regproc);
    c    record;
BEGIN
    FOR c IN SELECT * FROM (VALUES
(
$was$    again  integer[] := '{}';   -- records that were erased
$was$,
$is$    again  integer[] := '{}';   -- records that were erased
    former integer[] := '{}';   -- of those, whose digest nobody knew
$is$),
(
$was$            again := again || i;
        END LOOP;
    END IF;
$was$,
$is$            again := again || i;
        END LOOP;
        former := ARRAY(
            SELECT f."row" FROM unnest(facts) f
              LEFT JOIN LATERAL (SELECT true AS whole FROM contact k WHERE k.contact = f.contact
                                    AND k.wrapped_key IS NULL AND k.sealed IS NULL) k ON true
             WHERE f."row" <> ALL (again)
             GROUP BY f."row"
            HAVING bool_and(k.whole IS NOT NULL AND least(f.occurred_to, f.known) <= last_erasure
                            AND (records[f."row"]).type IN
                                (1 /*consent_granted*/, 6 /*lead_received*/, 9 /*notice_sent*/,
                                 10 /*feedback_bounced*/, 14 /*retention_anchored*/,
                                 15 /*feedback_reached*/, 16 /*feedback_delivered*/,
                                 17 /*contact_changed*/)
                            AND erased_before(f.contact, f.controller,
                                              least(f.occurred_to, f.known)))
            UNION ALL
            -- without facts: of the quarantine alone; 0: nobody could read when it was
            SELECT q."row" FROM unnest(quarantined) q
              JOIN unnest(records) WITH ORDINALITY AS u ON u.ordinality = q."row"
              JOIN contact k ON k.contact = q.contact AND k.wrapped_key IS NULL
                                AND k.sealed IS NULL
             WHERE q.ledger_id IS NULL AND q."row" <> ALL (again)
               AND u.type IN (1 /*consent_granted*/, 6 /*lead_received*/, 9 /*notice_sent*/,
                              10 /*feedback_bounced*/, 14 /*retention_anchored*/,
                              15 /*feedback_reached*/, 16 /*feedback_delivered*/)
               AND u.occurred_to > to_timestamp(0)
               AND least(u.occurred_to, u.known) <= last_erasure
               AND erased_before(q.contact, NULL, least(u.occurred_to, u.known)));
        -- nor when somebody else is named, though it says nothing of them
        IF cardinality(former) > 0 THEN
            former := ARRAY(
                SELECT g.i FROM unnest(former) AS g(i) WHERE NOT EXISTS (
                    SELECT FROM unnest(l_other, l_ledger_id) AS l(other, ledger_id)
                     WHERE l.ledger_id = (records[g.i]).ledger_id AND NOT EXISTS (
                        SELECT FROM contact k WHERE k.contact = l.other
                           AND k.wrapped_key IS NULL AND k.sealed IS NULL
                           AND erased_before(k.contact, NULL, least(
                               (records[g.i]).occurred_to, (records[g.i]).known)))));
        END IF;
        FOREACH i IN ARRAY former LOOP
            records[i].salt := NULL;
            again := again || i;
        END LOOP;
    END IF;
$is$),
(
$was$    IF cardinality(agreements) > 0 THEN
        UPDATE register_version v$was$,
$is$    IF cardinality(former) > 0 THEN
        INSERT INTO erased_event (contact, ledger_id, digest, forgotten, erasure)
        SELECT w.contact, CASE step[w.i] WHEN 0 THEN 0 ELSE (records[w.i]).ledger_id END,
               (records[w.i]).digest, true,
               coalesce((SELECT max(x.erasure) FROM erasure x WHERE x.contact = w.contact),
                        (SELECT max(x.erasure) FROM erased_event x WHERE x.contact = w.contact), 0)
          FROM (SELECT f."row" AS i, f.contact FROM unnest(facts) f UNION
                SELECT q."row", q.contact FROM unnest(quarantined) q) w
         WHERE w.i = ANY (former) AND step[w.i] <> 3
            ON CONFLICT DO NOTHING;
        -- after a restore, too, whatever comes first
        INSERT INTO outbox (topic, key, value)
        SELECT 'consent.erasures', w.contact::text, erasure_record(w.contact)
          FROM (SELECT f.contact FROM unnest(facts) f
                 WHERE f."row" = ANY (former) AND step[f."row"] <> 3 UNION
                SELECT q.contact FROM unnest(quarantined) q
                 WHERE q."row" = ANY (former) AND step[q."row"] <> 3) w;
        -- nobody has to settle what nobody can read
        UPDATE quarantine q SET state = 2 /*discarded*/, state_at = clock_timestamp(),
               state_by = 'erased'
          FROM (SELECT f."row" AS i, f.contact FROM unnest(facts) f UNION
                SELECT h."row", h.contact FROM unnest(quarantined) h) w
         WHERE w.i = ANY (former) AND q.contact = w.contact AND q.state = 0 /*waiting*/
           AND q.digest = (records[w.i]).digest
           AND NOT EXISTS (SELECT FROM quarantine_salt s
                            WHERE s.quarantine_id = q.quarantine_id AND s.salt IS NOT NULL);
    END IF;

    IF cardinality(agreements) > 0 THEN
        UPDATE register_version v$is$)) AS v (was, is_now)
    LOOP
        IF strpos(said, c.was) = 0 THEN
            RAISE EXCEPTION 'ingest_batch is not as 285 knows it: %', c.was;
        END IF;
        said := replace(said, c.was, c.is_now);
    END LOOP;
    EXECUTE said;
END $do$;
