-- 173: two people for what cannot be undone, where the register asks for it (windows, two_people):
-- one asks, another does the same within seven days. Who asked and who did it stays here for good.
CREATE TABLE second_ask (
    ask        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    act        text        NOT NULL,               -- erase, discard, register
    subject    text        NOT NULL,               -- "request 131072", "contact UUID", "quarantine 12",
                                                   -- "difference DIGEST", "retention 2026-11-30, 12 contacts"
    asked      timestamptz NOT NULL DEFAULT now(),
    asked_by   text        NOT NULL,
    asked_role text        NOT NULL DEFAULT session_user,
    done       timestamptz,                        -- NULL: it waits, or nobody did it in time
    done_by    text,
    done_role  text
);
CREATE INDEX second_ask_open ON second_ask (act, subject) WHERE done IS NULL;

-- One person, under whatever they have signed in: "Ann@Example.com" and "ann" are one. Two accounts
-- under names that do not show it are two; nothing here can know better.
CREATE FUNCTION person_of(who text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT lower(split_part(regexp_replace(who, ' \(token \d+\)$', ''), '@', 1))
$$;

-- Who has signed in (181) is known by the provider's own name for them, whatever they call themselves
-- this time; others by what they are called.
CREATE FUNCTION account_of(who text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT t.created_by FROM access_token t
                      WHERE t.token_id = substring(who from ' \(token (\d{1,9})\)$')::integer
                        AND t.created_by LIKE 'oidc %'), who)
$$;

-- True: go on. False: it is asked for now, or was by this very person.
CREATE FUNCTION second_person(p_act text, p_subject text, p_who text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM register_rows('infinity') r WHERE r.kind = 'windows'
                      AND r.effective <= now() AND r.until > now()
                      AND r.body->'two_people' ? p_act) THEN
        RETURN true;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(p_act || ' ' || p_subject, 173));
    UPDATE second_ask a SET done = now(), done_by = p_who, done_role = session_user
     WHERE a.ask = (SELECT min(x.ask) FROM second_ask x
                     WHERE x.act = p_act AND x.subject = p_subject AND x.done IS NULL
                       AND x.asked > now() - interval '7 days'
                       AND person_of(x.asked_by) <> person_of(p_who)
                       AND account_of(x.asked_by) <> account_of(p_who));
    IF FOUND THEN
        RETURN true;
    END IF;
    INSERT INTO second_ask (act, subject, asked_by) SELECT p_act, p_subject, p_who
     WHERE NOT EXISTS (SELECT FROM second_ask x
                        WHERE x.act = p_act AND x.subject = p_subject AND x.done IS NULL
                          AND x.asked > now() - interval '7 days');
    RETURN false;
END $$;
REVOKE ALL ON FUNCTION second_person(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION second_person(text, text, text) TO consent_operator, consent_lookup;
-- consent_operator reads it by the rule of 009: whoever may erase a contact reads its key anyway.
GRANT SELECT ON second_ask TO consent_lookup;
