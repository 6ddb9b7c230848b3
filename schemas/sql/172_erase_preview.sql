-- 172: what an erasure would take, counted by carrying it out and taking it back. So the preview
-- and the erasure cannot differ, and who may look needs no right to erase. A number of the
-- identity column `erasure` is spent by it: gaps there mean previews, and failures.
CREATE FUNCTION erase_preview(
    p_contact uuid, p_whole boolean, p_by text, p_ground text, p_ledger_id bigint,
    p_rows jsonb, p_event_id text,
    u_controller smallint[], u_row text[], u_until timestamptz[],
    let_go bigint[], by_request boolean[], going smallint[],
    OUT events bigint, OUT facts bigint, OUT quarantined bigint, OUT contacts bigint,
    OUT types text, OUT kept_facts bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    done record;
BEGIN
    BEGIN
        SELECT * INTO done FROM erase(p_contact, p_whole, p_by, p_ground, p_ledger_id, p_rows,
                                      p_event_id, u_controller, u_row, u_until, let_go,
                                      by_request, going);
        types := (SELECT coalesce(string_agg(t.type || ' ' || t.n, ' ' ORDER BY t.type), '')
                    FROM (SELECT l.type, count(DISTINCT l.ledger_id) AS n
                            FROM erased_event e JOIN ledger l USING (ledger_id)
                           WHERE e.contact = p_contact AND e.forgotten
                             AND e.ledger_id = ANY (let_go) GROUP BY l.type) t);
        kept_facts := (SELECT count(*) FROM fact f WHERE f.contact = p_contact);
        RAISE EXCEPTION USING ERRCODE = 'CM172';
    EXCEPTION WHEN SQLSTATE 'CM172' THEN
        NULL; -- all of it is undone; what was counted is not
    END;
    events := done.events;
    facts := done.facts;
    quarantined := done.quarantined;
    contacts := done.contacts;
END $$;
REVOKE ALL ON FUNCTION erase_preview(uuid, boolean, text, text, bigint, jsonb, text, smallint[],
    text[], timestamptz[], bigint[], boolean[], smallint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_preview(uuid, boolean, text, text, bigint, jsonb, text,
    smallint[], text[], timestamptz[], bigint[], boolean[], smallint[])
    TO consent_operator, consent_lookup;
