-- 001: the tables. Times are timestamptz (microseconds, as in the C code), words of the
-- domain are the numbers of common/core/vocab.h; the views of 003 show their names.
-- Contact key is the distribution column of contact, fact, dirty, due, link and list_entry:
-- nothing on a hot path joins across contacts.

-- --- the register: policy as data, effective-dated, never overwritten ------------------
-- One row is one version of one entry. Of the rows of a (kind, id, effective) the one with
-- the greatest known <= K counts; of those the one with the greatest effective <= T.
-- register_rows(K) in 003 says it in SQL.
CREATE TABLE register_entry (
    entry      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text        NOT NULL,  -- controller, website, purpose, source, ...
    id         text        NOT NULL,
    effective  timestamptz NOT NULL DEFAULT '-infinity',
    known      timestamptz NOT NULL,
    body       jsonb,                 -- NULL: withdrawn, as if it had never been said
    origin     text        NOT NULL,  -- the register file (its name in it) that says so
    applied_by text        NOT NULL DEFAULT session_user
);
CREATE INDEX register_entry_key ON register_entry (kind, id, effective, known);

-- The small numbers by which facts and lists name register entries; for life.
CREATE TABLE register_number (
    kind   text    NOT NULL,
    id     text    NOT NULL,
    number integer NOT NULL,
    PRIMARY KEY (kind, id),
    UNIQUE (kind, number)
);

-- Rises with every change of the register or of an agreement: cheap to poll.
CREATE TABLE register_version (
    "only"  boolean PRIMARY KEY DEFAULT true CHECK ("only"),
    version bigint  NOT NULL
);
INSERT INTO register_version (version) VALUES (1);

-- What agreement events said; folded into the agreements of the register.
CREATE TABLE agreement_fact (
    ledger_id  bigint      NOT NULL,
    known      timestamptz NOT NULL,
    agreement  text        NOT NULL,
    party      text        NOT NULL,
    valid_from timestamptz NOT NULL,  -- -infinity: not said
    valid_until timestamptz NOT NULL, -- infinity: not said
    terminated timestamptz NOT NULL,  -- infinity: not said
    breach_from timestamptz NOT NULL, -- infinity: not said
    PRIMARY KEY (agreement, ledger_id)
);

-- --- where ingest stands ----------------------------------------------------------------
-- A position belongs to one log. A topic that was deleted and made again under its name is
-- another one, with other records at the same offsets: the anchor, the last record that was
-- taken in, tells them apart.
CREATE TABLE ingest_position (
    topic         text        NOT NULL,
    partition     integer     NOT NULL,
    next_offset   bigint      NOT NULL,
    epoch         bigint      NOT NULL,  -- of ownership; rises with every take-over
    owner         text        NOT NULL,
    updated       timestamptz NOT NULL DEFAULT now(),
    anchor_offset bigint,                -- NULL: nothing has been taken in yet
    anchor_time   timestamptz,           -- Kafka's time stamp of that record
    anchor_digest bytea,                 -- SHA-256 of its headers and value, as in the ledger
    sure_offset   bigint,                -- the last record that was seen again in this log
    sure_time     timestamptz,           -- after a later one had been taken in
    sure_digest   bytea,
    held          text        NOT NULL DEFAULT '',  -- why it stands still: other_log, ...
    PRIMARY KEY (topic, partition)
);

-- Records that nobody has read and nobody will: offsets "from" up to "to", without "to".
CREATE TABLE intake_gap (
    gap             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic           text        NOT NULL,
    partition       integer     NOT NULL,
    "from"          bigint      NOT NULL,
    "to"            bigint      NOT NULL,
    seen            timestamptz NOT NULL DEFAULT now(),
    acknowledged    timestamptz,          -- NULL: no person has looked at it
    acknowledged_by text,
    note            text
);
CREATE INDEX intake_gap_open ON intake_gap (topic, partition) WHERE acknowledged IS NULL;

