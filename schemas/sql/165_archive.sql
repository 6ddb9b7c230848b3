-- 165: what is old leaves the database as files (consentctl archive run). One file a range, made
-- and checked before anything goes, and nothing goes but in one transaction that looks once more
-- whether the file has all of it.
--
--   list_change               a range of versions; the last word to each contact stays
--   lookup_audit, scrub(_part)  a month
--   ledger, quarantine        a range of ids: the sealed bytes leave, the rows stay. What opens
--                             the bytes, the salts (140), never leaves: who erases a person has
--                             erased the archives, too.
--
-- When: entries "archive" of the register. What it does not name stays for good.

CREATE TABLE archive_file (
    archive      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    what         text        NOT NULL,
    low          text        NOT NULL,
    high         text        NOT NULL,   -- without
    rows         bigint      NOT NULL,
    checksum     bigint      NOT NULL,   -- archive_sum of its rows
    last_xact    bigint,                 -- of look-ups: the highest transaction in it
    file         text        NOT NULL,   -- its name, in whatever directory it is kept now
    sha256       bytea       NOT NULL CHECK (length(sha256) = 32),
    seal_version smallint    NOT NULL,   -- the sealing key's: keep it as long as the file
    at           timestamptz NOT NULL DEFAULT now(),
    by           text        NOT NULL DEFAULT session_user,
    UNIQUE (what, low)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON archive_file
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON archive_file
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How many ids make a range of what has no partitions.
CREATE TABLE archive_plan (
    what text   PRIMARY KEY,
    ids  bigint NOT NULL CHECK (ids > 0)
);
INSERT INTO archive_plan VALUES ('ledger', 1048576), ('quarantine', 65536);

-- Up to where list_change has left: before it only the last word to a contact is there.
CREATE FUNCTION archived_upto() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(max(high::bigint), 0) FROM archive_file WHERE what = 'list_change'
$$;

CREATE FUNCTION archived_event(p_what text, p_id bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM archive_file WHERE what = p_what
                      AND p_id >= low::bigint AND p_id < high::bigint)
$$;

-- Have rows of a range of a log left? Words and look-ups; events stay.
CREATE FUNCTION archived_range(p_log smallint, p_from bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    -- 2 is the log of lists, 3 that of look-ups
    SELECT CASE p_log WHEN 2 THEN p_from < archived_upto()
        WHEN 3 THEN p_from <= coalesce((SELECT max(last_xact) FROM archive_file), 0)
        ELSE false END
$$;

-- --- which range is next ---
-- why: what it still waits for; NULL: it can go.
CREATE FUNCTION archive_next(OUT what text, OUT low text, OUT high text, OUT why text)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    wanted record;
    before timestamptz;
    ids    bigint;
    used   bigint;
BEGIN
    FOR wanted IN SELECT t.tab, max((r.body->>'after')::interval) AS after
                    FROM unnest('{ledger,quarantine,list_change,lookup_audit,scrub,scrub_part}'
                                ::text[]) WITH ORDINALITY t (tab, i)
                    JOIN register_rows('infinity') r ON r.kind = 'archive'
                     AND r.body->>'table' = replace(t.tab, '_part', '')
                     AND r.effective <= now() AND r.until > now()
                   GROUP BY t.i, t.tab ORDER BY t.i LOOP
        what := wanted.tab;
        before := now() - wanted.after;
        low := NULL;
        IF EXISTS (SELECT FROM partition_plan p WHERE p.tab = what) THEN
            SELECT r.low, r.high INTO low, high FROM partition_range r
             WHERE r.tab = what AND r.low IS NOT NULL AND r.high IS NOT NULL
             ORDER BY length(r.low), r.low LIMIT 1;
        ELSE
            SELECT p.ids INTO ids FROM archive_plan p WHERE p.what = archive_next.what;
            SELECT coalesce(max(a.high::bigint), 0) INTO used FROM archive_file a
             WHERE a.what = archive_next.what;
            IF what = 'ledger' THEN
                SELECT min(l.ledger_id) INTO used FROM ledger l WHERE l.ledger_id >= used;
            ELSE
                SELECT min(q.quarantine_id) INTO used FROM quarantine q
                 WHERE q.quarantine_id >= used;
            END IF;
            low := used / ids * ids;
            high := low::bigint + ids;
        END IF;
        CONTINUE WHEN low IS NULL;
        why := archive_waits(what, low, high, before);
        RETURN NEXT;
    END LOOP;
END $$;

CREATE FUNCTION archive_waits(p_what text, p_low text, p_high text, before timestamptz)
RETURNS text LANGUAGE plpgsql STABLE SET timezone = 'UTC' AS $$
DECLARE
    young  boolean;
    sealed boolean := true;
    a      bigint;
    b      bigint;
BEGIN
    IF p_what IN ('lookup_audit', 'scrub', 'scrub_part') THEN
        young := p_high::timestamptz > before;
        IF p_what = 'lookup_audit' AND p_high::timestamptz > now() - interval '365 days' THEN
            RETURN 'look-ups stay for a year';
        ELSIF p_what = 'lookup_audit' AND NOT young THEN
            sealed := coalesce((SELECT max(l.xact) FROM lookup_audit l
                                 WHERE l.at >= p_low::timestamptz AND l.at < p_high::timestamptz)
                < (SELECT max(r."to") FROM proof_range r WHERE r.log = 3 AND r.topic = ''), false)
                OR NOT EXISTS (SELECT FROM lookup_audit l
                                WHERE l.at >= p_low::timestamptz AND l.at < p_high::timestamptz);
        END IF;
    ELSE
        a := p_low::bigint;
        b := p_high::bigint;
        IF b > (CASE p_what WHEN 'list_change' THEN (SELECT last_value FROM list_version)
                            WHEN 'ledger' THEN (SELECT last_value FROM ledger_block)
                            ELSE (SELECT last_value FROM quarantine_quarantine_id_seq) END) THEN
            RETURN 'not full';
        END IF;
        CASE p_what WHEN 'list_change' THEN
            young := EXISTS (SELECT FROM list_change c WHERE c.version >= a AND c.version < b
                                AND c.at >= before);
            sealed := young OR NOT EXISTS (
                SELECT FROM (SELECT c.list, c.shard, max(c.version) AS last FROM list_change c
                              WHERE c.version >= a AND c.version < b GROUP BY 1, 2) m
                 WHERE m.last >= coalesce((SELECT max(r."to") FROM proof_range r
                    WHERE r.log = 2 AND r.topic = m.list::text AND r.partition = m.shard), 0));
        WHEN 'ledger' THEN
            young := EXISTS (SELECT FROM ledger l WHERE l.ledger_id >= a AND l.ledger_id < b
                                AND l.known >= before);
            sealed := young OR NOT EXISTS (
                SELECT FROM (SELECT l.topic, l.partition, max(l."offset") AS last
                               FROM ledger l WHERE l.ledger_id >= a AND l.ledger_id < b
                              GROUP BY 1, 2) m
                 WHERE m.last >= coalesce((SELECT max(r."to") FROM proof_range r
                    WHERE r.log = 1 AND r.topic = m.topic AND r.partition = m.partition), 0))
                AND NOT EXISTS (SELECT FROM ledger l WHERE l.ledger_id >= a
                                   AND l.ledger_id < b AND l.commitment IS NULL);
        ELSE
            young := EXISTS (SELECT FROM quarantine q WHERE q.quarantine_id >= a
                                AND q.quarantine_id < b AND q.known >= before);
            sealed := young OR NOT EXISTS (
                SELECT FROM (SELECT q.topic, q.partition, max(q."offset") AS last
                               FROM quarantine q WHERE q.quarantine_id >= a
                                AND q.quarantine_id < b GROUP BY 1, 2) m
                 WHERE m.last >= coalesce((SELECT max(r."to") FROM proof_range r
                    WHERE r.log = 1 AND r.topic = m.topic AND r.partition = m.partition), 0));
        END CASE;
    END IF;
    RETURN CASE WHEN young THEN 'not old enough' WHEN NOT sealed THEN 'not in the log yet' END;
END $$;

-- --- its rows, as lines ---
-- In the order of their keys, up to so many; "after" is the key of the last that was had.
CREATE FUNCTION archive_page(p_what text, p_low text, p_high text, after bigint[], most integer)
RETURNS TABLE (key bigint[], line text) LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET bytea_output = 'hex' AS $$
BEGIN
    CASE p_what
    WHEN 'list_change' THEN
        RETURN QUERY SELECT ARRAY[c.list, c.shard, c.version], to_jsonb(c)::text
          FROM list_change c WHERE c.version >= p_low::bigint AND c.version < p_high::bigint
           AND (c.list, c.shard, c.version) > (after[1]::integer, after[2]::smallint, after[3])
         ORDER BY c.list, c.shard, c.version LIMIT most;
    WHEN 'lookup_audit' THEN
        RETURN QUERY SELECT ARRAY[a.xact, a.number, 0], to_jsonb(a)::text
          FROM lookup_audit a
         WHERE a.at >= p_low::timestamptz AND a.at < p_high::timestamptz
           AND a.xact >= after[1] AND (a.xact, a.number) > (after[1], after[2])
         ORDER BY a.xact, a.number LIMIT most;
    WHEN 'scrub' THEN
        RETURN QUERY SELECT ARRAY[s.scrub_id, 0, 0], to_jsonb(s)::text FROM scrub s
         WHERE s.at >= p_low::timestamptz AND s.at < p_high::timestamptz
           AND s.scrub_id > after[1] ORDER BY s.scrub_id LIMIT most;
    WHEN 'scrub_part' THEN  -- all parts of one scrub: there is no smaller key
        RETURN QUERY SELECT ARRAY[s.scrub_id, 0, 0], to_jsonb(s)::text FROM scrub_part s
         WHERE s.at >= p_low::timestamptz AND s.at < p_high::timestamptz
           AND s.scrub_id = (SELECT min(x.scrub_id) FROM scrub_part x
             WHERE x.at >= p_low::timestamptz AND x.at < p_high::timestamptz
               AND x.scrub_id > after[1]);
    WHEN 'ledger' THEN
        RETURN QUERY SELECT ARRAY[l.ledger_id, 0, 0], to_jsonb(l)::text FROM ledger l
         WHERE l.ledger_id >= p_low::bigint AND l.ledger_id < p_high::bigint
           AND l.ledger_id > after[1] ORDER BY l.ledger_id LIMIT most;
    WHEN 'quarantine' THEN  -- what waits for a person keeps its bytes
        RETURN QUERY SELECT ARRAY[q.quarantine_id, 0, 0], to_jsonb(q)::text FROM quarantine q
         WHERE q.quarantine_id >= p_low::bigint AND q.quarantine_id < p_high::bigint
           AND q.quarantine_id > after[1] AND q.state <> 0 /*waiting*/
         ORDER BY q.quarantine_id LIMIT most;
    END CASE;
END $$;

-- What else belongs into the file: where its rows are in the log, the tiles of their leaves,
-- and the checkpoint over them.
CREATE FUNCTION archive_proof(p_what text, p_low text, p_high text)
RETURNS TABLE (line text) LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET bytea_output = 'hex' AS $$
DECLARE
    of_log smallint := CASE p_what WHEN 'list_change' THEN 2 WHEN 'lookup_audit' THEN 3
                                   WHEN 'ledger' THEN 1 WHEN 'quarantine' THEN 1 END;
    ranges proof_range[];
BEGIN
    CASE p_what
    WHEN 'list_change' THEN
        ranges := ARRAY(SELECT r FROM proof_range r WHERE r.log = 2 AND r.topic <> 'restored'
            AND r."from" < p_high::bigint AND r."to" > p_low::bigint ORDER BY r.first_leaf);
    WHEN 'lookup_audit' THEN
        ranges := ARRAY(SELECT r FROM proof_range r WHERE r.log = 3 AND r.topic = ''
            AND r."from" <= (SELECT max(a.xact) FROM lookup_audit a
                 WHERE a.at >= p_low::timestamptz AND a.at < p_high::timestamptz)
            AND r."to" > (SELECT min(a.xact) FROM lookup_audit a
                 WHERE a.at >= p_low::timestamptz AND a.at < p_high::timestamptz)
            ORDER BY r.first_leaf);
    WHEN 'ledger' THEN
        ranges := ARRAY(SELECT r FROM proof_range r WHERE r.log = 1 AND EXISTS (
            SELECT FROM unnest(r.lows, r.highs) AS i (low, high)
             WHERE i.low < p_high::bigint AND i.high >= p_low::bigint) ORDER BY r.first_leaf);
    WHEN 'quarantine' THEN
        ranges := ARRAY(SELECT r FROM proof_range r WHERE r.log = 1
            AND r.q_after < p_high::bigint AND r.q_upto >= p_low::bigint ORDER BY r.first_leaf);
    ELSE
        RETURN;
    END CASE;
    RETURN QUERY SELECT jsonb_build_object('range', to_jsonb(r))::text FROM unnest(ranges) r;
    RETURN QUERY SELECT jsonb_build_object('tile', to_jsonb(t))::text FROM proof_tile t
     WHERE t.log = of_log AND t.level = 0 AND t.index IN (
        SELECT generate_series(r.first_leaf / 256, (r.first_leaf + r.leaves - 1) / 256)
          FROM unnest(ranges) r) ORDER BY t.index;
    RETURN QUERY SELECT jsonb_build_object('checkpoint', s.checkpoint)::text FROM proof_seal s
     WHERE s.log = of_log AND s.size >= (SELECT max(r.first_leaf + r.leaves)
                                           FROM unnest(ranges) r)
     ORDER BY s.size LIMIT 1;
END $$;

-- What two readings of the same rows agree on, whatever their order: the exclusive or of the
-- first eight bytes of each line's SHA-256.
CREATE FUNCTION archive_sum(line text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT ('x' || encode(substr(sha256(convert_to(line, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
$$;

CREATE FUNCTION archive_count(p_what text, p_low text, p_high text, OUT rows bigint,
                              OUT checksum bigint)
LANGUAGE plpgsql STABLE SET timezone = 'UTC' SET bytea_output = 'hex' AS $$
BEGIN
    EXECUTE format('SELECT count(*), coalesce(bit_xor(archive_sum(to_jsonb(x)::text)), 0)'
                   ' FROM %I x WHERE x.%I >= %L AND x.%I < %L %s', p_what, c.by, p_low, c.by,
                   p_high, CASE WHEN p_what = 'quarantine' THEN 'AND x.state <> 0 /*waiting*/' END)
       FROM (SELECT CASE p_what WHEN 'list_change' THEN 'version' WHEN 'ledger' THEN 'ledger_id'
                    WHEN 'quarantine' THEN 'quarantine_id' ELSE 'at' END AS by) c
       INTO rows, checksum;
END $$;

-- --- what goes ---
-- The last word to each contact, of what is older than a version, in place of what was said.
-- No row is deleted: those that stay are written into a new partition, in the old ones' place.
CREATE FUNCTION archive_words(p_part name, p_high text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CREATE TABLE list_change_new (LIKE list_change INCLUDING ALL);
    INSERT INTO list_change_new
    SELECT c.* FROM list_change c
     WHERE c.version < p_high::bigint AND NOT EXISTS (
        SELECT FROM list_change n WHERE n.list = c.list AND n.shard = c.shard
           AND n.former = c.version AND n.version < p_high::bigint);
    ANALYZE list_change_new;
    ALTER TABLE list_change DETACH PARTITION list_change_past;
    EXECUTE format('ALTER TABLE list_change DETACH PARTITION %I', p_part);
    EXECUTE format('DROP TABLE list_change_past, %I', p_part);
    ALTER TABLE list_change_new RENAME TO list_change_past;
    EXECUTE format('ALTER TABLE list_change ATTACH PARTITION list_change_past'
                   ' FOR VALUES FROM (MINVALUE) TO (%L)', p_high);
    CREATE TRIGGER no_truncate BEFORE TRUNCATE ON list_change_past
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    REVOKE ALL ON list_change_past FROM consent_operator;
    -- what stands between them is not known any more
    DELETE FROM list_point p WHERE EXISTS (SELECT FROM unnest(p.cursor) v
                                            WHERE v > 0 AND v < p_high::bigint);
END $$;

CREATE FUNCTION archive_month(p_tab text, p_part name, p_high text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', p_tab, p_part);
    EXECUTE format('DROP TABLE %I', p_part);
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', p_tab, p_tab || '_past');
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)',
                   p_tab, p_tab || '_past', p_high);
END $$;

-- The range stands in a file that was read again: its rows go, if they are still those.
CREATE FUNCTION archive_done(p_what text, p_low text, p_high text, p_rows bigint, p_sum bigint,
                             p_file text, p_sha256 bytea, p_version smallint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET lock_timeout = '10s' AS $$
DECLARE
    v_part name;
    v_xact bigint;
    n      bigint;
    s      bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM archive_next() a WHERE a.what = p_what AND a.low = p_low
                      AND a.high = p_high AND a.why IS NULL) THEN
        RAISE EXCEPTION 'this range may not leave' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT r.part INTO v_part FROM partition_range r WHERE r.tab = p_what AND r.low = p_low;
    IF v_part IS NOT NULL THEN  -- nobody adds to it meanwhile
        EXECUTE format('LOCK TABLE %I, %I IN SHARE MODE', v_part, p_what || '_past');
    END IF;
    SELECT c.rows, c.checksum INTO n, s FROM archive_count(p_what, p_low, p_high) c;
    IF n <> p_rows OR s <> p_sum THEN
        RAISE EXCEPTION 'the rows are not those of the file'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    CASE p_what
    WHEN 'list_change' THEN
        PERFORM archive_words(v_part, p_high);
    WHEN 'ledger' THEN
        PERFORM set_config('consentmq.reseal', 'on', true);
        UPDATE ledger l SET raw = NULL, headers = NULL
         WHERE l.ledger_id >= p_low::bigint AND l.ledger_id < p_high::bigint;
        PERFORM set_config('consentmq.reseal', 'off', true);
    WHEN 'quarantine' THEN
        UPDATE quarantine q SET raw = NULL, headers = NULL
         WHERE q.quarantine_id >= p_low::bigint AND q.quarantine_id < p_high::bigint
           AND q.state <> 0 /*waiting*/;
    ELSE
        IF p_what = 'lookup_audit' THEN
            SELECT max(a.xact) INTO v_xact FROM lookup_audit a
             WHERE a.at >= p_low::timestamptz AND a.at < p_high::timestamptz;
        END IF;
        PERFORM archive_month(p_what, v_part, p_high);
    END CASE;
    IF v_part IS NOT NULL THEN
        DELETE FROM partition_range r WHERE r.part = v_part;
        UPDATE partition_range r SET high = p_high WHERE r.part = p_what || '_past';
    END IF;
    INSERT INTO archive_file (what, low, high, rows, checksum, last_xact, file, sha256,
                              seal_version)
    VALUES (p_what, p_low, p_high, p_rows, p_sum, v_xact, p_file, p_sha256, p_version);
END $$;

DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT oid::regprocedure FROM pg_proc
             WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'archive\_%'
               AND proname <> 'archive_sum' LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
    END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION archive_next, archive_page, archive_proof, archive_done
    TO consent_operator;
GRANT SELECT ON archive_file TO consent_lookup, consent_keeper, consent_operator;
