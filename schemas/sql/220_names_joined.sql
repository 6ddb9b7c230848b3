-- 220: names beside facts and ledger rows by joins, and sets of words once for each set
-- (PostgreSQL remembers what a LATERAL found). A call for each row and name took ten times
-- as long: of a contact with 30,000 events more than a request has.

CREATE OR REPLACE VIEW v_ledger AS
SELECT l.ledger_id, coalesce(s.id, l.source::text) AS source, l.event_id, l.variant,
       coalesce(t.name, l.type::text) AS type, coalesce(o.name, l.outcome::text) AS outcome,
       l.reason, l.pointer, l.occurred_from, l.occurred_to, l.known, l.topic, l.partition,
       l."offset", (l.flags & 1 /*late*/) <> 0 AS late,
       (l.flags & 2 /*redacted*/) <> 0 AS redacted,
       (l.flags & 4 /*imported*/) <> 0 AS imported,
       (l.flags & 8 /*binary*/) <> 0 AS binary_mode, encode(l.digest, 'hex') AS digest
FROM ledger l
LEFT JOIN register_number s ON s.kind = 'source' AND s.number = l.source
LEFT JOIN word t ON t.kind = 'event_type' AND t.number = l.type
LEFT JOIN word o ON o.kind = 'outcome' AND o.number = l.outcome;

CREATE OR REPLACE VIEW v_fact AS
SELECT f.contact, f.ledger_id, f.part, coalesce(k.name, f.kind::text) AS kind,
       CASE f.controller WHEN 0 THEN '*' ELSE coalesce(c.id, f.controller::text) END
           AS controller,
       CASE f.purpose WHEN 0 THEN '*' WHEN -1 THEN '*promotional'
                      ELSE coalesce(p.id, f.purpose::text) END AS purpose,
       channels.names AS channels, stated.names AS stated, flags.names AS flags,
       coalesce(s.id, f.source::text) AS source,
       coalesce(t.name, f.source_type::text) AS source_type,
       CASE f.agreement WHEN 0 THEN NULL ELSE coalesce(a.id, f.agreement::text) END
           AS agreement,
       f.occurred_from, f.occurred_to, f.effective, f.expires, f.known
FROM fact f
LEFT JOIN word k ON k.kind = 'fact_kind' AND k.number = f.kind
LEFT JOIN word t ON t.kind = 'source_type' AND t.number = f.source_type
LEFT JOIN register_number c ON c.kind = 'controller' AND c.number = f.controller
LEFT JOIN register_number p ON p.kind = 'purpose' AND p.number = f.purpose
LEFT JOIN register_number s ON s.kind = 'source' AND s.number = f.source
LEFT JOIN register_number a ON a.kind = 'agreement' AND a.number = f.agreement
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(w.name ORDER BY w.number), '{}') AS names FROM word w
    WHERE w.kind = 'channel' AND (w.number & f.channels) <> 0) channels
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(w.name ORDER BY w.number), '{}') AS names FROM word w
    WHERE w.kind = 'channel' AND (w.number & f.stated) <> 0) stated
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(w.name ORDER BY w.number), '{}') AS names FROM word w
    WHERE w.kind = 'fact_flag' AND (w.number & f.flags) <> 0) flags;
