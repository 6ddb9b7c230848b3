-- 140: what events say is sealed, each under a key of its own. raw and headers of ledger and
-- quarantine hold no plain bytes any more (common/crypto/event_seal.h says what they hold);
-- the salt that makes the key stands here. An event whose salt is gone has been forgotten: its
-- row stays, and nobody can read it, here or in any copy.
--
-- commitment: SHA-256 of salt, bytes as received and headers (schemas/proof/EVENTS.md). NULL:
-- the row is from before, raw and headers are plain, and consentctl reseal has not come to it.
ALTER TABLE ledger ADD COLUMN commitment bytea;
ALTER TABLE quarantine ADD COLUMN commitment bytea;

-- To forget: salt becomes NULL and forgotten says when. (A row that is missing is a forgotten
-- event, too, of which nobody knows when.)
CREATE TABLE event_salt (
    ledger_id bigint PRIMARY KEY,
    salt      bytea,
    forgotten timestamptz,
    CHECK (length(salt) = 16), CHECK ((salt IS NULL) = (forgotten IS NOT NULL))
);
-- Of what the quarantine alone has the bytes.
CREATE TABLE quarantine_salt (
    quarantine_id bigint PRIMARY KEY,
    salt          bytea,
    forgotten     timestamptz,
    CHECK (length(salt) = 16), CHECK ((salt IS NULL) = (forgotten IS NOT NULL))
);

-- The little that programs ask of a few kinds of events without opening them: no name, no
-- address, none of a person's words (common/codec/event/event_said.h).
CREATE TABLE event_said (
    ledger_id bigint PRIMARY KEY,
    said      jsonb  NOT NULL
);