-- Positions that a person has set, and why.
CREATE TABLE intake_reset (
    reset       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic       text        NOT NULL,
    partition   integer     NOT NULL,
    was_offset  bigint      NOT NULL,
    next_offset bigint      NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    by          text        NOT NULL DEFAULT session_user,
    reason      text        NOT NULL
);

-- --- the ledger: every event ever taken in ------------------------------------------------
-- ledger_id comes from blocks that ingest takes (ledger_block), so that facts can name it
-- before the insert. variant 0 is the first arrival of a (source, event_id); the same id
-- with other bytes (ID_REUSE) stands beside it as 1, 2, ...
CREATE TABLE ledger (
    ledger_id     bigint      NOT NULL,
    known         timestamptz NOT NULL,
    occurred_from timestamptz NOT NULL,
    occurred_to   timestamptz NOT NULL,
    "offset"      bigint      NOT NULL,
    source        integer     NOT NULL,
    partition     integer     NOT NULL,
    flags         integer     NOT NULL,  -- 1 late, 2 redacted, 4 imported, 8 binary mode, 16 named by content, 32 of a sandbox
    type          smallint    NOT NULL,
    outcome       smallint    NOT NULL,
    variant       smallint    NOT NULL,
    event_id      text        NOT NULL COLLATE "C",
    topic         text        NOT NULL COLLATE "C",
    reason        text        COLLATE "C",  -- of a note or refusal
    pointer       text        COLLATE "C",
    digest        bytea       NOT NULL,  -- SHA-256 of headers and raw
    headers       bytea,                 -- binary mode: the ce_ headers as a JSON object
    raw           bytea                  -- as received; NULL: redacted
);
ALTER TABLE ledger ALTER COLUMN raw SET STORAGE EXTERNAL;
CREATE SEQUENCE ledger_block INCREMENT BY 65536 START WITH 65536;

-- --- contacts ---------------------------------------------------------------------------
CREATE TABLE contact (
    contact     uuid     NOT NULL,  -- 16 bytes of HMAC-SHA-256 over kind and identifier
    kind        smallint NOT NULL,
    wrapped_key bytea,              -- the contact's data key under the outer key; NULL: erased
    sealed      bytea               -- the canonical identifier under the data key
);

-- Contact points named together in one event, both ways round.
CREATE TABLE link (
    contact   uuid   NOT NULL,
    other     uuid   NOT NULL,
    ledger_id bigint NOT NULL
);

-- --- facts --------------------------------------------------------------------------------
CREATE TABLE fact (
    contact       uuid        NOT NULL,
    ledger_id     bigint      NOT NULL,
    known         timestamptz NOT NULL,
    occurred_from timestamptz NOT NULL,
    occurred_to   timestamptz NOT NULL,
    effective     timestamptz,          -- NULL: from occurrence
    expires       timestamptz,          -- NULL: never
    source        integer     NOT NULL,
    agreement     integer     NOT NULL, -- 0: none
    flags         integer     NOT NULL,
    controller    smallint    NOT NULL,
    purpose       smallint    NOT NULL,
    channels      smallint    NOT NULL,
    stated        smallint    NOT NULL,
    kind          smallint    NOT NULL,
    source_type   smallint    NOT NULL,
    part          smallint    NOT NULL,
    form          bigint      NOT NULL DEFAULT 0, -- of a grant: of the captured form's digest
    spent         timestamptz NOT NULL DEFAULT 'infinity' -- from when on another one says all of it (158)
);

-- --- quarantine -----------------------------------------------------------------------------
CREATE TABLE quarantine (
    quarantine_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    known         timestamptz NOT NULL,
    source        integer     NOT NULL,  -- owner of the feed; 0: no such source
    partition     integer     NOT NULL,
    "offset"      bigint      NOT NULL,
    topic         text        NOT NULL,
    reason        text        NOT NULL,
    pointer       text        NOT NULL,
    event_id      text,                  -- where it could be read
    ledger_id     bigint,                -- it is in the ledger too (and its bytes there)
    contact       uuid,                  -- whom it is about, where it could be read
    raw           bytea,
    headers       bytea,
    digest        bytea,                 -- as in the ledger: of a batch each event has its own
    state         smallint    NOT NULL DEFAULT 0,  -- 0 waiting, 1 replayed, 2 discarded
    state_at      timestamptz,
    state_by      text,
    note          text
);
-- A record waits once, also when its feed is read again; another log's record at the same
-- offset is another one.
CREATE UNIQUE INDEX quarantine_position
    ON quarantine (topic, partition, "offset", reason, digest);
