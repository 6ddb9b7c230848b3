-- 050: what the reports on sources read (consentctl report).

-- Denials that came later than their source promised: few, looked for by
-- when they became known.
CREATE INDEX fact_late ON fact (known, ledger_id, contact, part)
    WHERE flags & 2048 /*late*/ <> 0 AND kind IN (2, 3, 4, 5, 6, 7, 25) /*denials*/;
-- formerly 8e7a57cb878d4c2f2daacc6883a3586c9bf0b916625ecd2e9ef590ab9dbed704: fact_late is made again by 143
