-- 176: what the console's start page shows beside the answers.

-- What became of an event that was sent again, and of which one it is a replay: the same bytes.
CREATE INDEX quarantine_digest ON quarantine USING hash (digest) WHERE digest IS NOT NULL;

GRANT SELECT ON intake_gap TO consent_lookup;
