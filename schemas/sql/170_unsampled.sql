-- 170: what forgetting destroys is never sampled. ANALYZE keeps a hundred values of a column in
-- pg_statistic until it looks again: there a salt, or a key, would outlive its row. Nobody
-- searches by these columns, so the planner loses nothing.
ALTER TABLE event_salt ALTER COLUMN salt SET STATISTICS 0;
ALTER TABLE quarantine_salt ALTER COLUMN salt SET STATISTICS 0;
ALTER TABLE contact ALTER COLUMN wrapped_key SET STATISTICS 0, ALTER COLUMN sealed SET STATISTICS 0;
ALTER TABLE deletion_order ALTER COLUMN token SET STATISTICS 0;
ALTER TABLE outbox ALTER COLUMN key SET STATISTICS 0, ALTER COLUMN value SET STATISTICS 0;
