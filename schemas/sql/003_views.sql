-- 003: the register at a time of knowledge, and tables for people: names instead of numbers.

-- The rows of the register as known at K, each with the end of its period: its own "until"
-- or the beginning of the next row of the same entry, whichever comes first.
CREATE FUNCTION register_rows(as_known timestamptz)
RETURNS TABLE (kind text, id text, effective timestamptz, until timestamptz, body jsonb,
               origin text)
LANGUAGE sql STABLE AS $$
    SELECT newest.kind, newest.id, newest.effective,
           least((newest.body->>'until')::timestamptz,
                 lead(newest.effective, 1, 'infinity')
                     OVER (PARTITION BY newest.kind, newest.id ORDER BY newest.effective)),
           newest.body, newest.origin
    FROM (SELECT DISTINCT ON (e.kind, e.id, e.effective) e.*
          FROM register_entry e
          WHERE e.known <= as_known
          ORDER BY e.kind, e.id, e.effective, e.known DESC, e.entry DESC) AS newest
    WHERE newest.body IS NOT NULL
$$;

-- The words of the domain by number, written by "consentctl migrate" from the tables of the
-- C code, so that the two cannot differ. Channels and flags have their bit as number.
CREATE TABLE word (
    kind   text    NOT NULL,
    number integer NOT NULL,
    name   text    NOT NULL,
    PRIMARY KEY (kind, number)
);

CREATE FUNCTION word_of(of_kind text, of_number integer) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT w.name FROM word w
                     WHERE w.kind = of_kind AND w.number = of_number), of_number::text)
$$;

CREATE FUNCTION words_of(of_kind text, bits integer) RETURNS text[]
LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(w.name ORDER BY w.number), '{}') FROM word w
    WHERE w.kind = of_kind AND (w.number & bits) <> 0
$$;

-- The id behind one of the register's numbers; what has none is shown as it is.
CREATE FUNCTION register_name(of_kind text, of_number integer) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT n.id FROM register_number n
                     WHERE n.kind = of_kind AND n.number = of_number), of_number::text)
$$;

CREATE VIEW v_ledger AS
SELECT ledger_id, register_name('source', source) AS source, event_id, variant,
       word_of('event_type', type) AS type, word_of('outcome', outcome) AS outcome,
       reason, pointer, occurred_from, occurred_to, known, topic, partition, "offset",
       (flags & 1 /*late*/) <> 0 AS late, (flags & 2 /*redacted*/) <> 0 AS redacted,
       (flags & 4 /*imported*/) <> 0 AS imported, (flags & 8 /*binary*/) <> 0 AS binary_mode,
       encode(digest, 'hex') AS digest
FROM ledger;

CREATE VIEW v_fact AS
SELECT contact, ledger_id, part, word_of('fact_kind', kind) AS kind,
       CASE controller WHEN 0 THEN '*' ELSE register_name('controller', controller) END
           AS controller,
       CASE purpose WHEN 0 THEN '*' WHEN -1 THEN '*promotional'
                    ELSE register_name('purpose', purpose) END AS purpose,
       words_of('channel', channels) AS channels, words_of('channel', stated) AS stated,
       words_of('fact_flag', flags) AS flags, register_name('source', source) AS source,
       word_of('source_type', source_type) AS source_type,
       CASE agreement WHEN 0 THEN NULL ELSE register_name('agreement', agreement) END
           AS agreement,
       occurred_from, occurred_to, effective, expires, known
FROM fact;

CREATE VIEW v_list_entry AS
SELECT register_name('list', list) AS list, token, contact,
       word_of('list_status', status) AS status, word_of('rule', rule) AS rule,
       word_of('reason', reason) AS reason, version, entry, effective, known
FROM list_entry;

CREATE VIEW v_quarantine AS
SELECT quarantine_id,
       CASE state WHEN 0 THEN 'waiting' WHEN 1 THEN 'replayed' ELSE 'discarded' END AS state,
       CASE source WHEN 0 THEN NULL ELSE register_name('source', source) END AS source,
       reason, pointer, event_id, ledger_id, known, topic, partition, "offset", contact,
       length(raw) AS raw_bytes, state_at, state_by, note
FROM quarantine;
-- formerly 5e05840c680f78d3d8ac17603d126d13c958a812b103600e22185d39cdc9efbc: comments alone
