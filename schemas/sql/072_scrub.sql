-- 072: mailing lists that were scrubbed: who asked, when, and about whom.
--
-- A scrub asks about millions of contacts at once. A row of lookup_audit for each (and its
-- index) would be 130 bytes a contact and most of the time of a scrub; the keys packed by
-- parts are 17 bytes, and still answer "who has asked about this person?" (v_scrub_contact),
-- by reading through them: a question of a right of access, not of every day. What is not
-- kept: the verdict of each contact; it follows from the facts as they were known then.

-- One row a call. token_id NULL: an operator, with consentctl.
CREATE TABLE scrub (
    scrub_id  bigint      GENERATED ALWAYS AS IDENTITY,
    at        timestamptz NOT NULL DEFAULT now(),
    token_id  integer,
    by_role   text        NOT NULL DEFAULT session_user,
    list      integer     NOT NULL,
    by_tokens boolean     NOT NULL,
    PRIMARY KEY (scrub_id, at)
) PARTITION BY RANGE (at);  -- by months, and its parts likewise (164)

-- One row a part of the lines, written before their verdicts go out. A call whose parts do
-- not add up to what was sent in ended on the way.
CREATE TABLE scrub_part (
    scrub_id bigint NOT NULL,
    lines    bigint NOT NULL,
    may_mail bigint NOT NULL,
    may_not  bigint NOT NULL,  -- of these, unknown ones
    unknown  bigint NOT NULL,
    invalid  bigint NOT NULL,
    contacts uuid[] NOT NULL,  -- each once, by key; of tokens those that the list knows
    at       timestamptz NOT NULL DEFAULT now()
) PARTITION BY RANGE (at);
CREATE INDEX scrub_part_scrub ON scrub_part (scrub_id);
ALTER TABLE scrub_part ALTER COLUMN contacts SET STORAGE EXTERNAL;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON scrub
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON scrub_part
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON scrub
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON scrub_part
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE VIEW v_scrub AS
SELECT s.scrub_id, s.at, s.token_id, s.by_role, register_name('list', s.list) AS list,
       s.by_tokens, coalesce(sum(p.lines), 0)::bigint AS lines,
       coalesce(sum(p.may_mail), 0)::bigint AS may_mail,
       coalesce(sum(p.may_not), 0)::bigint AS may_not,
       coalesce(sum(p.unknown), 0)::bigint AS unknown,
       coalesce(sum(p.invalid), 0)::bigint AS invalid
FROM scrub s LEFT JOIN scrub_part p USING (scrub_id)
GROUP BY s.scrub_id, s.at;

CREATE VIEW v_scrub_contact AS
SELECT u.contact, s.scrub_id, s.at, s.token_id, s.by_role,
       register_name('list', s.list) AS list
FROM scrub s JOIN scrub_part p USING (scrub_id), unnest(p.contacts) AS u (contact);

GRANT INSERT (token_id, list, by_tokens) ON scrub TO consent_lookup, consent_operator;
GRANT INSERT (scrub_id, lines, may_mail, may_not, unknown, invalid, contacts) ON scrub_part
    TO consent_lookup, consent_operator;
GRANT SELECT (scrub_id) ON scrub TO consent_lookup;
GRANT SELECT ON scrub, scrub_part, v_scrub, v_scrub_contact TO consent_operator;
GRANT SELECT ON doubt TO consent_lookup;
