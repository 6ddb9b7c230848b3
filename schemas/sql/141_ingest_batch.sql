-- 141: one batch of records, one statement, one transaction: a process that is stopped in
-- the middle holds no lock for longer than the server needs to finish.
--
-- Called by common/store/event/ingest_store.c, which sorts rows by (source, event_id) and folds
-- contacts and links, so that two processes cannot deadlock and no key stands twice.
-- It runs with the owner's rights, so that consent_ingest can add facts with their events
-- alone. A database from before events were sealed (140) has a former one.
DROP FUNCTION IF EXISTS ingest_batch;
DROP TYPE IF EXISTS ingest_record, ingest_contact, ingest_fact, ingest_quarantined,
    ingest_agreement;

-- What a batch is made of. Arrays of rows: 5,000 records of 17 columns unnested from an array
-- a column took 8 ms, from one array of rows 0.6 ms, of about 30 ms for the insert.
CREATE TYPE ingest_record AS (
    ledger_id bigint, known timestamptz, occurred_from timestamptz,
    occurred_to timestamptz, "offset" bigint, source integer, partition integer,
    flags integer, type smallint, outcome smallint, event_id text, topic text,
    reason text, pointer text, digest bytea, headers bytea, raw bytea,
    commitment bytea, salt bytea, said text);
CREATE TYPE ingest_contact AS (
    contact uuid, shard smallint, kind smallint, wrapped_key bytea, sealed bytea,
    known timestamptz, wide boolean, lane smallint);
CREATE TYPE ingest_fact AS (
    "row" integer,   -- place of its record in the batch, from 1
    safe boolean,    -- applies although its id was used before for another event
    contact uuid, ledger_id bigint, known timestamptz, occurred_from timestamptz,
    occurred_to timestamptz, effective timestamptz, expires timestamptz, source integer,
    agreement integer, flags integer, controller smallint, purpose smallint,
    channels smallint, stated smallint, kind smallint, source_type smallint,
    part smallint, form bigint);
CREATE TYPE ingest_quarantined AS (
    "row" integer, ledger_id bigint, known timestamptz, "offset" bigint, source integer,
    partition integer, topic text, reason text, pointer text, event_id text, contact uuid,
    raw bytea, headers bytea, digest bytea, commitment bytea, salt bytea);
CREATE TYPE ingest_agreement AS (
    "row" integer, agreement text, party text, valid_from timestamptz,
    valid_until timestamptz, terminated timestamptz, breach_from timestamptz);

