-- 130: lists on which several contacts may have one token (the profiles uid2-b64, drop-b64).

-- On such a list the entry belongs to the token, not to a contact: list_entry and list_change
-- have it under token_key, a key made of list and token (common/crypto/hashed_key.h), as they
-- have any other list's under the contact. Here stands what each contact of the token, a
-- member, has to say; the strictest of them speaks (common/core/lists/list.h). Whoever changes
-- a row marks token_key dirty in the same transaction; the publisher of its shard folds.
CREATE TABLE list_member (
    contact   uuid        NOT NULL,
    token_key uuid        NOT NULL,
    list      integer     NOT NULL,
    voice     smallint    NOT NULL,  -- 1 no, 2 yes, 3 neither
    rule      smallint    NOT NULL,
    reason    smallint    NOT NULL,
    entry     bigint      NOT NULL,  -- the ledger id that decides, 0: none
    effective timestamptz NOT NULL,
    known     timestamptz NOT NULL,
    token     text        NOT NULL COLLATE "C",
    PRIMARY KEY (contact, list)
);
-- The strictest of a token stands first: one probe, however many members it has.
CREATE INDEX list_member_token
    ON list_member (token_key, voice, rule, effective DESC, contact);

-- Of a contact that shares its token: what was said of the token.
CREATE OR REPLACE FUNCTION list_history(of_list text, of_contact uuid)
RETURNS SETOF list_change
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE of AS (
        SELECT n.number FROM register_number n WHERE n.kind = 'list' AND n.id = of_list),
    said AS (
        SELECT c.* FROM list_entry e
          JOIN list_change c ON c.list = e.list AND c.shard = shard_of(e.contact)
                            AND c.version = e.version
         WHERE e.list = (SELECT number FROM of)
           AND e.contact IN (SELECT of_contact UNION ALL
                             SELECT m.token_key FROM list_member m
                             WHERE m.contact = of_contact AND m.list = (SELECT number FROM of))
        UNION ALL
        SELECT c.* FROM said s
          JOIN list_change c ON c.list = s.list AND c.shard = s.shard AND c.version = s.former)
    SELECT * FROM said
$$;

GRANT SELECT, INSERT, UPDATE ON list_member TO consent_publish;
GRANT SELECT ON list_member TO consent_lookup, consent_operator;
