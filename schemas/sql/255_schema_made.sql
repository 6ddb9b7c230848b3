-- 255: what the migrations have made, written down when they have, so that consentctl doctor can
-- name an index, a trigger or a constraint that somebody has dropped since.
CREATE TABLE schema_made (
    kind       text NOT NULL,         -- index, trigger, constraint
    "table"    text NOT NULL,
    name       text NOT NULL,
    definition text NOT NULL,         -- how to make it again
    PRIMARY KEY (kind, "table", name)
);

-- Of partitions nothing: they come and go, with what belongs to them.
CREATE VIEW v_schema_there AS
    SELECT 'index' AS kind, t.relname::text AS "table", c.relname::text AS name,
           pg_get_indexdef(i.indexrelid) AS definition
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
    WHERE t.relnamespace = 'public'::regnamespace AND NOT t.relispartition
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid
                      AND k.contype IN ('p', 'u', 'x'))
    UNION ALL
    SELECT 'trigger', t.relname, g.tgname, pg_get_triggerdef(g.oid)
    FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid
    WHERE t.relnamespace = 'public'::regnamespace AND NOT t.relispartition AND NOT g.tgisinternal
      AND g.tgenabled <> 'D'
    UNION ALL
    SELECT 'constraint', t.relname, k.conname,
           format('ALTER TABLE %I ADD CONSTRAINT %I %s', t.relname, k.conname, pg_get_constraintdef(k.oid))
    FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
    WHERE t.relnamespace = 'public'::regnamespace AND NOT t.relispartition
      AND k.contype IN ('p', 'u', 'x', 'f', 'c') AND k.conparentid = 0;
