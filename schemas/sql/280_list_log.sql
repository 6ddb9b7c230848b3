-- 280: a list's topic that is another log than the one that was written. When somebody deletes it and
-- makes it again, or its tail was lost with a broker, every later reader lacks what was said there.

-- The newest heartbeat of every partition: no newer record has its key, so compaction leaves it alone.
-- Where it is not, there is another log.
CREATE TABLE list_mark (
    list      integer     NOT NULL,
    partition integer     NOT NULL,
    "offset"  bigint      NOT NULL,
    said      text        NOT NULL,  -- its value
    PRIMARY KEY (list, partition)
);

-- Lists of which everybody with an entry is said again, because that was seen; of each the last time.
CREATE TABLE list_again (
    list      integer     PRIMARY KEY,
    since     timestamptz NOT NULL DEFAULT clock_timestamp(),
    why       text        NOT NULL,
    after_key uuid,                       -- contacts are marked up to here
    entries   bigint      NOT NULL DEFAULT 0,
    marked    timestamptz,                -- all of them are, and waited to be published
    done      timestamptz                 -- and have been
);

GRANT SELECT, INSERT, UPDATE, DELETE ON list_mark TO consent_publish;
GRANT SELECT, INSERT, UPDATE ON list_again TO consent_publish;
GRANT SELECT ON list_mark, list_again TO consent_operator;
