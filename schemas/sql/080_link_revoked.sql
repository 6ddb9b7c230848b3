-- 080: links that no longer speak for the person they were sent to. One row a decision, for one
-- link (digest: SHA-256 of its bytes) or for all links of a key made before an instant. What
-- each does to an opt-out and to a confirmation stands in services/gateway/UNSUBSCRIBE.md.
CREATE TABLE link_revoked (
    revocation_id integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at            timestamptz NOT NULL DEFAULT now(),
    by            text        NOT NULL DEFAULT session_user,
    digest        bytea       UNIQUE CHECK (length(digest) = 32),
    key           integer     CHECK (key BETWEEN 1 AND 65535),
    before        timestamptz NOT NULL DEFAULT 'infinity',
    note          text        NOT NULL DEFAULT '',
    CHECK ((digest IS NULL) <> (key IS NULL))
);
CREATE INDEX link_revoked_key ON link_revoked (key) WHERE key IS NOT NULL;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON link_revoked
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON link_revoked
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT ON link_revoked TO consent_gateway, consent_operator;
GRANT INSERT ON link_revoked TO consent_operator;
