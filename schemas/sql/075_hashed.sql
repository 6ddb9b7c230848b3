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

-- What was said of hashes becomes facts of the contacts that they lead to; again, it does
-- nothing. LATERAL with OFFSET 0: by key, whatever the plan thinks of the tables' sizes.
CREATE FUNCTION hashed_copy(contacts uuid[], hashes uuid[]) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO fact (contact, ledger_id, known, occurred_from, occurred_to, effective,
                      expires, source, agreement, flags, controller, purpose, channels,
                      stated, kind, source_type, part, form)
    SELECT k.contact, f.ledger_id, greatest(f.known, (SELECT min(x.known)
           FROM fact x WHERE x.contact = k.contact)), f.occurred_from, f.occurred_to,
           f.effective, f.expires, f.source, f.agreement, f.flags, f.controller, f.purpose,
           f.channels, f.stated, f.kind, f.source_type, f.part, f.form
    FROM unnest(contacts, hashes) AS k (contact, hash),
    LATERAL (SELECT * FROM fact x WHERE x.contact = k.hash OFFSET 0) f
    WHERE NOT EXISTS (SELECT FROM fact x WHERE x.contact = k.contact
          AND x.ledger_id = f.ledger_id AND x.part = f.part)
$$;

GRANT SELECT, INSERT ON hashed_profile TO consent_ingest;
GRANT UPDATE ON cascade TO consent_ingest;
GRANT SELECT ON hashed_profile TO consent_publish, consent_keeper, consent_lookup, consent_operator;
