-- 275: contact.erased.v1 says whom it is about by the contact's key alone. When a feed is read again after a
-- restore and it comes before the contact's other events, it made a contact without an identifier, and that
-- is how somebody looks who was erased as a whole: the identifier that the other events bring was not
-- taken, though the erasure had left it, and no list could ever say a no of theirs. Only who has a name
-- makes a contact now. Who was erased as a whole has one since the erasure, or since consentctl restored.
DO $do$
DECLARE
    said text := pg_get_functiondef('ingest_batch'::regproc);
    was  text[] := ARRAY[
$was$         WHERE (SELECT true FROM contact k WHERE k.contact = c.contact) IS NULL;$was$,
$was$        SELECT c.contact, c.kind, c.wrapped_key, c.sealed FROM unnest(contacts) c
            ON CONFLICT (contact) DO NOTHING;$was$];
    is_now text[] := ARRAY[
$is$         WHERE c.sealed IS NOT NULL
           AND (SELECT true FROM contact k WHERE k.contact = c.contact) IS NULL;$is$,
$is$        SELECT c.contact, c.kind, c.wrapped_key, c.sealed FROM unnest(contacts) c
         WHERE c.sealed IS NOT NULL
            ON CONFLICT (contact) DO NOTHING;$is$];
BEGIN
    FOR i IN 1 .. cardinality(was) LOOP
        IF strpos(said, was[i]) = 0 THEN
            RAISE EXCEPTION 'ingest_batch is not as 275 knows it';
        END IF;
        said := replace(said, was[i], is_now[i]);
    END LOOP;
    EXECUTE said;
END $do$;
