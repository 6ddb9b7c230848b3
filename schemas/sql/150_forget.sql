-- 150: forgetting. What goes of a contact is worked out by common/core/casework/erasure.h, and
-- carried out here, in one function that nobody can pass: it leaves a certificate. The ledger's
-- rows stay, and with them every proof; what they say goes with their salts.

-- One row an erasure. The certificate, an event of the type contact.erased.v1, says the same.
CREATE TABLE erasure (
    erasure     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact     uuid        NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    by          text        NOT NULL,            -- a person's name, or a program's
    by_role     text        NOT NULL DEFAULT session_user,
    ground      text        NOT NULL,            -- request, minor, retention, journal
    ledger_id   bigint      NOT NULL,            -- the event that asks for it; 0: none does
    whole       boolean     NOT NULL,            -- the identifier has gone, too
    rows        jsonb       NOT NULL,            -- what went and what stays, with controller and why
    events      bigint      NOT NULL,            -- how many can be read by nobody any more
    facts       bigint      NOT NULL,
    quarantined bigint      NOT NULL,
    contacts    bigint      NOT NULL,            -- identifiers
    digest      bytea       NOT NULL,            -- SHA-256 of the digests of what went, in order
    event_id    text        NOT NULL,            -- of the certificate
    certificate bigint                           -- its ledger id; NULL: it is on its way
);
CREATE INDEX erasure_contact ON erasure (contact, erasure);
CREATE INDEX erasure_at ON erasure (at);
CREATE INDEX erasure_open ON erasure (erasure) WHERE certificate IS NULL;

-- Events that a contact's rows have let go of, also of which another contact keeps the words.
-- A record with the digest of one that nobody keeps is never read again.
CREATE TABLE erased_event (
    contact   uuid    NOT NULL,
    ledger_id bigint  NOT NULL,   -- 0: of the quarantine alone
    digest    bytea   NOT NULL,
    forgotten boolean NOT NULL,   -- nobody keeps it
    erasure   bigint  NOT NULL,
    PRIMARY KEY (contact, ledger_id, digest)
);
CREATE INDEX erased_event_ledger ON erased_event (ledger_id) WHERE ledger_id <> 0;
CREATE INDEX erased_event_digest ON erased_event USING hash (digest);

-- Rows of retention that have let a contact go, up to when its events.
CREATE TABLE erased_row (
    contact    uuid        NOT NULL,
    controller smallint    NOT NULL,
    "row"      text        NOT NULL,
    until      timestamptz NOT NULL,
    PRIMARY KEY (contact, controller, "row")
);

-- Nothing is erased against one of these. NULL: every contact, controller or row.
CREATE TABLE retention_hold (
    hold       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    matter     text        NOT NULL,             -- "2026/17", for people
    contact    uuid,
    controller smallint,
    "row"      text,
    reason     text        NOT NULL,
    by         text        NOT NULL,
    by_role    text        NOT NULL DEFAULT session_user,
    at         timestamptz NOT NULL DEFAULT now(),
    lifted     timestamptz,
    lifted_by  text
);
CREATE INDEX retention_hold_contact ON retention_hold (contact) WHERE lifted IS NULL;

-- Which days' retention runs have been taken on, and by whom.
CREATE TABLE retention_day (
    day     date        PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT now(),
    by_role text        NOT NULL DEFAULT session_user
);

-- Records for topics, in their order; consent-publish sends them and takes them away.
CREATE TABLE outbox (
    seq   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text   NOT NULL,
    key   text   NOT NULL,
    value text   NOT NULL
);

-- Who may delete a fact: the function below, and nobody else.
CREATE FUNCTION refuse_unless_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND is_owner(TG_RELID)
       AND current_setting('consentmq.erasing', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- What the journal says of a contact: all that has ever gone of it, whatever went when.
CREATE FUNCTION erasure_record(p_contact uuid) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'contact', p_contact,
        'kind', (SELECT c.kind FROM contact c WHERE c.contact = p_contact),
        'whole', EXISTS (SELECT FROM contact c WHERE c.contact = p_contact
                            AND c.wrapped_key IS NULL),
        'rows', coalesce((SELECT jsonb_agg(jsonb_build_object('row', r."row",
            'controller', register_name('controller', r.controller), 'until', r.until)
            ORDER BY r.controller, r."row") FROM erased_row r WHERE r.contact = p_contact), '[]'),
        'events', coalesce((SELECT jsonb_agg(DISTINCT encode(e.digest, 'hex'))
            FROM erased_event e WHERE e.contact = p_contact AND e.forgotten), '[]'),
        'let_go', coalesce((SELECT jsonb_agg(DISTINCT encode(e.digest, 'hex'))
            FROM erased_event e WHERE e.contact = p_contact AND NOT e.forgotten), '[]'),
        'at', l.at, 'certificate', l.certificate, 'event_id', l.event_id)::text
    FROM (SELECT max(e.at) AS at, max(e.certificate) AS certificate,
                 (array_agg(e.event_id ORDER BY e.erasure DESC))[1] AS event_id
            FROM erasure e WHERE e.erasure IN (SELECT x.erasure FROM erased_event x
                WHERE x.contact = p_contact UNION ALL
                SELECT y.erasure FROM erasure y WHERE y.contact = p_contact)) l
