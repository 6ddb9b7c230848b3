-- 251: a no that is younger than a backup was lost if the person was erased before it was restored.
-- The erasure was carried out again from the journal, the identifier went, and when the feed brought the
-- no once more nothing could make the list's token of it. So the journal's record says the tokens, too:
-- they stand on the lists' topics anyway. And an identifier goes by the contact's own record only: what a
-- restored database has of a contact may be less than what it still had then.

-- Where the lists know a contact by which token. shared: it is a member (130).
CREATE FUNCTION erasure_tokens(p_contact uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('list', register_name('list', t.list),
                                                 'token', t.token, 'shared', t.shared)
                              ORDER BY t.list, t.token), '[]')
      FROM (SELECT e.list, e.token, false AS shared FROM list_entry e WHERE e.contact = p_contact
            UNION ALL
            SELECT m.list, m.token, true FROM list_member m WHERE m.contact = p_contact) t
$$;
GRANT SELECT (contact, list, token) ON list_member TO consent_keeper;  -- it notes certificates

-- Puts back those that are missing: released, in version 0, so publish says what the facts say, as of
-- somebody of whom the list has spoken before. Records from before this migration have none.
CREATE FUNCTION tokens_again(p_contact uuid, p_lists jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    n_entries bigint;
    n_members bigint;
BEGIN
    -- A list that was made after the backup: the register will find its number here.
    IF EXISTS (SELECT FROM jsonb_to_recordset(p_lists) AS t(list text) WHERE NOT EXISTS (
            SELECT FROM register_number n WHERE n.kind = 'list' AND n.id = t.list)) THEN
        PERFORM FROM register_version FOR UPDATE;
        INSERT INTO register_number (kind, id, number)
        SELECT 'list', l.list, (SELECT coalesce(max(n.number), 0) FROM register_number n
                                 WHERE n.kind = 'list') + row_number() OVER (ORDER BY l.list)
          FROM (SELECT DISTINCT t.list FROM jsonb_to_recordset(p_lists) AS t(list text)) l
         WHERE NOT EXISTS (SELECT FROM register_number n
                            WHERE n.kind = 'list' AND n.id = l.list);
    END IF;
    INSERT INTO list_entry (contact, list, status, rule, reason, version, entry, effective, known,
                            token)
    SELECT p_contact, n.number, 2 /*released*/, 0, 0, 0, 0, '-infinity', clock_timestamp(), t.token
      FROM jsonb_to_recordset(p_lists) AS t(list text, token text, shared boolean)
      JOIN register_number n ON n.kind = 'list' AND n.id = t.list
     WHERE NOT t.shared
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS n_entries = ROW_COUNT;
    -- token_key (of "token", 0, list, token): as common/crypto/hashed_key.h makes it
    INSERT INTO list_member (contact, token_key, list, voice, rule, reason, entry, effective,
                             known, token)
    SELECT p_contact, encode(substr(sha256('\x746f6b656e00'::bytea || int4send(n.number)
                                           || convert_to(t.token, 'UTF8')), 1, 16), 'hex')::uuid,
           n.number, 3 /*neither*/, 0, 0, 0, '-infinity', clock_timestamp(), t.token
      FROM jsonb_to_recordset(p_lists) AS t(list text, token text, shared boolean)
      JOIN register_number n ON n.kind = 'list' AND n.id = t.list
     WHERE t.shared
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS n_members = ROW_COUNT;
    IF n_entries + n_members = 0 THEN
        RETURN false;
    END IF;
    INSERT INTO dirty (contact, shard, cause, known)
    VALUES (p_contact, shard_of(p_contact), 5 /*forced*/, clock_timestamp());
    RETURN true;
END $$;
REVOKE EXECUTE ON FUNCTION tokens_again FROM PUBLIC;

-- In long functions some statements become others; all else stays.
DO $do$
DECLARE
    c    record;
    said text;
BEGIN
    FOR c IN SELECT * FROM (VALUES
        ('erasure_record',
$was$        'at', l.at, $was$,
$is$        'lists', erasure_tokens(p_contact),
        'at', l.at, $is$),
        -- by a linked contact's record no identifier goes; whose goes has a record that says so
        ('erase',
$was$OR (c.contact = ANY (others) AND cardinality(asked) > 0$was$,
$is$OR (c.contact = ANY (others) AND cardinality(asked) > 0 AND p_ground <> 'journal'$is$),
        ('erase',
$was$'consent.erasures', c.contact::text, erasure_record(c.contact)
      FROM (SELECT p_contact AS contact UNION$was$,
$is$'consent.erasures', c.contact::text, erasure_record(c.contact)
      FROM (SELECT p_contact AS contact UNION SELECT unnest(gone) UNION$is$),
        ('erase_again',
$was$    done   record;
$was$,
$is$    done   record;
    put    boolean := tokens_again(who, coalesce(p_record->'lists', '[]'));
$is$),
        ('erase_again',
$was$       AND EXISTS (SELECT FROM contact c WHERE c.contact = who
                      AND (c.wrapped_key IS NULL OR NOT (p_record->>'whole')::boolean)) THEN
$was$,
$is$       AND (NOT (p_record->>'whole')::boolean OR EXISTS (SELECT FROM contact c
            WHERE c.contact = who AND c.wrapped_key IS NULL)) THEN
$is$),
        ('erase_again',
$was$        RETURN false;
    END IF;
    INSERT INTO contact (contact, kind) VALUES (who, (p_record->>'kind')::smallint)
        ON CONFLICT DO NOTHING;
$was$,
$is$        IF put THEN
            INSERT INTO outbox (topic, key, value)
            VALUES ('consent.erasures', who::text, erasure_record(who));
        END IF;
        RETURN put;
    END IF;
    -- who was not erased as a whole comes again from the feeds, with the identifier
    INSERT INTO contact (contact, kind)
    SELECT who, (p_record->>'kind')::smallint WHERE (p_record->>'whole')::boolean
        ON CONFLICT DO NOTHING;
$is$),
        ('erase_again',
$was$        ON CONFLICT DO NOTHING;
    RETURN true;
$was$,
$is$        ON CONFLICT DO NOTHING;
    -- the record that stays on the topic knows what this one did
    INSERT INTO outbox (topic, key, value)
    VALUES ('consent.erasures', who::text, erasure_record(who));
    RETURN true;
$is$)) AS v (function, was, is_now)
    LOOP
        said := pg_get_functiondef(c.function::regproc);
        IF strpos(said, c.was) = 0 THEN
            RAISE EXCEPTION '% is not as 251 knows it', c.function;
        END IF;
        EXECUTE replace(said, c.was, c.is_now);
    END LOOP;
END $do$;
