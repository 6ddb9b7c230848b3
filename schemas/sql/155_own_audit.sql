-- Look-ups of people by consentctl stand in the same audit as those over HTTP: with the role that
-- was signed in, the user of the operating system and what they said it was for. Rows of HTTP
-- have a token instead.
ALTER TABLE lookup_audit ADD by_role text, ADD by_user text, ADD why text;

CREATE OR REPLACE VIEW v_lookup_audit AS
SELECT at, contact, token_id, word_of('lookup_route', route) AS route,
       CASE controller WHEN 0 THEN NULL ELSE register_name('controller', controller) END
           AS controller,
       CASE purpose WHEN 0 THEN NULL WHEN -1 THEN '*promotional'
                    ELSE register_name('purpose', purpose) END AS purpose,
       CASE channel WHEN 0 THEN NULL ELSE word_of('channel', channel) END AS channel,
       word_of('lookup_outcome', outcome) AS outcome, by_role, by_user, why
FROM lookup_audit;

-- The one way in for people. Time and role are the database's to say; the user is the program's
-- word, for PostgreSQL cannot know it.
CREATE FUNCTION audit_own(contact uuid, controller smallint, purpose smallint, channel smallint,
                          route smallint, outcome smallint, by_user text, why text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO lookup_audit (at, contact, token_id, controller, purpose, channel, route,
                              outcome, by_role, by_user, why)
    VALUES (now(), $1, 0, $2, $3, $4, $5, $6, session_user, left($7, 200), left($8, 500))
$$;
REVOKE ALL ON FUNCTION audit_own FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_own TO consent_operator;

-- consent_lookup says what its tokens asked, not what people did.
REVOKE INSERT ON lookup_audit FROM consent_lookup;
GRANT INSERT (contact, token_id, controller, purpose, channel, route, outcome)
    ON lookup_audit TO consent_lookup;