$$;

-- let_go: events that the contact's rows let go; by_request: also from other contacts in them.
-- kept: of the facts, which kinds stay. Gives what a certificate says.
CREATE FUNCTION erase(
    p_contact uuid, p_whole boolean, p_by text, p_ground text, p_ledger_id bigint,
    p_rows jsonb, p_event_id text,
    u_controller smallint[], u_row text[], u_until timestamptz[],
    let_go bigint[], by_request boolean[], going smallint[],
    OUT erasure bigint, OUT at timestamptz, OUT events bigint, OUT facts bigint,
    OUT quarantined bigint, OUT contacts bigint, OUT digest bytea, OUT digests text[])
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    others    uuid[];     -- contact points named together with this one
    asked     bigint[];
    v_forgotten bigint[];
    held      bigint[];   -- of the quarantine
    gone      uuid[];     -- identifiers
BEGIN
    at := clock_timestamp();
    others := ARRAY(SELECT l.other FROM link l WHERE l.contact = p_contact
                    UNION SELECT s.other FROM same_person s WHERE s.contact = p_contact
                    EXCEPT SELECT p_contact);
    asked := ARRAY(SELECT u.id FROM unnest(let_go, by_request) AS u(id, asked) WHERE u.asked);
    -- what is only due stays readable for as long as another contact's rows keep it
    v_forgotten := ARRAY(SELECT id FROM unnest(let_go) AS u(id)
        WHERE id = ANY (asked) OR NOT EXISTS (
            SELECT FROM fact f WHERE f.contact = ANY (others) AND f.ledger_id = id
               AND NOT EXISTS (SELECT FROM erased_event e
                                WHERE e.contact = f.contact AND e.ledger_id = id))
        ORDER BY id);
    held := ARRAY(SELECT q.quarantine_id FROM quarantine q
        WHERE (q.contact = p_contact AND (p_whole OR q.ledger_id = ANY (v_forgotten)))
        ORDER BY q.quarantine_id);

    INSERT INTO erasure (contact, at, by, ground, ledger_id, whole, rows, events, facts,
                         quarantined, contacts, digest, event_id)
    VALUES (p_contact, erase.at, p_by, p_ground, p_ledger_id, p_whole, p_rows, 0, 0, 0, 0, '',
            p_event_id)
    RETURNING erasure.erasure INTO erase.erasure;

    INSERT INTO erased_event (contact, ledger_id, digest, forgotten, erasure)
    SELECT c.contact, l.ledger_id, l.digest, l.ledger_id = ANY (v_forgotten), erase.erasure
      FROM ledger l
      JOIN LATERAL (SELECT p_contact AS contact UNION
                    SELECT f.contact FROM fact f WHERE f.contact = ANY (others)
                       AND f.ledger_id = l.ledger_id AND l.ledger_id = ANY (asked)) c ON true
     WHERE l.ledger_id = ANY (let_go)
    UNION ALL
    SELECT p_contact, 0, q.digest, true, erase.erasure FROM quarantine q
     WHERE q.quarantine_id = ANY (held) AND q.ledger_id IS NULL AND q.digest IS NOT NULL
        ON CONFLICT DO NOTHING;
    -- the last who let it go frees what others had let go before
    UPDATE erased_event e SET forgotten = true
     WHERE e.contact = ANY (others) AND e.ledger_id = ANY (v_forgotten) AND NOT e.forgotten;

    INSERT INTO erased_row AS r (contact, controller, "row", until)
    SELECT p_contact, u.* FROM unnest(u_controller, u_row, u_until) AS u
        ON CONFLICT (contact, controller, "row")
        DO UPDATE SET until = greatest(r.until, EXCLUDED.until);

    PERFORM set_config('consentmq.erasing', 'on', true);
    DELETE FROM fact f
     WHERE ((f.contact = p_contact AND f.ledger_id = ANY (let_go))
            OR (f.contact = ANY (others) AND f.ledger_id = ANY (asked)))
       AND f.kind = ANY (going);
    GET DIAGNOSTICS facts = ROW_COUNT;
    PERFORM set_config('consentmq.erasing', 'off', true);

    PERFORM forget_words(v_forgotten, held);
    events := cardinality(v_forgotten);
    quarantined := cardinality(held);

    -- an identifier goes when nothing of its own is left, a linked one's likewise
    WITH last AS (
        UPDATE contact c SET wrapped_key = NULL, sealed = NULL
         WHERE c.wrapped_key IS NOT NULL AND ((p_whole AND c.contact = p_contact)
            OR (c.contact = ANY (others) AND cardinality(asked) > 0
                AND EXISTS (SELECT FROM erased_event e WHERE e.contact = c.contact
                               AND e.ledger_id = ANY (asked))
                AND NOT EXISTS (SELECT FROM fact f WHERE f.contact = c.contact
                   AND NOT EXISTS (SELECT FROM erased_event e
                                    WHERE e.contact = f.contact
                                      AND e.ledger_id = f.ledger_id AND e.forgotten))
                AND NOT EXISTS (SELECT FROM quarantine q WHERE q.contact = c.contact
                                   AND q.ledger_id IS NULL)))
        RETURNING c.contact)
    SELECT array_agg(l.contact) INTO gone FROM last l;
    contacts := coalesce(cardinality(gone), 0);

    SELECT array_agg(encode(x.d, 'hex') ORDER BY x.d),
           sha256(coalesce(string_agg(x.d, ''::bytea ORDER BY x.d), ''))
      INTO digests, digest
      FROM (SELECT DISTINCT e.digest AS d FROM erased_event e
             WHERE e.contact = p_contact AND e.forgotten
               AND (e.erasure = erase.erasure OR e.ledger_id = ANY (v_forgotten))) x;
    digests := coalesce(digests, '{}');

    -- the journal outside the database, and for everybody whose words it were
    INSERT INTO outbox (topic, key, value)
    SELECT 'consent.erasures', c.contact::text, erasure_record(c.contact)
      FROM (SELECT p_contact AS contact UNION
            SELECT e.contact FROM erased_event e WHERE e.erasure = erase.erasure) c;

    UPDATE erasure e SET events = erase.events, facts = erase.facts,
           quarantined = erase.quarantined, contacts = erase.contacts, digest = erase.digest
     WHERE e.erasure = erase.erasure;
    UPDATE delete_task t SET done = erase.at WHERE t.contact = p_contact AND t.done IS NULL;
    INSERT INTO dirty (contact, shard, cause, known)
    SELECT c.contact, shard_of(c.contact), 5, erase.at
      FROM (SELECT p_contact AS contact UNION
            SELECT e.contact FROM erased_event e WHERE e.erasure = erase.erasure) c;
