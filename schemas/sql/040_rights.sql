-- 040: rights requests and retention, read from the ledger as it stands. The ledger keeps
-- bytes; what little is asked of these few events is cast when it is asked.

-- The bytes of an event as jsonb. What a sender may write and jsonb does not take (a byte
-- order mark, half a surrogate pair, a number of a million digits) stands in no member that
-- is asked for: it is replaced, at the second try.
CREATE FUNCTION event_json(raw bytea) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    said text := ltrim(convert_from(raw, 'UTF8'), U&'\FEFF');
BEGIN
    RETURN said::jsonb;
EXCEPTION WHEN data_exception THEN
    said := replace(said, '\\', E'\x01');
    said := regexp_replace(said, '\\u(0000|[dD][89a-fA-F][0-9a-fA-F]{2})', '\\ufffd', 'g');
    said := regexp_replace(said, '([0-9][eE][-+]?)[0-9]{4,}', '\1999', 'g');
    RETURN replace(said, E'\x01', '\\')::jsonb;
END $$;

-- What an event says, whichever way it was sent (flag 8: binary mode, raw is data alone).
-- NULL when its bytes are gone, or are no JSON: a denial that was repaired is in the ledger too.
CREATE FUNCTION event_data(raw bytea, flags integer) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    said jsonb;
BEGIN
    said := event_json(raw);
    IF flags & 8 /*binary*/ = 0 AND said ? 'data' THEN
        said := said->'data';
    ELSIF flags & 8 /*binary*/ = 0 THEN
        said := event_json(decode(said->>'data_base64', 'base64'));
    END IF;
    IF jsonb_typeof(said) = 'string' THEN
        said := event_json(convert_to(said #>> '{}', 'UTF8'));
    END IF;
    RETURN said;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN NULL;
END $$;

CREATE INDEX ledger_rights ON ledger (known) 
    WHERE type IN (5 /*objection_recorded*/, 12 /*rights_requested*/, 13 /*rights_completed*/);

-- A request counts however faulty it is, for somebody waits for an answer; an answer counts
-- only when it was accepted, for it ends that waiting.
CREATE VIEW v_rights_event AS
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
       upper(coalesce(d.data->'contact'->>'country', '')) AS country
FROM ledger l CROSS JOIN LATERAL (SELECT event_data(l.raw, l.flags)) AS d (data)
WHERE l.type IN (5 /*objection_recorded*/, 12 /*rights_requested*/, 13 /*rights_completed*/)
  AND (l.type <> 5 /*objection_recorded*/ OR jsonb_typeof(d.data->'rights') = 'object')
  AND (l.type <> 13 /*rights_completed*/ OR (l.outcome = 1 /*accepted*/ AND l.variant = 0));

-- What retention is counted from, for a contact and a controller.
CREATE VIEW v_anchor AS
SELECT f.contact, f.controller, f.source_type, f.known, f.ledger_id,
       a.said->>'event' AS event, coalesce(a.said->>'at', '') AS at,
       coalesce(a.said->>'reference', '') AS reference,
       coalesce(a.said->'qualified' = 'true', false) AS qualified
FROM fact f JOIN ledger l USING (ledger_id)
CROSS JOIN LATERAL (SELECT event_data(l.raw, l.flags)) AS d (data)
CROSS JOIN LATERAL jsonb_array_elements(
    CASE jsonb_typeof(d.data->'anchors') WHEN 'array' THEN d.data->'anchors'
         ELSE '[]' END) AS a (said)
WHERE f.kind = 22 /*anchor*/;

GRANT SELECT ON v_rights_event, v_anchor TO consent_keeper, consent_lookup, consent_operator;
-- formerly e8fdccd339f02c1e52cbbf8521bb76adf1283cc710c3a80575c16ebd6f5d3114: comments alone
