-- 004: one batch of records, one statement, one transaction: a process that is stopped in
-- the middle holds no lock for longer than the server needs to finish.
--
-- Called by common/store/ingest_store.c, which sorts rows by (source, event_id) and folds
-- contacts and links, so that two processes cannot deadlock and no key stands twice.
-- Needs: SELECT, INSERT on ledger; SELECT, INSERT, UPDATE on ingest_position; INSERT on
-- fact, contact, link, dirty, quarantine, receipt_queue, agreement_fact, cascade,
-- register_number and delete_task; SELECT on contact, link, quarantine, delete_task and
-- register_number;
-- SELECT, UPDATE on register_version; USAGE on the sequence ledger_block.
ALTER TABLE ingest_position SET (fillfactor = 50);
ALTER TABLE receipt_queue ALTER COLUMN event_id SET COMPRESSION lz4;
ALTER TABLE receipt_queue ALTER COLUMN outcome SET COMPRESSION lz4;
ALTER TABLE receipt_queue ALTER COLUMN reason SET COMPRESSION lz4;
ALTER TABLE receipt_queue ALTER COLUMN pointer SET COMPRESSION lz4;
ALTER TABLE receipt_queue ALTER COLUMN ledger_id SET COMPRESSION lz4;
ALTER TABLE receipt_queue ALTER COLUMN known SET COMPRESSION lz4;

-- e_step says where a row of the batch goes:
--   0 to quarantine alone   1 to the ledger   2 to the ledger, where its (source, event_id)
--   stands in the batch already; and then what was found:
--   3 a duplicate: nothing of it applies      4 ID_REUSE: only what is safe (f_safe) does
CREATE FUNCTION ingest_batch(
    -- positions: another epoch or offset than expected means another owner
    p_topic text[], p_partition integer[], p_epoch bigint[], p_expected bigint[],
    p_next bigint[],
    -- records
    e_step smallint[], e_ledger_id bigint[], e_known timestamptz[], e_from timestamptz[],
    e_to timestamptz[], e_offset bigint[], e_source integer[], e_partition integer[],
    e_flags integer[], e_type smallint[], e_outcome smallint[], e_event_id text[],
    e_topic text[], e_reason text[], e_pointer text[], e_digest bytea[],
    e_headers bytea[], e_raw bytea[],
    e_first integer,  -- how many rows have step 1
    -- receipts: rows from..to belong to one source
    s_source integer[], s_from integer[], s_to integer[],
    -- contacts
    c_contact uuid[], c_shard smallint[], c_kind smallint[], c_wrapped bytea[],
    c_sealed bytea[], c_known timestamptz[], c_wide boolean[],
    -- links, both ways round
    l_contact uuid[], l_other uuid[], l_ledger_id bigint[],
    -- facts; f_row: index of their record
    f_row integer[], f_safe boolean[], f_contact uuid[], f_ledger_id bigint[],
    f_known timestamptz[], f_from timestamptz[], f_to timestamptz[],
    f_effective timestamptz[], f_expires timestamptz[], f_source integer[],
    f_agreement integer[], f_flags integer[], f_controller smallint[],
    f_purpose smallint[], f_channels smallint[], f_stated smallint[], f_kind smallint[],
    f_source_type smallint[], f_part smallint[],
    -- quarantine; q_row: index of the record
    q_row integer[], q_contact uuid[], q_raw bytea[], q_headers bytea[],
    -- agreements
    a_row integer[], a_agreement text[], a_party text[], a_from timestamptz[],
    a_until timestamptz[], a_terminated timestamptz[], a_breach timestamptz[],
    -- data that must go
    t_row integer[], t_contact uuid[], t_reason text[],
    OUT version bigint, OUT duplicates integer[], OUT reuses integer[])
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan  -- a custom plan would copy megabytes of constants
AS $$
DECLARE
    n      bigint;
    again  integer[];
    i      integer;
    had    bigint;
    turn   smallint;
