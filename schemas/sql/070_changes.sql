-- 070: what each list said, and what its recipients have of it.

-- Every word of every list, in the order in which it was said: written by publish in the
-- transaction that writes list_entry, and never changed. The deltas are read from it, the
-- digest of a list at any cursor follows from it, and so does what a list said at a time.
-- Within a shard versions rise in the order of the commits (services/publish/README.md says
-- why), so whoever has read up to a version of each shard has missed nothing.
-- At 90 bytes a row beside the index it is the cheapest that serves all three; where years of
-- it take too much room, partition it by range of version.
CREATE TABLE list_change (
    version   bigint      NOT NULL,
    former    bigint      NOT NULL,  -- the version before of this contact, 0: none
    entry     bigint      NOT NULL,
    effective timestamptz NOT NULL,
    known     timestamptz NOT NULL,
    at        timestamptz NOT NULL DEFAULT now(),
    heard     timestamptz,           -- the append of the event that brought it; NULL: time did,
                                     -- or the register, or a repair
    contact   uuid        NOT NULL,
    list      integer     NOT NULL,
    shard     smallint    NOT NULL,  -- of the contact
    status    smallint    NOT NULL,
    prior     smallint    NOT NULL,  -- status of the version before, 0: none
    rule      smallint    NOT NULL,
    reason    smallint    NOT NULL,
    PRIMARY KEY (list, shard, version)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON list_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON list_change
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How publish hands its rows over: fifteen arrays cost several times as much.
CREATE TYPE list_word AS (
    contact uuid, list integer, shard smallint, status smallint, prior smallint,
    rule smallint, reason smallint, version bigint, former bigint, entry bigint,
    effective timestamptz, known timestamptz, heard timestamptz, token text);

CREATE VIEW v_list_change AS
SELECT register_name('list', list) AS list, contact, shard, version, former,
       word_of('list_status', status) AS status,
       CASE prior WHEN 0 THEN NULL ELSE word_of('list_status', prior) END AS prior,
       word_of('rule', rule) AS rule, word_of('reason', reason) AS reason, entry, effective,
       known, heard, at
FROM list_change;

-- What a list has said of a contact, the last word first: from its entry along "former",
-- each by key.
CREATE FUNCTION list_history(of_list text, of_contact uuid) RETURNS SETOF list_change
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE said AS (
        SELECT c.* FROM list_entry e
          JOIN list_change c ON c.list = e.list AND c.shard = shard_of(e.contact)
                            AND c.version = e.version
         WHERE e.contact = of_contact
           AND e.list = (SELECT n.number FROM register_number n
                         WHERE n.kind = 'list' AND n.id = of_list)
        UNION ALL
        SELECT c.* FROM said s
          JOIN list_change c ON c.list = s.list AND c.shard = s.shard AND c.version = s.former)
    SELECT * FROM said
$$;

GRANT SELECT, INSERT ON list_change TO consent_publish;
GRANT SELECT ON list_change, v_list_change TO consent_lookup, consent_keeper, consent_operator;