END $$;

-- A record of the journal: what it says had gone goes again, if it is there again. True: some
-- of it was not known. Whoever has come back since then keeps what is newer.
CREATE FUNCTION erase_again(p_record jsonb, going smallint[]) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    who    uuid := (p_record->>'contact')::uuid;
    went   bytea[] := ARRAY(SELECT decode(d, 'hex')
                              FROM jsonb_array_elements_text(p_record->'events') d);
    let_go bytea[] := ARRAY(SELECT decode(d, 'hex')
                              FROM jsonb_array_elements_text(p_record->'let_go') d);
    ids    bigint[];
    done   record;
BEGIN
    IF NOT EXISTS (SELECT FROM unnest(went || let_go) d WHERE NOT EXISTS (
            SELECT FROM erased_event e WHERE e.contact = who AND e.digest = d))
       AND EXISTS (SELECT FROM contact c WHERE c.contact = who
                      AND (c.wrapped_key IS NULL OR NOT (p_record->>'whole')::boolean)) THEN
        RETURN false;
    END IF;
    INSERT INTO contact (contact, kind) VALUES (who, (p_record->>'kind')::smallint)
        ON CONFLICT DO NOTHING;
    ids := ARRAY(SELECT DISTINCT f.ledger_id FROM fact f JOIN ledger l USING (ledger_id)
                  WHERE f.contact = who AND l.digest = ANY (went || let_go));
    SELECT * INTO done FROM erase(who,
        (p_record->>'whole')::boolean AND NOT EXISTS (
            SELECT FROM fact f WHERE f.contact = who AND f.ledger_id <> ALL (ids)),
        'consentctl restored', 'journal', 0, coalesce(p_record->'rows', '[]'),
        coalesce(p_record->>'event_id', ''),
        ARRAY(SELECT coalesce(n.number, 0)::smallint FROM jsonb_array_elements(p_record->'rows')
              WITH ORDINALITY r (said, i) LEFT JOIN register_number n
              ON n.kind = 'controller' AND n.id = r.said->>'controller' ORDER BY i),
        ARRAY(SELECT r.said->>'row' FROM jsonb_array_elements(p_record->'rows')
              WITH ORDINALITY r (said, i) ORDER BY i),
        ARRAY(SELECT (r.said->>'until')::timestamptz FROM jsonb_array_elements(p_record->'rows')
              WITH ORDINALITY r (said, i) ORDER BY i),
        ids, ARRAY(SELECT l.digest = ANY (went) FROM unnest(ids) WITH ORDINALITY u (id, i)
                   JOIN ledger l ON l.ledger_id = u.id ORDER BY u.i), going);
    UPDATE erasure e SET certificate = (p_record->>'certificate')::bigint
     WHERE e.erasure = done.erasure;
    -- what the feeds will bring again
    INSERT INTO erased_event (contact, ledger_id, digest, forgotten, erasure)
    SELECT who, 0, d, true, done.erasure FROM unnest(went) d
     WHERE NOT EXISTS (SELECT FROM erased_event e WHERE e.contact = who AND e.digest = d)
        ON CONFLICT DO NOTHING;
    RETURN true;
