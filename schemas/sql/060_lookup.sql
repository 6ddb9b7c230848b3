-- 060: who may ask, and what was asked.

-- A token is "cmq_<token_id>_<43 characters>": 32 random bytes of which only the SHA-256
-- stands here. Rows are never deleted, for the audit names them.
CREATE TABLE access_token (
    token_id  integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    role      smallint    NOT NULL,              -- common/core/access.h
    source    text        NOT NULL DEFAULT '',   -- reseller: the source whose contacts it sees
    recipient text        NOT NULL DEFAULT '',   -- mailing: whose lists it sees
    note      text        NOT NULL DEFAULT '',
    hash      bytea       NOT NULL UNIQUE CHECK (length(hash) = 32),
    budget    integer     CHECK (budget > 0),    -- distinct contacts a day (UTC); NULL: no limit
    created   timestamptz NOT NULL DEFAULT now(),
    created_by text       NOT NULL DEFAULT session_user,
    expires   timestamptz NOT NULL DEFAULT 'infinity',
    revoked   timestamptz NOT NULL DEFAULT 'infinity'
);

-- Which contacts a token with a budget has asked about on a day, and how many. The count is
-- the lock: two processes spend one after the other.
CREATE TABLE token_day (
    token_id integer NOT NULL,
    day      date    NOT NULL,
    contacts integer NOT NULL,
    PRIMARY KEY (token_id, day)
) WITH (fillfactor = 50);
CREATE TABLE token_contact (
    token_id integer NOT NULL,
    day      date    NOT NULL,
    contact  uuid    NOT NULL,
    PRIMARY KEY (token_id, day, contact)
);

-- Every look-up, written before its answer is sent. Numbers are the register's (0: none such,
-- -1: every promotional purpose). contact NULL: the look-up is about none.
CREATE TABLE lookup_audit (
    at         timestamptz NOT NULL DEFAULT now(),  -- and nobody's to say
    contact    uuid,
    token_id   integer     NOT NULL,
    controller smallint    NOT NULL,
    purpose    smallint    NOT NULL,
    channel    smallint    NOT NULL,
    route      smallint    NOT NULL,
    outcome    smallint    NOT NULL
) PARTITION BY RANGE (at);  -- by months (164)
-- "Who has asked about this person?" and "what was asked in that week?"; the second costs
-- next to nothing, for rows come in the order of time.
CREATE INDEX lookup_audit_contact ON lookup_audit (contact) WHERE contact IS NOT NULL;
CREATE INDEX lookup_audit_at ON lookup_audit USING brin (at);

-- Nobody changes it, and nobody takes anything away that is younger than a year, whoever asks.
-- What is older goes when the keeper's audit_days say so.
CREATE FUNCTION refuse_young() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.at < now() - interval '365 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only for a year: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE ON lookup_audit
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_a_year BEFORE DELETE ON lookup_audit
    FOR EACH ROW EXECUTE FUNCTION refuse_young();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON lookup_audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE VIEW v_access_token AS
SELECT token_id, word_of('access_role', role) AS role, source, recipient, note, budget,
       created, created_by, expires, revoked,
       revoked > now() AND expires > now() AS valid
FROM access_token;

-- What the gateway may know of tokens: those of sources, and nobody else's.
CREATE VIEW v_source_token AS
SELECT token_id, source, hash, expires FROM access_token WHERE role = 6 /*source*/ AND revoked > now();

CREATE VIEW v_lookup_audit AS
SELECT at, contact, token_id, word_of('lookup_route', route) AS route,
       CASE controller WHEN 0 THEN NULL ELSE register_name('controller', controller) END
           AS controller,
       CASE purpose WHEN 0 THEN NULL WHEN -1 THEN '*promotional'
                    ELSE register_name('purpose', purpose) END AS purpose,
       CASE channel WHEN 0 THEN NULL ELSE word_of('channel', channel) END AS channel,
       word_of('lookup_outcome', outcome) AS outcome
FROM lookup_audit;

-- lookup reads tokens, adds to the audit, and keeps the days' counts
GRANT SELECT ON access_token, register_version TO consent_lookup;
GRANT SELECT ON v_source_token TO consent_gateway;
GRANT INSERT ON lookup_audit TO consent_lookup;
GRANT SELECT, INSERT, UPDATE ON token_day TO consent_lookup;
GRANT SELECT, INSERT ON token_contact TO consent_lookup;

-- operator hands tokens out and takes them back; the keeper forgets whom they asked about
GRANT SELECT ON access_token, token_day, v_access_token, lookup_audit, v_lookup_audit
    TO consent_operator;
GRANT INSERT, UPDATE (revoked) ON access_token TO consent_operator;
GRANT SELECT, UPDATE, DELETE ON token_day TO consent_keeper;
GRANT SELECT, DELETE ON token_contact TO consent_keeper;
-- (UPDATE is the right to lock a row; the trigger lets nobody change one)
GRANT SELECT, UPDATE, DELETE ON lookup_audit TO consent_keeper;
-- formerly ef3dbdf562d2b63f34a8aa67ece7d33bf39622bed0bb13288537c07d2d923b4b: comments alone
