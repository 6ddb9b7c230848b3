-- 125: contact points of one person: an address that changed, two that turned out to be one
-- person's (contact.changed.v1), and one spelling of an address that became another when our
-- normalisation changed (consentctl rekey). Every denial of the one holds for the other, and of
-- theirs in turn; a grant never leaves the contact it was given for. Of two that were merged
-- only what both have granted counts: common/store/people/fact_store.h does that.
--
-- Only ever added to, like the facts. What was said last counts, whatever came first.
CREATE TABLE same_person (
    contact   uuid        NOT NULL,  -- both ways round
    other     uuid        NOT NULL,
    ledger_id bigint      NOT NULL,  -- the event that says so; 0: consentctl rekey
    known     timestamptz NOT NULL,
    said      timestamptz NOT NULL,  -- when, by its source
    kind      smallint    NOT NULL,  -- 1 changed, 2 merged, 3 neither: it was a mistake, 4 respelt
    PRIMARY KEY (contact, other, ledger_id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON same_person
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON same_person
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The contacts that are one person with this one, through others too: from known on, until it
-- is known that it was a mistake ('infinity': it holds). One may be there more than once.
CREATE FUNCTION same_of(asked uuid,
                        OUT other uuid, OUT known timestamptz, OUT undone timestamptz,
                        OUT merged boolean)
RETURNS SETOF record LANGUAGE sql STABLE ROWS 2 AS $$
    WITH RECURSIVE reached (other, known, undone, merged) AS (
        SELECT s.other, s.known,
               coalesce((SELECT min(m.known) FROM same_person m
                          WHERE m.contact = s.contact AND m.other = s.other AND m.kind = 3 /*mistaken*/
                            AND m.said > s.said AND s.kind <> 4 /*respelt*/), 'infinity'),
               s.kind = 2 /*same_person*/
          FROM same_person s WHERE s.contact = asked AND s.kind <> 3 /*mistaken*/
        UNION
        SELECT s.other, greatest(r.known, s.known),
               least(r.undone,
                     (SELECT min(m.known) FROM same_person m
                       WHERE m.contact = s.contact AND m.other = s.other AND m.kind = 3 /*mistaken*/
                         AND m.said > s.said AND s.kind <> 4 /*respelt*/)),
               r.merged AND s.kind = 2 /*same_person*/
          FROM reached r JOIN same_person s ON s.contact = r.other
         WHERE s.kind <> 3 /*mistaken*/ AND s.other <> asked AND r.known < r.undone)
    SELECT r.other, r.known, r.undone, r.merged FROM reached r WHERE r.known < r.undone
$$;

-- By which rules keys were made: consentctl rekey writes a row when it has been through.
CREATE TABLE normalisation (
    version integer     PRIMARY KEY,
    since   timestamptz NOT NULL DEFAULT now()
);
-- A database without contacts needs none of it. A later version comes with such a line, too.
INSERT INTO normalisation (version) SELECT 2 WHERE NOT EXISTS (SELECT FROM contact);

GRANT SELECT, INSERT ON same_person TO consent_ingest;
GRANT SELECT ON same_person TO consent_publish, consent_lookup, consent_keeper, consent_gateway;
GRANT SELECT ON normalisation TO consent_operator;
-- formerly ca4dc9297649faff2f9adaa5778d7d9f8d23e85647b9906c710d0f89d6935677: comments alone
