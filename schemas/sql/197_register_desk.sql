-- 197: the register is changed at a desk, too: who wants a change, beside the role of the session,
-- and why. The session's role stays the database's to say (190).
ALTER TABLE register_entry
    ADD COLUMN person text NOT NULL DEFAULT '',  -- as the program knows them: "Ana Silva (token 7)"
    ADD COLUMN why    text NOT NULL DEFAULT '';

GRANT INSERT (person, why) ON register_entry TO consent_operator;

-- consent-lookup checks a change as consentctl does, and writes it by the same statements
GRANT INSERT (kind, id, effective, known, body, origin, person, why) ON register_entry TO consent_lookup;
GRANT INSERT ON register_number, cascade TO consent_lookup;
GRANT UPDATE ON register_version TO consent_lookup;