-- step says where a record goes:
--   0 to quarantine alone   1 to the ledger   2 to the ledger, where its (source, event_id)
--   stands already; and then what was found:
--   3 a duplicate: nothing of it applies      4 ID_REUSE: only what is safe does
CREATE FUNCTION ingest_batch(
    records ingest_record[], step smallint[],
    -- receipts, in the order of the records; from..to belong to one source
    r_event_id text[], r_outcome smallint[], r_reason text[], r_pointer text[],
    r_ledger_id bigint[], r_known timestamptz[],
    s_source integer[], s_from integer[], s_to integer[],
    contacts ingest_contact[],
    l_contact uuid[], l_other uuid[], l_ledger_id bigint[],  -- links, both ways round
    facts ingest_fact[],
    quarantined ingest_quarantined[],
    agreements ingest_agreement[],
    t_row integer[], t_contact uuid[], t_reason text[],      -- data that must go
    -- contact points of one person (125), both ways round
    x_row integer[], x_contact uuid[], x_other uuid[], x_kind smallint[],
    -- counts; k_of: which of them each record is in
    k_of integer[], k_source integer[], k_partition integer[], k_day integer[],
    k_outcome smallint[], k_reason text[], k_late boolean[], k_n integer[],
    k_type smallint[],
    -- what is rare and in the batch, for looking for it in every row costs more than it
    -- does: 1 said   2 a contact known by a hash   4 a wide denial   8 an erasure
    rare integer,
    moves ingest_move[],  -- late, for they are known last
    mark bytea,  -- of the contact secret that new contacts have their keys from (186)
    OUT version bigint, OUT duplicates integer[], OUT reuses integer[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
-- One plan for all batches, made once a connection, also while the tables are still empty:
-- a custom plan would copy megabytes of constants, any but the indexes' would not scale.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    n      bigint;
    q_id   bigint[];
    i      integer;
    e      record;
    had    bigint;
    turn   smallint;
    again  integer[] := '{}';   -- records that were erased
    last_erasure timestamptz;
BEGIN
    duplicates := '{}';
    reuses := '{}';
    PERFORM contact_secret_hold(mark);
    PERFORM ingest_move(moves);
    PERFORM intake_run_put(moves, r_ledger_id);  -- 145

    -- Looked for beforehand, for ON CONFLICT would cost every row what only the few pay
    -- here. Whom another process overtakes in between fails by 23505 and tries again.
    FOR i IN SELECT u.ordinality FROM unnest(records) WITH ORDINALITY AS u
              WHERE (SELECT true FROM ledger l WHERE l.source = u.source
                        AND l.event_id = u.event_id AND l.variant = 0) LOOP
        IF step[i] = 1 THEN
            step[i] := 2;
        END IF;
    END LOOP;

    -- What was erased comes again when a feed is read again (150): nobody can read it then,
    -- and of what it says only the no is heard. Live records are younger than any erasure.
    SELECT max(x.at) INTO last_erasure FROM erasure x;
    IF last_erasure IS NOT NULL THEN
        FOR i IN SELECT u.ordinality FROM unnest(records) WITH ORDINALITY AS u
                  WHERE u.known <= last_erasure AND step[u.ordinality] < 2
                    AND (SELECT true FROM erased_event x
                          WHERE x.digest = u.digest AND x.forgotten LIMIT 1) LOOP
            records[i].salt := NULL;
            again := again || i;
        END LOOP;
    END IF;

    INSERT INTO ledger (ledger_id, known, occurred_from, occurred_to, "offset", source,
                        partition, flags, type, outcome, variant, event_id, topic, reason,
                        pointer, digest, headers, raw, commitment)
    SELECT u.ledger_id, u.known, u.occurred_from, u.occurred_to, u."offset", u.source,
           u.partition, u.flags, u.type, u.outcome, 0, u.event_id, u.topic, u.reason,
           u.pointer, u.digest, u.headers, u.raw, u.commitment
      FROM unnest(records) WITH ORDINALITY AS u
     WHERE step[u.ordinality] = 1;

    INSERT INTO event_salt (ledger_id, salt)
    SELECT u.ledger_id, u.salt
      FROM unnest(records) WITH ORDINALITY AS u
     WHERE step[u.ordinality] = 1 AND u.salt IS NOT NULL;

    IF cardinality(again) > 0 THEN
        INSERT INTO event_salt (ledger_id, forgotten)
        SELECT (records[a.i]).ledger_id, now() FROM unnest(again) AS a(i)
         WHERE step[a.i] = 1;
        INSERT INTO erased_event (contact, ledger_id, digest, forgotten, erasure)
        SELECT DISTINCT ON (x.contact, a.i) x.contact, (records[a.i]).ledger_id, x.digest,
               true, x.erasure
          FROM unnest(again) AS a(i) JOIN erased_event x ON x.digest = (records[a.i]).digest
         WHERE step[a.i] = 1 AND x.forgotten ORDER BY x.contact, a.i, x.erasure
            ON CONFLICT DO NOTHING;
    END IF;

    IF rare & 1 <> 0 THEN
        INSERT INTO event_said (ledger_id, said)
        SELECT u.ledger_id, u.said::jsonb
          FROM unnest(records) WITH ORDINALITY AS u
         WHERE step[u.ordinality] = 1 AND u.said IS NOT NULL;
    END IF;

    IF 2 = ANY (step) THEN
        FOR e IN SELECT u.* FROM unnest(records) WITH ORDINALITY AS u
                  WHERE step[u.ordinality] = 2 ORDER BY u.ordinality LOOP
            i := e.ordinality;
            LOOP
                SELECT l.ledger_id INTO had FROM ledger l
                 WHERE l.source = e.source AND l.event_id = e.event_id AND l.variant = 0
                       -- both named by their content: the same, whatever file it is from
                   AND (l.digest = e.digest OR (l.flags & e.flags & 16 /*named*/) <> 0);
                IF NOT FOUND THEN
                    SELECT l.ledger_id INTO had FROM ledger l
                     WHERE l.source = e.source AND l.event_id = e.event_id
                       AND l.digest = e.digest AND l.variant > 0;
                END IF;
                IF FOUND THEN
                    step[i] := 3;
                    r_outcome[i] := 2;
                    r_reason[i] := NULL;
                    r_pointer[i] := NULL;
                    r_ledger_id[i] := had;
                    duplicates := duplicates || i;
                    EXIT;
                END IF;
                SELECT l.variant + 1 INTO turn FROM ledger l
                 WHERE l.source = e.source AND l.event_id = e.event_id
                 ORDER BY l.variant DESC LIMIT 1;
                INSERT INTO ledger (ledger_id, known, occurred_from, occurred_to, "offset",
                                    source, partition, flags, type, outcome, variant,
                                    event_id, topic, reason, pointer, digest, headers, raw,
                                    commitment)
                VALUES (e.ledger_id, e.known, e.occurred_from, e.occurred_to, e."offset",
                        e.source, e.partition, e.flags, e.type, 3, turn, e.event_id,
                        e.topic, 'ID_REUSE', '/id', e.digest, e.headers, e.raw,
                        e.commitment)
                    ON CONFLICT (source, event_id, variant) DO NOTHING;
                IF FOUND THEN
                    INSERT INTO event_salt (ledger_id, salt)
                    SELECT e.ledger_id, e.salt WHERE e.salt IS NOT NULL;
                    INSERT INTO event_said (ledger_id, said)
                    SELECT e.ledger_id, e.said::jsonb WHERE e.said IS NOT NULL;
                    INSERT INTO quarantine (known, source, partition, "offset", topic,
                                            reason, pointer, event_id, ledger_id, digest,
                                            commitment)
                    SELECT e.known, e.source, e.partition, e."offset", e.topic,
                           'ID_REUSE', '/id', e.event_id, e.ledger_id, e.digest,
                           e.commitment
                     WHERE e.flags & 32 /*sandbox*/ = 0
                        ON CONFLICT DO NOTHING;
                    step[i] := 4;
                    r_outcome[i] := 3;
                    r_reason[i] := 'ID_REUSE';
                    r_pointer[i] := '/id';
                    reuses := reuses || i;
                    EXIT;
                END IF;
            END LOOP;  -- somebody else took that variant just now: look again
        END LOOP;
    END IF;

    INSERT INTO fact (contact, ledger_id, known, occurred_from, occurred_to, effective,
                      expires, source, agreement, flags, controller, purpose, channels,
                      stated, kind, source_type, part, form)
    SELECT f.contact, f.ledger_id, f.known, f.occurred_from, f.occurred_to, f.effective,
           f.expires, f.source, f.agreement, f.flags, f.controller, f.purpose, f.channels,
           f.stated, f.kind, f.source_type, f.part, f.form
      FROM unnest(facts) f
     WHERE (step[f."row"] = 1 OR (step[f."row"] = 4 AND f.safe))
       AND NOT (f."row" = ANY (again)
                AND f.kind IN (1 /*grant*/, 8 /*lead*/, 9 /*notice*/, 17 /*relationship*/,
                               22 /*anchor*/));

    -- An erased contact (wrapped_key NULL) stays erased, whoever sends it again. ON CONFLICT
    -- costs every row a fifth more than to look first, and only a race needs it.
    BEGIN
        INSERT INTO contact (contact, kind, wrapped_key, sealed)
        SELECT c.contact, c.kind, c.wrapped_key, c.sealed FROM unnest(contacts) c
         WHERE (SELECT true FROM contact k WHERE k.contact = c.contact) IS NULL;
    EXCEPTION WHEN unique_violation THEN
        INSERT INTO contact (contact, kind, wrapped_key, sealed)
        SELECT c.contact, c.kind, c.wrapped_key, c.sealed FROM unnest(contacts) c
            ON CONFLICT (contact) DO NOTHING;
    END;

    INSERT INTO dirty (contact, shard, cause, lane, known)
    SELECT c.contact, c.shard, 1, c.lane, c.known FROM unnest(contacts) c;

    -- contacts known by a hash alone (075): sealed says kind and profile
    IF rare & 2 <> 0 THEN
        PERFORM hashed_arrived(ARRAY(SELECT DISTINCT c.sealed FROM unnest(contacts) c
                                      WHERE c.wrapped_key IS NULL AND c.sealed IS NOT NULL));
    END IF;

    IF cardinality(l_contact) > 0 THEN
        INSERT INTO link (contact, other, ledger_id)
        SELECT * FROM unnest(l_contact, l_other, l_ledger_id)
            ON CONFLICT (contact, other) DO NOTHING;
    END IF;

    -- a denial for all channels holds for linked contacts too
    IF rare & 4 <> 0 THEN
        INSERT INTO dirty (contact, shard, cause, lane, known)
        SELECT l.other, shard_of(l.other), 3, 0, c.known
          FROM unnest(contacts) c JOIN link l ON l.contact = c.contact
         WHERE c.wide;
    END IF;

    IF cardinality(quarantined) > 0 THEN
        q_id := ARRAY(SELECT nextval('quarantine_quarantine_id_seq')
                        FROM generate_series(1, cardinality(quarantined)));
        INSERT INTO quarantine_salt (quarantine_id, salt)
        SELECT q_id[q.ordinality], q.salt
          FROM unnest(quarantined) WITH ORDINALITY AS q
         WHERE step[q."row"] < 2 AND q.salt IS NOT NULL AND q."row" <> ALL (again);
        INSERT INTO quarantine (quarantine_id, known, source, partition, "offset", topic,
                                reason, pointer, event_id, ledger_id, contact, raw, headers,
                                digest, commitment)
        OVERRIDING SYSTEM VALUE
        SELECT q_id[q.ordinality], q.known, q.source, q.partition, q."offset", q.topic,
               coalesce(q.reason, 'UNKNOWN'), coalesce(q.pointer, ''), q.event_id,
               q.ledger_id, q.contact, q.raw, q.headers, q.digest, q.commitment
          FROM unnest(quarantined) WITH ORDINALITY AS q
         WHERE step[q."row"] < 2
            ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS n = ROW_COUNT;
        IF n < cardinality(quarantined) THEN  -- what waits already keeps its own salt
            DELETE FROM quarantine_salt s WHERE s.quarantine_id = ANY (q_id)
               AND NOT EXISTS (SELECT FROM quarantine q
                                WHERE q.quarantine_id = s.quarantine_id);
        END IF;
    END IF;

    IF cardinality(agreements) > 0 THEN
        UPDATE register_version v SET version = v.version + 1;  -- and one at a time
        INSERT INTO agreement_fact (ledger_id, known, agreement, party, valid_from,
                                    valid_until, terminated, breach_from)
        SELECT r_ledger_id[a."row"], r_known[a."row"], a.agreement, a.party, a.valid_from,
               a.valid_until, a.terminated, a.breach_from
          FROM unnest(agreements) a WHERE step[a."row"] = 1;
        INSERT INTO register_number (kind, id, number)
        SELECT 'agreement', u.id, row_number() OVER (ORDER BY u.id)
                                  + (SELECT coalesce(max(r.number), 0)
                                       FROM register_number r WHERE r.kind = 'agreement')
          FROM (SELECT DISTINCT a.agreement AS id FROM unnest(agreements) a
                 WHERE step[a."row"] = 1) u
         WHERE NOT EXISTS (SELECT FROM register_number r
                            WHERE r.kind = 'agreement' AND r.id = u.id);
        INSERT INTO cascade (agreement, ledger_id, known)
        SELECT r.number, r_ledger_id[a."row"], r_known[a."row"]
          FROM unnest(agreements) a
          JOIN register_number r ON r.kind = 'agreement' AND r.id = a.agreement
         WHERE step[a."row"] = 1;
    END IF;

    IF cardinality(x_row) > 0 THEN
        INSERT INTO same_person (contact, other, ledger_id, known, said, kind)
        SELECT x.contact, x.other, r_ledger_id[x."row"], r_known[x."row"],
               (records[x."row"]).occurred_to, x.kind
          FROM unnest(x_row, x_contact, x_other, x_kind) AS x("row", contact, other, kind)
         WHERE step[x."row"] = 1
            ON CONFLICT (contact, other, ledger_id) DO NOTHING;
    END IF;

    IF cardinality(t_row) > 0 THEN
        INSERT INTO delete_task (contact, ledger_id, reason, opened)
        SELECT t.contact, r_ledger_id[t."row"], t.reason, r_known[t."row"]
          FROM unnest(t_row, t_contact, t_reason) AS t("row", contact, reason)
         WHERE step[t."row"] <> 3
            ON CONFLICT (contact, ledger_id) DO NOTHING;
    END IF;

    -- an erasure that the officer says is done: the keeper carries it out
    IF rare & 8 <> 0 THEN
        INSERT INTO delete_task (contact, ledger_id, reason, opened)
        SELECT DISTINCT ON (f.contact, f.ledger_id) f.contact, f.ledger_id, 'ERASURE', f.known
          FROM unnest(facts) f
         WHERE f.kind = 15 /*erasure*/ AND f.flags & 64 /*confirmed*/ <> 0
           AND step[f."row"] = 1
            ON CONFLICT (contact, ledger_id) DO NOTHING;
    END IF;

    FOREACH i IN ARRAY duplicates || reuses LOOP
        k_n[k_of[i]] := k_n[k_of[i]] - 1;
    END LOOP;
    INSERT INTO source_count AS c (source, partition, day, outcome, reason, late, type, n)
    SELECT k.source, k.partition, date '1970-01-01' + k.day, k.outcome, k.reason, k.late,
           k.type, sum(k.n)
      FROM (SELECT u.source, u.partition, u.day, u.outcome, u.reason, u.late, u.type, u.n
              FROM unnest(k_source, k_partition, k_day, k_outcome, k_reason, k_late, k_type,
                          k_n)
                   AS u(source, partition, day, outcome, reason, late, type, n)
            UNION ALL
            SELECT k_source[k_of[d.i]], k_partition[k_of[d.i]], k_day[k_of[d.i]],
                   r_outcome[d.i], coalesce(r_reason[d.i], ''), false, 0::smallint, 1
              FROM unnest(duplicates || reuses) AS d(i)) AS k
     GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(k.n) > 0 ORDER BY 1, 2, 3, 4, 5, 6, 7
        ON CONFLICT (source, partition, day, outcome, reason, late, type)
        DO UPDATE SET n = c.n + EXCLUDED.n;

    INSERT INTO receipt_queue (source, event_id, outcome, reason, pointer, ledger_id, known)
    SELECT s.source, r_event_id[s.a:s.b], r_outcome[s.a:s.b], r_reason[s.a:s.b],
           r_pointer[s.a:s.b], r_ledger_id[s.a:s.b], r_known[s.a:s.b]
      FROM unnest(s_source, s_from, s_to) AS s(source, a, b);

    SELECT v.version INTO version FROM register_version v;
END
$$;

REVOKE EXECUTE ON FUNCTION ingest_batch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest_batch TO consent_ingest;
