-- 020: what publish and keeper need beside the tables of 001.

-- Contacts of which a producer of the past may still have something under way: a batch that
-- was not confirmed in time, or the work of a publisher that died or was stopped. They are
-- published once more, with a higher version, when nothing of that can come any more.
CREATE TABLE doubt (
    contact uuid        NOT NULL PRIMARY KEY,
    shard   smallint    NOT NULL,
    at      timestamptz NOT NULL
);
CREATE INDEX doubt_at ON doubt (shard, at);

CREATE FUNCTION shard_of(contact uuid) RETURNS smallint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (get_byte(uuid_send(contact), 0) >> 4)::smallint
$$;

-- How far a cascade has come, so that a keeper that dies goes on where it was. One of an
-- agreement walks fact by contact (no index on agreement: it would cost every insert, and
-- agreements end rarely), one of the register (agreement 0) walks contact.
-- Rows that come later need no visit: their own event makes the contact dirty.
ALTER TABLE cascade
    ADD COLUMN after_key uuid;  -- the last contact visited

-- Tables that live by being emptied: vacuum after so many rows whatever their size, without
-- dawdling, and do not cut the file short, which would lock everybody out for a moment.
ALTER TABLE dirty SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000000,
    vacuum_truncate = false);
ALTER TABLE doubt SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0,
    vacuum_truncate = false);
ALTER TABLE receipt_queue SET (autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 500, autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0, vacuum_truncate = false);

-- Updated in place: room on the page keeps an update from touching the indexes.
ALTER TABLE list_entry SET (fillfactor = 80);
ALTER TABLE publish_shard SET (fillfactor = 20, autovacuum_vacuum_threshold = 500);
ALTER TABLE publisher SET (fillfactor = 20, autovacuum_vacuum_threshold = 500);

GRANT SELECT, INSERT, UPDATE, DELETE ON doubt TO consent_publish;
GRANT INSERT ON dirty, cascade TO consent_publish;
GRANT SELECT ON delete_task, doubt TO consent_keeper;
