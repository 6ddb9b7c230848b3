-- 085: what the console and the sources' own routes read.

-- The records of a feed in their order, for receipts: within a partition, and only there,
-- they are committed in the order of their offsets. Also the last of each, for the feeds.
-- Its condition holds for every row, and is there for the plans that are made while the tables
-- are empty: "is this event of this source there?" would take this index, too, and read the
-- source's whole past for every event. Who wants it says the condition as well.
CREATE INDEX ledger_place ON ledger (partition, source, "offset") WHERE "offset" >= 0;

-- The look-up shows counts, and settles what waits in quarantine for a person who says so.
GRANT SELECT ON source_count TO consent_lookup;
GRANT UPDATE (state, state_at, state_by, note) ON quarantine TO consent_lookup;
