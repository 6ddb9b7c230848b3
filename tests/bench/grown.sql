-- Rows as ingest and publish would have written them, for a database that has grown: events
-- with narrow bytes and their salts, facts of a million contacts, and what a list said to each.
-- Indexes stand, so that they are as deep, and as full, as after so many inserts.
INSERT INTO ledger (ledger_id, known, occurred_from, occurred_to, "offset", source, partition,
                    flags, type, outcome, variant, event_id, topic, digest, raw, commitment)
SELECT i, now() - interval '60 days', now() - interval '60 days', now() - interval '60 days',
       i, 1, 0, 0, 1, 1, 0, 'old-' || lpad(i::text, 9, '0'), 'feed.old',
       decode(md5(i::text) || md5(i::text), 'hex'),
       decode(repeat(md5(i::text), 8), 'hex'), decode(md5(i::text) || md5(i::text), 'hex')
FROM generate_series(1, :events) AS i;
INSERT INTO event_salt (ledger_id, salt)
SELECT i, decode(md5(i::text), 'hex') FROM generate_series(1, :events) AS i;
INSERT INTO fact (contact, ledger_id, known, occurred_from, occurred_to, source, agreement,
                  flags, controller, purpose, channels, stated, kind, source_type, part)
SELECT md5((hashint8(i) % 1000000)::text)::uuid, i, now() - interval '60 days',
       now() - interval '60 days', now() - interval '60 days', 1, 0, 1, 1, 1, 1, 63, 1, 1, 0
FROM generate_series(1, :events) AS i;
INSERT INTO contact (contact, kind, wrapped_key, sealed)
SELECT DISTINCT contact, 1, decode(repeat('01', 62), 'hex'), decode(repeat('01', 48), 'hex')
FROM fact;
INSERT INTO list_entry (contact, list, status, rule, reason, version, entry, effective, known,
                        token)
SELECT contact, 1, 1, 1, 1, 65536 + row_number() OVER (), 0, now(), now(),
       md5(contact::text) || md5(contact::text)
FROM contact;
INSERT INTO list_change (version, former, entry, effective, known, contact, list, shard, status,
                         prior, rule, reason)
SELECT version, 0, entry, effective, known, contact, list, shard_of(contact), status, 0, rule,
       reason
FROM list_entry;
SELECT setval('ledger_block', (:events / 65536 + 2) * 65536);
SELECT setval('list_version', (:events / 65536 + 2) * 65536);
SELECT partitions_ahead();
VACUUM ANALYZE;
CHECKPOINT
