-- 075: denials of contacts that are known by a hash alone (files of hashed opt-outs, deletion
-- platforms). Such a contact has a key made of its hash; its denials are facts under that key,
-- and a row of contact without an identifier stands for it. consent-publish makes them facts
-- of a contact when it first looks at one whose own hash leads there.
--
-- Why nobody is missed. (a) A contact that comes after the hash: its event makes it dirty,
-- and whoever takes that mark sees what was committed before. (b) A hash that comes after
-- the contact: its transaction asks for a cascade over every contact, which begins after
-- it. (c) At once: whichever of the two commits last, its mark or its cascade is looked at
-- after both. The marks of a batch are taken together with register_version, so a publisher
-- that does not know of a profile yet takes none.
CREATE TABLE hashed_profile (
    kind    smallint NOT NULL,
    profile smallint NOT NULL,
    PRIMARY KEY (kind, profile)
);

-- Called by ingest_batch, in its transaction; said: kind and profile, a byte each.
CREATE FUNCTION hashed_arrived(said bytea[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hashed_profile (kind, profile)
    SELECT DISTINCT get_byte(s, 0), get_byte(s, 1) FROM unnest(said) AS s ORDER BY 1, 2
        ON CONFLICT DO NOTHING;
    IF FOUND THEN
        UPDATE register_version SET version = version + 1;
    END IF;
    -- One cascade that has not begun serves all. Locked until we commit, so that it does not
    -- begin before; one that the keeper has in hand is passed over.
    PERFORM FROM cascade WHERE agreement = 0 AND after_key IS NULL
      ORDER BY cascade_id LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        INSERT INTO cascade (agreement, ledger_id, known) VALUES (0, 0, clock_timestamp());
    END IF;
END $$;

GRANT SELECT, INSERT ON hashed_profile TO consent_ingest;
GRANT UPDATE ON cascade TO consent_ingest;
GRANT SELECT ON hashed_profile TO consent_publish, consent_keeper, consent_lookup, consent_operator;
GRANT INSERT ON fact TO consent_publish;
