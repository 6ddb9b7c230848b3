-- 070: what each list said, and what its recipients have of it.

-- Every word of every list, in the order in which it was said: written by publish in the
-- transaction that writes list_entry, and never changed. The deltas are read from it, the
-- digest of a list at any cursor follows from it, and so does what a list said at a time.
-- Within a shard versions rise in the order of the commits (services/publish/README.md says
-- why), so whoever has read up to a version of each shard has missed nothing.
-- At 90 bytes a row beside the index it is the cheapest that serves all three. It stands in
-- partitions by range of version (164): all that asks for words says from which version on.
CREATE TABLE list_change (
    version   bigint      NOT NULL,
    former    bigint      NOT NULL,  -- the version before of this contact, 0: none
    entry     bigint      NOT NULL,
    effective timestamptz NOT NULL,
    known     timestamptz NOT NULL,
    at        timestamptz NOT NULL DEFAULT now(),
    heard     timestamptz,           -- the append of the event that brought it; NULL: time did,
                                     -- or the register, or a repair
    contact   uuid        NOT NULL,
    list      integer     NOT NULL,
    shard     smallint    NOT NULL,  -- of the contact
    status    smallint    NOT NULL,
    prior     smallint    NOT NULL,  -- status of the version before, 0: none
    rule      smallint    NOT NULL,
    reason    smallint    NOT NULL,
    PRIMARY KEY (list, shard, version)
) PARTITION BY RANGE (version);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON list_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON list_change
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How publish hands its rows over: fifteen arrays cost several times as much.
CREATE TYPE list_word AS (
    contact uuid, list integer, shard smallint, status smallint, prior smallint,
    rule smallint, reason smallint, version bigint, former bigint, entry bigint,
    effective timestamptz, known timestamptz, heard timestamptz, token text);

CREATE VIEW v_list_change AS
SELECT register_name('list', list) AS list, contact, shard, version, former,
       word_of('list_status', status) AS status,
       CASE prior WHEN 0 THEN NULL ELSE word_of('list_status', prior) END AS prior,
       word_of('rule', rule) AS rule, word_of('reason', reason) AS reason, entry, effective,
       known, heard, at
FROM list_change;

-- What a list has said of a contact, the last word first: from its entry along "former",
-- each by key.
CREATE FUNCTION list_history(of_list text, of_contact uuid) RETURNS SETOF list_change
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE said AS (
        SELECT c.* FROM list_entry e
          JOIN list_change c ON c.list = e.list AND c.shard = shard_of(e.contact)
                            AND c.version = e.version
         WHERE e.contact = of_contact
           AND e.list = (SELECT n.number FROM register_number n
                         WHERE n.kind = 'list' AND n.id = of_list)
        UNION ALL
        SELECT c.* FROM said s
          JOIN list_change c ON c.list = s.list AND c.shard = s.shard AND c.version = s.former)
    SELECT * FROM said
$$;

