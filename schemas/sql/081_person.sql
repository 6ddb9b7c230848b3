-- 081: everything held about a contact (access and portability, GDPR 15 and 20), read by the
-- look-up and by consentctl. Each table with a contact's key has its statement in
-- common/store/people/person_store.c; tests/integration/test_person.py counts the tables.

-- An event as its sender wrote it; bytes that are no JSON as base64.
CREATE FUNCTION event_shown(raw bytea) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN event_json(raw);
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN to_jsonb(translate(encode(raw, 'base64'), E'\n', ''));
END $$;

GRANT SELECT ON lookup_audit, v_lookup_audit, v_access_token, v_scrub_contact, v_list_change,
                list_change, doubt, delete_task, due, dirty
    TO consent_lookup;
