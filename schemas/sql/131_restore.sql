-- 131: a database that was restored to an earlier time.

-- A publisher has seen that the database is older than its lists' topics: nobody publishes,
-- and lists are not given out over HTTP, until "consentctl restored" has begun a new epoch.
CREATE TABLE restore_hold (
    "only" boolean     PRIMARY KEY DEFAULT true CHECK ("only"),
    since  timestamptz NOT NULL DEFAULT now(),
    why    text        NOT NULL,
    people boolean     NOT NULL DEFAULT false,  -- somebody is there again who was erased (150)
    seen_by text       NOT NULL
);

-- The epochs that list_version has begun since: a version is the epoch, times 2^40, and a
-- number (common/core/lists/cursor.h).
CREATE TABLE restored (
    epoch     bigint      PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT now(),
    by_role   text        NOT NULL DEFAULT session_user,
    reason    text        NOT NULL,
    highest   bigint      NOT NULL,  -- version that was found on a topic
    forced    bigint      NOT NULL   -- contacts whose topics said something else
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON restored
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON restored
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT (why, people, seen_by), UPDATE (people) ON restore_hold
    TO consent_publish;
GRANT SELECT ON SEQUENCE list_version TO consent_publish, consent_operator;
GRANT SELECT ON restore_hold TO consent_lookup;
GRANT DELETE ON restore_hold TO consent_operator;
GRANT INSERT (epoch, reason, highest, forced) ON restored TO consent_operator;
GRANT UPDATE ON SEQUENCE list_version, ledger_block TO consent_operator;
GRANT SELECT ON SEQUENCE ledger_block TO consent_operator;
GRANT UPDATE (owner, until, epoch) ON publish_shard TO consent_operator;