CREATE INDEX quarantine_waiting ON quarantine (known) WHERE state = 0 /*waiting*/;
CREATE INDEX quarantine_contact ON quarantine (contact) WHERE contact IS NOT NULL;

-- --- from facts to lists --------------------------------------------------------------------
-- A contact whose standing may have changed. Append, fold, deliver, delete: no cursor, so
-- no gap when transactions commit out of order.
CREATE TABLE dirty (
    seq     bigint      GENERATED ALWAYS AS IDENTITY,
    contact uuid        NOT NULL,
    shard   smallint    NOT NULL,  -- of the contact: first byte of its key, 0..15 (>> 4)
    cause   smallint    NOT NULL,  -- 1 event, 2 due, 3 link, 4 cascade, 5 forced, 6 list
    lane    smallint    NOT NULL DEFAULT 1,  -- 0: somebody says no, and goes first
    known   timestamptz NOT NULL   -- for the time from append to list
);

-- When the answer for a contact changes by itself. One row a contact.
CREATE TABLE due (
    contact uuid        NOT NULL PRIMARY KEY,
    at      timestamptz NOT NULL
);
CREATE INDEX due_at ON due (at);

-- Work that makes many contacts dirty, done by the keeper in steps.
CREATE TABLE cascade (
    cascade_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agreement  integer     NOT NULL,  -- contacts with facts under it; 0: every contact
    ledger_id  bigint      NOT NULL,  -- the event that asks for it; 0: the register did
    known      timestamptz NOT NULL
);

CREATE TABLE list_entry (
    contact   uuid        NOT NULL,
    list      integer     NOT NULL,
    status    smallint    NOT NULL,
    rule      smallint    NOT NULL,
    reason    smallint    NOT NULL,
    version   bigint      NOT NULL,  -- rises per token; from list_version
    entry     bigint      NOT NULL,  -- the ledger id that decides, 0: none
    effective timestamptz NOT NULL,
    known     timestamptz NOT NULL,
    token     text        NOT NULL COLLATE "C"
);
-- Versions are taken in blocks, before the transaction that uses them, and never again.
CREATE SEQUENCE list_version INCREMENT BY 65536 START WITH 65536;

-- One writer a shard. A stale holder's epoch no longer matches.
CREATE TABLE publish_shard (
    shard smallint    PRIMARY KEY,
    owner text        NOT NULL DEFAULT '',
    epoch bigint      NOT NULL DEFAULT 0,
    until timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO publish_shard (shard) SELECT generate_series(0, 15);

-- Publishers that are alive, to share the shards fairly.
CREATE TABLE publisher (
    owner text        PRIMARY KEY,
    until timestamptz NOT NULL,
    able  boolean     NOT NULL DEFAULT true  -- false: cannot reach Kafka, and gives way
);

-- Receipts on their way: one row a source and batch.
CREATE TABLE receipt_queue (
    seq       bigint        GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source    integer       NOT NULL,
    event_id  text[]        NOT NULL,
    outcome   smallint[]    NOT NULL,
    reason    text[]        NOT NULL,
    pointer   text[]        NOT NULL,
    ledger_id bigint[]      NOT NULL,
    known     timestamptz[] NOT NULL
);

-- Minors and the like: data that must go; carried out by the keeper.
CREATE TABLE delete_task (
    contact   uuid        NOT NULL,
    ledger_id bigint      NOT NULL,
    reason    text        NOT NULL,
    opened    timestamptz NOT NULL,
    done      timestamptz,
    PRIMARY KEY (contact, ledger_id)
);
-- formerly 8187c19a1090bf49110258167835714a8d8a419d8d2bc145fd906fb6b5ff5b3e: comments alone