BEGIN
    UPDATE ingest_position p SET next_offset = u.next, updated = now()
      FROM unnest(p_topic, p_partition, p_epoch, p_expected, p_next)
           AS u(topic, partition, epoch, expected, next)
     WHERE p.topic = u.topic AND p.partition = u.partition AND p.epoch = u.epoch
       AND p.next_offset = u.expected;
    GET DIAGNOSTICS n = ROW_COUNT;
    IF n <> cardinality(p_topic) THEN
        RAISE EXCEPTION 'a position is not where it was' USING ERRCODE = 'CQ001';
    END IF;

    INSERT INTO ledger (ledger_id, known, occurred_from, occurred_to, "offset", source,
                        partition, flags, type, outcome, variant, event_id, topic, reason,
                        pointer, digest, headers, raw)
    SELECT u.ledger_id, u.known, u.occurred_from, u.occurred_to, u."offset", u.source,
           u.partition, u.flags, u.type, u.outcome, 0, u.event_id, u.topic, u.reason,
           u.pointer, u.digest, u.headers, u.raw
      FROM unnest(e_step, e_ledger_id, e_known, e_from, e_to, e_offset, e_source,
                  e_partition, e_flags, e_type, e_outcome, e_event_id, e_topic, e_reason,
                  e_pointer, e_digest, e_headers, e_raw)
           AS u(step, ledger_id, known, occurred_from, occurred_to, "offset", source,
                partition, flags, type, outcome, event_id, topic, reason, pointer, digest,
                headers, raw)
     WHERE u.step = 1
        ON CONFLICT (source, event_id, variant) DO NOTHING;
    GET DIAGNOSTICS n = ROW_COUNT;

    duplicates := '{}';
    reuses := '{}';
    IF n <> e_first OR 2 = ANY (e_step) THEN
        SELECT array_agg(u.i ORDER BY u.i) INTO again
          FROM unnest(e_step, e_ledger_id) WITH ORDINALITY AS u(step, ledger_id, i)
         WHERE u.step = 2 OR (u.step = 1 AND NOT EXISTS (
                   SELECT FROM ledger l WHERE l.ledger_id = u.ledger_id));
        FOREACH i IN ARRAY again LOOP
            LOOP
                SELECT l.ledger_id INTO had FROM ledger l
                 WHERE l.source = e_source[i] AND l.event_id = e_event_id[i]
                   AND l.digest = e_digest[i] ORDER BY l.variant LIMIT 1;
                IF FOUND THEN
                    e_step[i] := 3;
                    e_outcome[i] := 2;
                    e_ledger_id[i] := had;  -- for the receipt
                    duplicates := duplicates || i;
                    EXIT;
                END IF;
                SELECT max(l.variant) + 1 INTO turn FROM ledger l
                 WHERE l.source = e_source[i] AND l.event_id = e_event_id[i];
                INSERT INTO ledger (ledger_id, known, occurred_from, occurred_to, "offset",
                                    source, partition, flags, type, outcome, variant,
                                    event_id, topic, reason, pointer, digest, headers, raw)
                VALUES (e_ledger_id[i], e_known[i], e_from[i], e_to[i], e_offset[i],
                        e_source[i], e_partition[i], e_flags[i], e_type[i], 3, turn,
                        e_event_id[i], e_topic[i], 'ID_REUSE', '/id', e_digest[i],
                        e_headers[i], e_raw[i])
                    ON CONFLICT (source, event_id, variant) DO NOTHING;
                IF FOUND THEN
                    INSERT INTO quarantine (known, source, partition, "offset", topic,
                                            reason, pointer, event_id, ledger_id)
                    VALUES (e_known[i], e_source[i], e_partition[i], e_offset[i],
                            e_topic[i], 'ID_REUSE', '/id', e_event_id[i], e_ledger_id[i]);
                    e_step[i] := 4;
                    e_outcome[i] := 3;
                    e_reason[i] := 'ID_REUSE';
                    e_pointer[i] := '/id';
                    reuses := reuses || i;
                    EXIT;
                END IF;
            END LOOP;  -- somebody else took that variant just now: look again
        END LOOP;

        INSERT INTO fact (contact, ledger_id, known, occurred_from, occurred_to, effective,
                          expires, source, agreement, flags, controller, purpose, channels,
                          stated, kind, source_type, part)
        SELECT f.contact, f.ledger_id, f.known, f.occurred_from, f.occurred_to,
               f.effective, f.expires, f.source, f.agreement, f.flags, f.controller,
               f.purpose, f.channels, f.stated, f.kind, f.source_type, f.part
          FROM unnest(f_row, f_safe, f_contact, f_ledger_id, f_known, f_from, f_to,
                      f_effective, f_expires, f_source, f_agreement, f_flags,
                      f_controller, f_purpose, f_channels, f_stated, f_kind,
                      f_source_type, f_part)
               AS f("row", safe, contact, ledger_id, known, occurred_from, occurred_to,
                    effective, expires, source, agreement, flags, controller, purpose,
                    channels, stated, kind, source_type, part)
         WHERE e_step[f."row"] < 3 OR (e_step[f."row"] = 4 AND f.safe);
    ELSE
        INSERT INTO fact (contact, ledger_id, known, occurred_from, occurred_to, effective,
                          expires, source, agreement, flags, controller, purpose, channels,
                          stated, kind, source_type, part)
        SELECT * FROM unnest(f_contact, f_ledger_id, f_known, f_from, f_to, f_effective,
                             f_expires, f_source, f_agreement, f_flags, f_controller,
                             f_purpose, f_channels, f_stated, f_kind, f_source_type,
                             f_part);
    END IF;

    -- an erased contact (wrapped_key NULL) stays erased, whoever sends it again
    INSERT INTO contact (contact, kind, wrapped_key, sealed)
    SELECT * FROM unnest(c_contact, c_kind, c_wrapped, c_sealed)
        ON CONFLICT (contact) DO NOTHING;

    IF cardinality(l_contact) > 0 THEN
        INSERT INTO link (contact, other, ledger_id)
        SELECT * FROM unnest(l_contact, l_other, l_ledger_id)
            ON CONFLICT (contact, other) DO NOTHING;
    END IF;

    INSERT INTO dirty (contact, shard, cause, known)
    SELECT u.contact, u.shard, 1, u.known
      FROM unnest(c_contact, c_shard, c_known) AS u(contact, shard, known);

    IF true = ANY (c_wide) THEN  -- such a denial holds for linked contacts too
        INSERT INTO dirty (contact, shard, cause, known)
        SELECT l.other, ('x' || left(l.other::text, 1))::bit(4)::integer, 3, u.known
          FROM unnest(c_contact, c_known, c_wide) AS u(contact, known, wide)
          JOIN link l ON l.contact = u.contact
         WHERE u.wide;
    END IF;

    IF cardinality(q_row) > 0 THEN
        INSERT INTO quarantine (known, source, partition, "offset", topic, reason, pointer,
                                event_id, ledger_id, contact, raw, headers)
        SELECT e_known[q."row"], e_source[q."row"], e_partition[q."row"],
               e_offset[q."row"], e_topic[q."row"], coalesce(e_reason[q."row"], 'UNKNOWN'),
               coalesce(e_pointer[q."row"], ''), e_event_id[q."row"],
               CASE WHEN e_step[q."row"] = 0 THEN NULL ELSE e_ledger_id[q."row"] END,
               q.contact, q.raw, q.headers
          FROM unnest(q_row, q_contact, q_raw, q_headers)
               AS q("row", contact, raw, headers)
         WHERE e_step[q."row"] < 3;
    END IF;

    IF cardinality(a_row) > 0 THEN
        UPDATE register_version v SET version = v.version + 1;  -- and one at a time
        INSERT INTO agreement_fact (ledger_id, known, agreement, party, valid_from,
                                    valid_until, terminated, breach_from)
        SELECT e_ledger_id[a."row"], e_known[a."row"], a.agreement, a.party, a.valid_from,
               a.valid_until, a.terminated, a.breach_from
          FROM unnest(a_row, a_agreement, a_party, a_from, a_until, a_terminated, a_breach)
               AS a("row", agreement, party, valid_from, valid_until, terminated,
                    breach_from)
         WHERE e_step[a."row"] < 3;
        INSERT INTO register_number (kind, id, number)
        SELECT 'agreement', a.id, a.place + (SELECT coalesce(max(r.number), 0)
                                               FROM register_number r
                                              WHERE r.kind = 'agreement')
          FROM (SELECT u.id, row_number() OVER (ORDER BY u.id) AS place
                  FROM (SELECT DISTINCT unnest(a_agreement) AS id) u
                 WHERE NOT EXISTS (SELECT FROM register_number r
                                    WHERE r.kind = 'agreement' AND r.id = u.id)) a;
        INSERT INTO cascade (agreement, ledger_id, known)
        SELECT r.number, e_ledger_id[a."row"], e_known[a."row"]
          FROM unnest(a_row, a_agreement) AS a("row", agreement)
          JOIN register_number r ON r.kind = 'agreement' AND r.id = a.agreement
         WHERE e_step[a."row"] < 3;
    END IF;

    IF cardinality(t_row) > 0 THEN
        INSERT INTO delete_task (contact, ledger_id, reason, opened)
        SELECT t.contact, e_ledger_id[t."row"], t.reason, e_known[t."row"]
          FROM unnest(t_row, t_contact, t_reason) AS t("row", contact, reason)
         WHERE e_step[t."row"] <> 3
            ON CONFLICT (contact, ledger_id) DO NOTHING;
    END IF;

    INSERT INTO receipt_queue (source, event_id, outcome, reason, pointer, ledger_id, known)
    SELECT s.source, e_event_id[s.a:s.b], e_outcome[s.a:s.b], e_reason[s.a:s.b],
           e_pointer[s.a:s.b], e_ledger_id[s.a:s.b], e_known[s.a:s.b]
      FROM unnest(s_source, s_from, s_to) AS s(source, a, b);

    SELECT v.version INTO version FROM register_version v;
END
$$;
