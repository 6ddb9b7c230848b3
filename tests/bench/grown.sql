-- Rows as ingest would have written them, for a table that has grown. Indexes last: it is
-- the state that matters, not how long it took to get there.
DROP INDEX IF EXISTS ledger_event, fact_contact;
ALTER TABLE ledger DROP CONSTRAINT ledger_pkey;
INSERT INTO ledger (ledger_id, known, occurred_from, occurred_to, "offset", source, partition,
                    flags, type, outcome, variant, event_id, topic, digest, raw)
SELECT i, now() - interval '60 days', now() - interval '60 days', now() - interval '60 days',
       i, 1, 0, 0, 1, 1, 0, 'old-' || lpad(i::text, 9, '0'), 'feed.old',
       decode(md5(i::text) || md5(i::text), 'hex'),
       convert_to(repeat(md5(i::text), 23), 'UTF8')
FROM generate_series(1, :events) AS i;
INSERT INTO fact (contact, ledger_id, known, occurred_from, occurred_to, source, agreement,
                  flags, controller, purpose, channels, stated, kind, source_type, part)
SELECT md5((hashint8(i) % 1000000)::text)::uuid, i, now() - interval '60 days',
       now() - interval '60 days', now() - interval '60 days', 1, 0, 1, 1, 1, 1, 63, 1, 1, 0
FROM generate_series(1, :events) AS i;
SELECT setval('ledger_block', (:events / 65536 + 2) * 65536);
ALTER TABLE ledger ADD PRIMARY KEY (ledger_id);
CREATE UNIQUE INDEX ledger_event ON ledger (source, event_id, variant);
CREATE INDEX fact_contact ON fact (contact);
ANALYZE;
CHECKPOINT
