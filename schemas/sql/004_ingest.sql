-- 004: what ingest keeps beside the ledger, and how its positions move. The batch itself is
-- 141's.
ALTER TABLE ingest_position SET (fillfactor = 50);
ALTER TABLE receipt_queue ALTER COLUMN event_id SET COMPRESSION lz4;
ALTER TABLE receipt_queue ALTER COLUMN outcome SET COMPRESSION lz4;
ALTER TABLE receipt_queue ALTER COLUMN reason SET COMPRESSION lz4;
ALTER TABLE receipt_queue ALTER COLUMN pointer SET COMPRESSION lz4;
ALTER TABLE receipt_queue ALTER COLUMN ledger_id SET COMPRESSION lz4;
ALTER TABLE receipt_queue ALTER COLUMN known SET COMPRESSION lz4;

-- Of an id used again and again for other events: is this one there already?
CREATE INDEX ledger_variant ON ledger (source, event_id, digest) WHERE variant > 0;

-- How many records of a feed became what, for the report on a source: duplicates leave no
-- other row. One row a partition, for a partition has one owner: no two processes wait for
-- each other here.
CREATE TABLE source_count (
    source    integer  NOT NULL,  -- owner of the feed; 0: no such source
    partition integer  NOT NULL,
    day       date     NOT NULL,  -- of known, in UTC
    outcome   smallint NOT NULL,
    reason    text     NOT NULL COLLATE "C",
    late      boolean  NOT NULL,  -- beyond the source's promise
    type      smallint NOT NULL,  -- of what was accepted, else 0
    n         bigint   NOT NULL,
    PRIMARY KEY (source, partition, day, outcome, reason, late, type)
) WITH (fillfactor = 50);

-- A position that moves with the batch; another epoch or offset than expected means another
-- owner. anchor NULL: it stays, for no record was finished. sure NULL: none is, and the first
-- anchor begins it.
CREATE TYPE ingest_move AS (
    topic text, partition integer, epoch bigint, expected bigint, next bigint,
    anchor bigint, "time" timestamptz, digest bytea,
    sure bigint, sure_time timestamptz, sure_digest bytea);

-- Positions, as many as are where they are expected.
CREATE FUNCTION ingest_move(moves ingest_move[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    UPDATE ingest_position p
       SET next_offset = m.next, updated = now(),
           anchor_offset = coalesce(m.anchor, p.anchor_offset),
           anchor_time = CASE WHEN m.anchor IS NULL THEN p.anchor_time ELSE m."time" END,
           anchor_digest = coalesce(m.digest, p.anchor_digest),
           sure_offset = coalesce(m.sure, p.sure_offset, m.anchor),
           sure_time = CASE WHEN m.sure IS NOT NULL THEN m.sure_time
                            WHEN p.sure_offset IS NOT NULL THEN p.sure_time
                            ELSE m."time" END,
           sure_digest = coalesce(m.sure_digest, p.sure_digest, m.digest)
      FROM unnest(moves) m
     WHERE p.topic = m.topic AND p.partition = m.partition AND p.epoch = m.epoch
       AND p.next_offset = m.expected;
    GET DIAGNOSTICS n = ROW_COUNT;
    IF n <> cardinality(moves) THEN
        RAISE EXCEPTION 'a position is not where it was' USING ERRCODE = 'CQ001';
    END IF;
    RETURN n;
END $$;

-- Reading goes on at another place than where it stood: there the log begins now. What lies
-- between is read by nobody, and somebody must be told.
CREATE FUNCTION ingest_skip(p_topic text, p_partition integer, p_epoch bigint,
                            p_expected bigint, p_next bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ingest_position
       SET next_offset = p_next, updated = now(),
           anchor_offset = NULL, anchor_time = NULL, anchor_digest = NULL,
           sure_offset = NULL, sure_time = NULL, sure_digest = NULL
     WHERE topic = p_topic AND partition = p_partition AND epoch = p_epoch
       AND next_offset = p_expected;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a position is not where it was' USING ERRCODE = 'CQ001';
    END IF;
    IF p_next > p_expected THEN
        INSERT INTO intake_gap (topic, partition, "from", "to")
        VALUES (p_topic, p_partition, p_expected, p_next);
    END IF;
END $$;
-- formerly cf90ca1ed51a0727b631e8c69e4ba6391c142e6848bc62f58020249cdde9f9c5: ingest_batch is 141's now
