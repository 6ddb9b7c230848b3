-- 143: what databases lack whose earlier files were other editions (lines "-- formerly").
DO $$
BEGIN
    IF pg_get_indexdef('fact_late'::regclass) !~ '25' THEN
        DROP INDEX fact_late;
        CREATE INDEX fact_late ON fact (known, ledger_id, contact, part)
            WHERE flags & 2048 /*late*/ <> 0 AND kind IN (2, 3, 4, 5, 6, 7, 25) /*denials*/;
    END IF;
END $$;
