-- 179: webhooks, what each target has been told, and how it goes. The register says which there
-- are (kind webhook); a row is made when one is seen first.
CREATE TABLE webhook (
    hook         text        PRIMARY KEY,               -- the register's id
    subject      text        NOT NULL,                  -- source:ID or list:ID
    place        text        NOT NULL DEFAULT '',       -- the target has everything up to here
    told         bigint      NOT NULL DEFAULT 0,        -- posts it has taken
    told_at      timestamptz NOT NULL DEFAULT '-infinity',
    attempts     integer     NOT NULL DEFAULT 0,        -- that failed since
    failing      timestamptz NOT NULL DEFAULT 'infinity',  -- since when
    next_attempt timestamptz NOT NULL DEFAULT '-infinity',
    trouble      text        NOT NULL DEFAULT '',       -- of the last of them
    parked       timestamptz NOT NULL DEFAULT 'infinity'   -- since when nobody tries any more
);

GRANT SELECT ON register_entry, register_number TO consent_webhook;
-- what became of a source's events, and nothing of what they say
GRANT SELECT (ledger_id, known, source, partition, "offset", event_id, outcome, reason, pointer)
    ON ledger TO consent_webhook;
GRANT SELECT (ledger_id, known, topic, partition, "offset", event_id, digest, reason, pointer)
    ON quarantine TO consent_webhook;
GRANT SELECT ON ingest_position, list_change, archive_file TO consent_webhook;
GRANT SELECT (contact, list, version, token) ON list_entry TO consent_webhook;
GRANT SELECT, INSERT, UPDATE ON webhook TO consent_webhook;
GRANT SELECT, UPDATE (place, attempts, failing, next_attempt, trouble, parked) ON webhook
    TO consent_operator;

-- How each does, for people: also one that no program has seen yet.
CREATE VIEW v_webhook AS
SELECT r.id AS hook, r.body->>'url' AS url,
       CASE WHEN r.body ? 'source' THEN 'source:' || (r.body->>'source')
            ELSE 'list:' || (r.body->>'list') END AS subject,
       coalesce(w.told, 0) AS told, coalesce(w.told_at, '-infinity') AS told_at,
       coalesce(w.attempts, 0) AS attempts, coalesce(w.failing, 'infinity') AS failing,
       coalesce(w.trouble, '') AS trouble, coalesce(w.parked, 'infinity') AS parked
FROM register_rows('infinity') r LEFT JOIN webhook w ON w.hook = r.id
WHERE r.kind = 'webhook' AND r.effective <= now() AND r.until > now();
GRANT SELECT ON v_webhook TO consent_operator;
GRANT EXECUTE ON FUNCTION program_seen_tell(text, text, text, timestamptz, bytea[]) TO consent_webhook;
