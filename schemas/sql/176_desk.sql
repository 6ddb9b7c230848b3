-- 176: what the console's start page shows beside the answers.
GRANT SELECT ON intake_gap TO consent_lookup;