-- --- opening ---
-- Who asked for the bytes of which events, and what for: written before they are handed out.
CREATE TABLE event_opening (
    opening        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    by             text        NOT NULL DEFAULT session_user,
    why            text        NOT NULL,
    ledger_ids     bigint[]    NOT NULL,
    quarantine_ids bigint[]    NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON event_opening
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON event_opening
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- archived: the bytes stand in a file (165), of the ledger under this number, or, less than 0,
-- of the quarantine.
CREATE FUNCTION event_open(p_ledger bigint[], p_quarantine bigint[], p_why text)
RETURNS TABLE (ledger_id bigint, quarantine_id bigint, source integer, partition integer,
               "offset" bigint, flags integer, raw bytea, headers bytea, commitment bytea, salt bytea,
               forgotten timestamptz, archived bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO event_opening (why, ledger_ids, quarantine_ids)
    VALUES (p_why, p_ledger, p_quarantine);
    RETURN QUERY
    SELECT l.ledger_id, 0::bigint, l.source, l.partition, l."offset", l.flags, l.raw,
           l.headers, l.commitment, s.salt, s.forgotten,
           CASE WHEN l.raw IS NULL AND l.headers IS NULL
                     AND archived_event('ledger', l.ledger_id) THEN l.ledger_id ELSE 0 END
      FROM ledger l LEFT JOIN event_salt s USING (ledger_id)
     WHERE l.ledger_id = ANY (p_ledger)
    UNION ALL
    SELECT 0::bigint, q.quarantine_id, q.source, q.partition, q."offset",
           coalesce(l.flags, 0), coalesce(q.raw, l.raw), coalesce(q.headers, l.headers),
           coalesce(l.commitment, q.commitment), coalesce(t.salt, s.salt),
           coalesce(t.forgotten, s.forgotten),
           CASE WHEN coalesce(q.raw, l.raw, q.headers, l.headers) IS NOT NULL THEN 0
                WHEN archived_event('ledger', l.ledger_id) THEN l.ledger_id
                WHEN q.state <> 0 /*waiting*/ AND archived_event('quarantine', q.quarantine_id)
                     THEN -q.quarantine_id ELSE 0 END
      FROM quarantine q
      LEFT JOIN quarantine_salt t USING (quarantine_id)
      -- whose bytes the ledger has
      LEFT JOIN ledger l ON l.ledger_id = q.ledger_id AND q.raw IS NULL AND q.headers IS NULL
      LEFT JOIN event_salt s ON s.ledger_id = l.ledger_id
     WHERE q.quarantine_id = ANY (p_quarantine);
END $$;
REVOKE EXECUTE ON FUNCTION event_open FROM PUBLIC;
GRANT EXECUTE ON FUNCTION event_open TO consent_lookup, consent_operator;

-- --- what used to be read from the bytes ---
CREATE OR REPLACE VIEW v_rights_event AS
SELECT l.ledger_id, l.known, least(l.occurred_to, l.known) AS at, l.type <> 13 /*rights_completed*/ AS request,
       l.source, l.event_id,
       coalesce(nullif(d.data->'rights'->>'request_id', ''), 'event:' || l.event_id)
           AS request_id,
       coalesce((SELECT string_agg(kind, ',') FROM jsonb_array_elements_text(
           CASE jsonb_typeof(d.data->'rights'->'kinds') WHEN 'array'
                THEN d.data->'rights'->'kinds' ELSE '[]' END) AS k (kind)), '') AS kinds,
       coalesce(d.data->'rights'->>'received_at', '') AS received,
       coalesce(d.data->'rights'->>'outcome', '') AS outcome,
       coalesce(d.data->'rights'->>'source', '') AS about,
       coalesce(d.data->'rights'->'refusal'->>'reason', '') AS refusal,
       coalesce(d.data->'rights'->'extension'->>'reason', '') <> '' AS has_reason,
       coalesce(d.data->'rights'->'extension'->>'notified_at', '') AS notified,
       coalesce(d.data->>'role', '') = 'processor' AS processor,
       coalesce(d.data->'rights'->'referral'->>'to', d.data->>'customer_id', '') AS customer,
       upper(coalesce(d.data->'contact'->>'country', '')) AS country,
       d.data->'controllers' AS controllers, coalesce(d.data->>'website', '') AS website
FROM ledger l LEFT JOIN event_said s USING (ledger_id)
CROSS JOIN LATERAL (SELECT coalesce(s.said, CASE WHEN l.commitment IS NULL
                                                 THEN event_data(l.raw, l.flags) END))
    AS d (data)
WHERE l.type IN (5 /*objection_recorded*/, 12 /*rights_requested*/, 13 /*rights_completed*/)
  AND (l.type <> 5 /*objection_recorded*/ OR jsonb_typeof(d.data->'rights') = 'object')
  AND (l.type <> 13 /*rights_completed*/ OR (l.outcome = 1 /*accepted*/ AND l.variant = 0));

CREATE OR REPLACE VIEW v_anchor AS
SELECT f.contact, f.controller, f.source_type, f.known, f.ledger_id,
       a.said->>'event' AS event, coalesce(a.said->>'at', '') AS at,
       coalesce(a.said->>'reference', '') AS reference,
       coalesce(a.said->'qualified' = 'true', false) AS qualified
FROM fact f JOIN ledger l USING (ledger_id) LEFT JOIN event_said s USING (ledger_id)
CROSS JOIN LATERAL (SELECT coalesce(s.said, CASE WHEN l.commitment IS NULL
                                                 THEN event_data(l.raw, l.flags) END))
    AS d (data)
CROSS JOIN LATERAL jsonb_array_elements(
    CASE jsonb_typeof(d.data->'anchors') WHEN 'array' THEN d.data->'anchors'
         ELSE '[]' END) AS a (said)
WHERE f.kind = 22 /*anchor*/;

-- Which messages a mailing system has told of.
CREATE VIEW v_message AS
SELECT l.ledger_id, btrim(coalesce(s.said->>'message_id', o.message_id), '<> ')
           AS message_id
FROM ledger l LEFT JOIN event_said s USING (ledger_id)
CROSS JOIN LATERAL (SELECT CASE WHEN l.commitment IS NULL THEN coalesce(
        event_data(l.raw, l.flags)->'feedback'->>'message_id',
        event_data(l.raw, l.flags)->'optout'->>'message_id') END) AS o (message_id);

-- --- who may read what: nobody the sealed columns and the salts, but through event_open ---
REVOKE SELECT ON event_salt, quarantine_salt, event_said FROM consent_operator;
GRANT SELECT ON v_message TO consent_ingest;
DO $$
DECLARE
    may record;
    columns text;
BEGIN
    FOR may IN SELECT r AS role, t AS tab
                 FROM unnest(ARRAY['consent_ingest', 'consent_publish', 'consent_lookup',
                                   'consent_keeper', 'consent_operator']) r,
                      unnest(ARRAY['ledger', 'quarantine']) t
                WHERE has_table_privilege(r, t, 'SELECT') LOOP
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
          FROM pg_attribute WHERE attrelid = may.tab::regclass AND attnum > 0
           AND NOT attisdropped AND attname NOT IN ('raw', 'headers');
        EXECUTE format('REVOKE SELECT ON %I FROM %I', may.tab, may.role);
        EXECUTE format('GRANT SELECT (%s) ON %I TO %I', columns, may.tab, may.role);
    END LOOP;
END $$;
