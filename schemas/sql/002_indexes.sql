-- 002: indexes of the large tables. What was tried and measured: tests/bench/README.md.
ALTER TABLE ledger ADD PRIMARY KEY (ledger_id);
CREATE UNIQUE INDEX ledger_event ON ledger (source, event_id, variant);
ALTER TABLE contact ADD PRIMARY KEY (contact);
ALTER TABLE link ADD PRIMARY KEY (contact, other);
-- Whoever decides passes over the spent, and a source that asks for its own over all others,
-- in the index alone: what others said costs neither time.
CREATE INDEX fact_contact ON fact (contact, spent, source);
CREATE INDEX dirty_shard ON dirty (shard, lane, seq);
ALTER TABLE list_entry ADD PRIMARY KEY (contact, list);
-- By equality only: a hash costs a third of what a tree of long random texts costs an insert.
CREATE INDEX list_entry_token ON list_entry USING hash (token);
