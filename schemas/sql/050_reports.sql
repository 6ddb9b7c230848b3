-- 050: what the reports on sources read (consentctl report).

-- Denials that came later than their source promised (flag late, 2048): few, looked for by
-- when they became known.
CREATE INDEX fact_late ON fact (known, ledger_id, contact, part)
    WHERE flags & 2048 <> 0 AND kind BETWEEN 2 AND 7;