-- --- what the recipients have of it ----------------------------------------------------------
-- Every acknowledgement: what a recipient says it has, and what it should have. Never changed:
-- it is the proof of what a recipient knew when.
CREATE TABLE list_ack (
    ack_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT now(),
    applied   timestamptz,             -- when the recipient says that it had applied it
    behind_since timestamptz,          -- the first word beyond the cursor; NULL: none
    entries   bigint      NOT NULL,    -- the recipient's
    expected_entries bigint NOT NULL,  -- ours
    behind_events bigint  NOT NULL,    -- words beyond the cursor
    list      integer     NOT NULL,
    token_id  integer     NOT NULL,
    matches   boolean     NOT NULL,
    recipient text        NOT NULL,
    cursor    bigint[]    NOT NULL CHECK (cardinality(cursor) = 16),
    digest    bytea       NOT NULL CHECK (length(digest) = 32),
    expected  bytea       NOT NULL CHECK (length(expected) = 32),
    verified  bigint[],                -- as far as any acknowledgement of it has matched; NULL:
                                       -- none has. It does not fall when a copy is restored
    -- Of the opt-outs beyond what was verified before and up to this one, when it matches:
    -- how many, over both deadlines, the slowest, and how many took how long (list_took).
    heard     bigint      NOT NULL,
    late_48h  bigint      NOT NULL,
    late_10d  bigint      NOT NULL,
    slowest   interval    NOT NULL,
    took      integer[]   NOT NULL,
    took_n    bigint[]    NOT NULL
);
CREATE INDEX list_ack_recipient ON list_ack (list, recipient, ack_id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON list_ack
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON list_ack
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The digest of a list at some cursors, so that the next one is computed from there. It can be
-- lost without harm, and only the newest of a list are kept.
CREATE TABLE list_point (
    point_id bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    list     integer  NOT NULL,
    cursor   bigint[] NOT NULL CHECK (cardinality(cursor) = 16),
    entries  bigint   NOT NULL,
    buckets  bytea    NOT NULL CHECK (length(buckets) = 512)
);
CREATE INDEX list_point_list ON list_point (list, point_id);

-- Durations in steps of a fourth of a doubling, from a millisecond to beyond a year: good to a
-- fifth, and sums of them can be added up.
CREATE FUNCTION list_took(took interval) RETURNS integer
LANGUAGE sql IMMUTABLE AS $$
    SELECT ceil(4 * ln(greatest(1000 * extract(epoch FROM took)::double precision, 1))
                / ln(2))::integer
$$;
CREATE FUNCTION list_took_most(step integer) RETURNS interval
LANGUAGE sql IMMUTABLE AS $$
    SELECT make_interval(secs => power(2, step / 4.0::double precision) / 1000)
$$;

-- n business days before, not counting Saturdays and Sundays; holidays would only make it
-- earlier.
CREATE FUNCTION business_days_before(at timestamptz, n integer) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT at - make_interval(days => d.i)
    FROM (SELECT i, count(*) FILTER (WHERE extract(isodow FROM
                 (at AT TIME ZONE 'UTC') - make_interval(days => i)) < 6)
                 OVER (ORDER BY i) AS worked
          FROM generate_series(1, 2 * n + 7) i) d
    WHERE d.worked = n ORDER BY d.i LIMIT 1
$$;

-- How far a cursor is behind: words beyond it (10,000 a shard are counted) and since when.
CREATE FUNCTION list_behind(of_list integer, place bigint[], OUT events bigint,
                            OUT since timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(b.n), 0), min(b.first)
    FROM unnest(place) WITH ORDINALITY AS p (version, i),
    LATERAL (SELECT count(*) AS n, min(at) AS first
             FROM (SELECT c.at FROM list_change c
                   WHERE c.list = of_list AND c.shard = p.i - 1 AND c.version > p.version
                   ORDER BY c.version LIMIT 10000) x) b
$$;

-- Of what the list said between two places: how long ago the events were heard that made the
-- recipient send less. on_status: 1 on a deny list, 3 on a permit list.
CREATE FUNCTION list_heard(of_list integer, since bigint[], upto bigint[],
                           on_status integer, OUT heard bigint, OUT late_48h bigint,
                           OUT late_10d bigint, OUT slowest interval, OUT took integer[],
                           OUT took_n bigint[])
LANGUAGE sql STABLE AS $$
    WITH steps AS (
        SELECT list_took(now() - c.heard) AS step, count(*) AS n, min(c.heard) AS first,
               count(*) FILTER (WHERE c.heard < now() - interval '48 hours') AS late_48h,
               count(*) FILTER (WHERE c.heard < business_days.before) AS late_10d
        FROM (SELECT business_days_before(now(), 10) AS before OFFSET 0) business_days,
             unnest(since, upto) WITH ORDINALITY AS p (after, upto, i),
             LATERAL (SELECT x.heard FROM list_change x
                      WHERE x.list = of_list AND x.shard = p.i - 1
                        AND x.version > p.after AND x.version <= p.upto
                        AND x.heard IS NOT NULL
                        AND (x.status = on_status) <> (x.prior = on_status)
                        AND (x.status = on_status) = (on_status = 1 /*suppressed*/)
                      OFFSET 0) c
        GROUP BY 1)
    SELECT coalesce(sum(n), 0)::bigint, coalesce(sum(s.late_48h), 0)::bigint,
           coalesce(sum(s.late_10d), 0)::bigint,
           coalesce(greatest(now() - min(first), interval '0'), interval '0'),
           coalesce(array_agg(step ORDER BY step), '{}'),
           coalesce(array_agg(n ORDER BY step), '{}')
    FROM steps s
$$;

-- How long opt-outs took to be acknowledged, over the last 1,000 acknowledgements of the last
-- 30 days.
CREATE FUNCTION list_times(of_list integer, of_recipient text, OUT heard bigint,
                           OUT late_48h bigint, OUT late_10d bigint, OUT p50 interval,
                           OUT p99 interval, OUT slowest interval)
LANGUAGE sql STABLE AS $$
    WITH acks AS (
        SELECT a.* FROM list_ack a
        WHERE a.list = of_list AND a.recipient = of_recipient AND a.matches
          AND a.at > now() - interval '30 days'
        ORDER BY a.ack_id DESC LIMIT 1000),
    steps AS (
        SELECT t.step, sum(t.n) AS n FROM acks, unnest(acks.took, acks.took_n) AS t (step, n)
        GROUP BY 1),
    ranked AS (
        SELECT step, sum(n) OVER (ORDER BY step) AS upto, sum(n) OVER () AS total FROM steps),
    totals AS (
        SELECT coalesce(sum(a.heard), 0)::bigint AS heard,
               coalesce(sum(a.late_48h), 0)::bigint AS late_48h,
               coalesce(sum(a.late_10d), 0)::bigint AS late_10d, max(a.slowest) AS slowest
        FROM acks a)
    SELECT t.heard, t.late_48h, t.late_10d,
           least(list_took_most((SELECT min(step) FROM ranked WHERE upto >= total * 0.5)),
                 t.slowest),
           least(list_took_most((SELECT min(step) FROM ranked WHERE upto >= total * 0.99)),
                 t.slowest),
           CASE WHEN t.heard > 0 THEN t.slowest END
    FROM totals t
$$;

-- Each list in force and its recipient: what it has acknowledged, how far behind that is
-- now, whether it has drifted, and how long opt-outs took to be acknowledged. A recipient
-- that has never acknowledged (a reader of Kafka need not) has NULLs.
CREATE VIEW v_list_recipient AS
SELECT r.id AS list, r.body->>'recipient' AS recipient, n.number AS list_number,
       a.at AS acknowledged, a.applied, a.cursor, a.matches, a.entries, a.expected_entries,
       b.events AS behind_events,
       CASE WHEN a.ack_id IS NOT NULL
            THEN coalesce(now() - b.since, interval '0') END AS behind,
       d.since AS drifted_since,
       t.heard AS opt_outs, t.p50, t.p99, t.slowest, t.late_48h, t.late_10d
FROM register_rows('infinity') r
JOIN register_number n ON n.kind = r.kind AND n.id = r.id
LEFT JOIN LATERAL (
    SELECT x.* FROM list_ack x
    WHERE x.list = n.number AND x.recipient = r.body->>'recipient'
    ORDER BY x.ack_id DESC LIMIT 1) a ON true
LEFT JOIN LATERAL list_behind(n.number, a.cursor) b ON a.ack_id IS NOT NULL
LEFT JOIN LATERAL (
    SELECT min(x.at) AS since FROM list_ack x
    WHERE NOT a.matches AND x.list = n.number AND x.recipient = a.recipient
      AND x.ack_id > coalesce((SELECT max(y.ack_id) FROM list_ack y
          WHERE y.list = n.number AND y.recipient = a.recipient AND y.matches), 0)) d
    ON true
LEFT JOIN LATERAL list_times(n.number, r.body->>'recipient') t ON a.ack_id IS NOT NULL
WHERE r.kind = 'list' AND r.effective <= now() AND r.until > now();

GRANT SELECT, INSERT ON list_change TO consent_publish;
GRANT SELECT ON list_change, v_list_change TO consent_lookup, consent_keeper, consent_operator;
GRANT SELECT, INSERT ON list_ack TO consent_lookup;
GRANT SELECT, INSERT, DELETE ON list_point TO consent_lookup;
GRANT SELECT ON v_list_recipient TO consent_lookup;
GRANT SELECT ON list_ack, list_point, v_list_recipient TO consent_operator;
GRANT INSERT, DELETE ON list_point TO consent_operator; -- who makes snapshots
-- formerly 93aa82df8f23960f1a094e4256612146398c0f613f8d5ee71117bb16a9c0809c: comments alone