END $$;

DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT oid::regprocedure FROM pg_proc
             WHERE pronamespace = 'public'::regnamespace
               AND proname IN ('erase', 'erase_again') LOOP
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = public, pg_temp', f);
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO consent_operator', f);
        IF f::text LIKE 'erase(%' THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO consent_keeper', f);
        END IF;
    END LOOP;
END $$;


-- Salts (140): without them nobody opens what the rows hold.
CREATE FUNCTION forget_words(forgotten bigint[], held bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
    IF EXISTS (SELECT FROM ledger l WHERE l.ledger_id = ANY (forgotten)
                  AND l.commitment IS NULL AND l.raw IS NOT NULL) THEN
        RAISE EXCEPTION 'events from before they were sealed: run consentctl reseal first'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    UPDATE event_salt s SET salt = NULL, forgotten = clock_timestamp()
     WHERE s.ledger_id = ANY (forgotten) AND s.salt IS NOT NULL;
    UPDATE quarantine_salt s SET salt = NULL, forgotten = clock_timestamp()
     WHERE s.quarantine_id = ANY (held) AND s.salt IS NOT NULL;
    -- nobody has to settle what nobody can read
    UPDATE quarantine q SET state = 2 /*discarded*/, state_at = clock_timestamp(), state_by = 'erased'
     WHERE q.quarantine_id = ANY (held) AND q.state = 0 /*waiting*/;
END $$;

DROP TRIGGER append_only ON fact;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON fact
    FOR EACH ROW EXECUTE FUNCTION refuse_unless_erasing();

-- the keeper erases what events and rows of retention ask for, an operator what a person does
GRANT SELECT ON erasure, erased_event, erased_row, retention_hold TO consent_keeper;
GRANT SELECT ON v_anchor, register_version TO consent_keeper;
GRANT INSERT ON outbox TO consent_keeper, consent_operator;
GRANT UPDATE (certificate) ON erasure TO consent_keeper;
GRANT SELECT, INSERT ON retention_day TO consent_keeper;
GRANT UPDATE (done) ON delete_task TO consent_operator;
GRANT INSERT (matter, contact, controller, "row", reason, by), UPDATE (lifted, lifted_by)
    ON retention_hold TO consent_operator;

-- publish sends what lies in the outbox, and looks whether the journal knows more than we
GRANT SELECT, UPDATE, DELETE ON outbox TO consent_publish;
GRANT SELECT ON erasure TO consent_publish;

-- lookup shows certificates
GRANT SELECT ON erasure, erased_event, erased_row, retention_hold TO consent_lookup;
