-- 250: what is due by retention and does not go by itself is shown by row at a desk, and goes when
-- somebody there asks for it. The desk can only ask: consent-keeper erases, by its own rules, what
-- was due when it counted.
ALTER TABLE retention_day
    ADD COLUMN due_rows jsonb;        -- [{"row", "controller", "contacts"}] of the same count
GRANT UPDATE (due_rows) ON retention_day TO consent_keeper;

CREATE TABLE retention_ask (
    ask        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day        date        NOT NULL REFERENCES retention_day,  -- whose count was seen
    before     timestamptz NOT NULL,                           -- when it was counted
    asked      timestamptz NOT NULL DEFAULT now(),
    asked_by   text        NOT NULL,
    asked_role text        NOT NULL DEFAULT session_user,
    seen       timestamptz,           -- when a keeper was last at it; another takes it on a minute later
    done       timestamptz,
    contacts   bigint                 -- of whom something has gone
);
CREATE UNIQUE INDEX retention_ask_open ON retention_ask ((done IS NULL)) WHERE done IS NULL;

-- Never more than was counted, whoever asks.
CREATE FUNCTION retention_ask_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.before := (SELECT counted FROM retention_day WHERE day = NEW.day);
    NEW.asked := now();
    NEW.asked_role := session_user;
    RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT ON retention_ask
    FOR EACH ROW EXECUTE FUNCTION retention_ask_guard();

GRANT SELECT, INSERT (day, asked_by) ON retention_ask TO consent_lookup;
GRANT SELECT, UPDATE (seen, done, contacts) ON retention_ask TO consent_keeper;
