-- 185: every program asks, for each connection, whether the database is of its release.
GRANT SELECT ON schema_migration TO consent_gateway, consent_webhook;
