-- Postfix asks about every recipient of every mail: a row for each would be the mail log again.
-- Its door counts instead, one row a minute, and one question of so many stands there whole, so
-- that somebody who asks about people beside the mail leaves traces.
CREATE FUNCTION audit_mail(asked bigint, refused bigint, one_of integer, contacts uuid[],
                           controllers smallint[], purposes smallint[], outcomes smallint[])
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO lookup_audit (at, contact, token_id, controller, purpose, channel, route,
                              outcome, by_role, by_user, why)
    SELECT now(), NULL::uuid, 0, 0::smallint, 0::smallint, 0::smallint,
           1::smallint, 3::smallint /*shown*/, session_user, 'consent-postfix',
           format('counted: %s asked, %s refused', $1, $2)
    UNION ALL
    SELECT now(), u.contact, 0, u.controller, u.purpose, 1::smallint /*email*/,
           1::smallint, u.outcome, session_user, 'consent-postfix', format('one of every %s', $3)
      FROM unnest($4, $5, $6, $7) AS u (contact, controller, purpose, outcome)
$$;
REVOKE ALL ON FUNCTION audit_mail FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_mail TO consent_lookup;
