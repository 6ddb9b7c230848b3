-- 145: the logs that cannot be rewritten unseen (schemas/proof/README.md): what was sealed into
-- which leaves, the tiles of the trees, their checkpoints. Rows are only ever added, by the
-- keeper.

-- What one transaction of ingest took from one partition: the offsets "from" up to, without,
-- "to", and the ledger ids that it may have used (lows to highs). Of one partition the runs are
-- numbered in the order of their commits, for the position's row is locked from before a run
-- gets its number until it is committed. "from" = "to": of a record whose events came in
-- several transactions; the run that finishes it has its offset.
CREATE TABLE intake_run (
    run       bigint  NOT NULL GENERATED ALWAYS AS IDENTITY,
    "from"    bigint  NOT NULL,
    "to"      bigint  NOT NULL,
    partition integer NOT NULL,
    topic     text    NOT NULL COLLATE "C",
    lows      bigint[] NOT NULL,
    highs     bigint[] NOT NULL,
    PRIMARY KEY (topic, partition, run)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON intake_run
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON intake_run
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Called by ingest_batch. Ids come from blocks of 65,536, so two of one batch may lie far apart.
CREATE FUNCTION intake_run_put(moves ingest_move[], ids bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO intake_run (topic, partition, "from", "to", lows, highs)
    SELECT m.topic, m.partition, m.expected, m.next, coalesce(b.lows, '{}'),
           coalesce(b.highs, '{}')
      FROM unnest(moves) m,
           (SELECT array_agg(s.low ORDER BY s.low) AS lows,
                   array_agg(s.high ORDER BY s.low) AS highs
              FROM (SELECT min(i.id) AS low, max(i.id) AS high FROM unnest(ids) AS i(id)
                     WHERE i.id > 0 GROUP BY i.id / 65536) s) b;
END $$;

-- What was taken in before: as if in runs of 10,000 offsets. The last ends at the position.
INSERT INTO intake_run (topic, partition, "from", "to", lows, highs)
SELECT r.topic, r.partition, coalesce(lag(r.upto) OVER of_partition, 0),
       CASE WHEN lead(r.upto) OVER of_partition IS NULL THEN p.next_offset ELSE r.upto END,
       r.lows, r.highs
  FROM (SELECT b.topic, b.partition, (b.part + 1) * 10000 AS upto,
               array_agg(b.low ORDER BY b.low) AS lows,
               array_agg(b.high ORDER BY b.low) AS highs
          FROM (SELECT l.topic, l.partition, l."offset" / 10000 AS part,
                       min(l.ledger_id) AS low, max(l.ledger_id) AS high
                  FROM ledger l GROUP BY 1, 2, 3, l.ledger_id / 65536) b
         GROUP BY b.topic, b.partition, b.part) r
  JOIN ingest_position p USING (topic, partition)
WINDOW of_partition AS (PARTITION BY r.topic, r.partition ORDER BY r.upto)
 ORDER BY r.topic, r.partition, r.upto;

-- Look-ups in an order that no transaction can come into later: by transaction, and of those
-- that have ended all (pg_snapshot_xmin) only.
ALTER TABLE lookup_audit
    ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN xact   bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX lookup_audit_xact ON lookup_audit (xact);

-- --- the logs: 1 events, 2 lists, 3 lookups ---
-- A seal: leaves were added, and this is what the log says of itself since.
CREATE TABLE proof_seal (
    log        smallint    NOT NULL,
    size       bigint      NOT NULL,  -- leaves with those of this seal
    leaves     integer     NOT NULL,  -- of this seal
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    by         text        NOT NULL DEFAULT session_user,
    root       bytea       NOT NULL CHECK (length(root) = 32),
    tail       bytea       NOT NULL,  -- its leaves' hashes that stand in no full tile
    checkpoint text        NOT NULL,  -- the signed note
    PRIMARY KEY (log, size)
);
ALTER TABLE proof_seal ALTER COLUMN tail SET STORAGE EXTERNAL;

-- Which rows became which leaves. Events: the offsets of a partition, from their runs up to
-- "run", with ledger ids and quarantine ids (without q_after, with q_upto) to find them by;
-- run 0: offsets that nobody has read.
-- Lists: topic is the list's number, partition the shard, from and to are versions. Look-ups:
-- from and to are transactions. Restores: topic is "restored", from and to the epoch.
CREATE TABLE proof_range (
    log        smallint NOT NULL,
    partition  integer  NOT NULL,
    source     integer  NOT NULL,
    first_leaf bigint   NOT NULL,
    leaves     bigint   NOT NULL,
    "from"     bigint   NOT NULL,
    "to"       bigint   NOT NULL,
    run        bigint   NOT NULL,
    q_after    bigint   NOT NULL,
    q_upto     bigint   NOT NULL,
    topic      text     NOT NULL COLLATE "C",
    lows       bigint[] NOT NULL,
    highs      bigint[] NOT NULL,
    cuts       bigint[] NOT NULL,  -- where runs end within: a gap never reaches over one
    PRIMARY KEY (log, first_leaf)
);
CREATE INDEX proof_range_place ON proof_range (log, topic, partition, "from");
CREATE INDEX proof_range_last ON proof_range (log, topic, partition, first_leaf);

-- Full tiles: 256 hashes, and the hash over all of them. What is not full yet follows from
-- these and from the tails.
CREATE TABLE proof_tile (
    index  bigint   NOT NULL,
    log    smallint NOT NULL,
    level  smallint NOT NULL,
    root   bytea    NOT NULL CHECK (length(root) = 32),
    hashes bytea    NOT NULL CHECK (length(hashes) = 8192),
    PRIMARY KEY (log, level, index)
);
ALTER TABLE proof_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

DO $$
DECLARE
    tab text;
BEGIN
    FOREACH tab IN ARRAY ARRAY['proof_seal', 'proof_range', 'proof_tile'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I'
                       ' FOR EACH ROW EXECUTE FUNCTION refuse_change()', tab);
        EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I'
                       ' FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', tab);
    END LOOP;
END $$;

GRANT SELECT ON intake_run, list_change, restored TO consent_keeper;
GRANT SELECT, INSERT ON proof_seal, proof_range, proof_tile TO consent_keeper;
GRANT SELECT ON proof_seal, proof_range, proof_tile, intake_run TO consent_lookup;
GRANT SELECT ON proof_seal, proof_range TO consent_publish;
