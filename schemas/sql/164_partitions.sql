-- 164: tables that would grow for ever stand in partitions: what was said to lists by ranges of
-- version, look-ups and scrubs by months. A range that is full leaves the database as a file
-- (165). The keeper makes the next ones ahead. Nothing waits for it: the last partition of each
-- table has no end, so a row always has its place; a keeper that was away long leaves one
-- partition larger than it should be, and doctor says so.
--
-- ledger and quarantine are not among them. Facts, links, proofs, erasures and the look for
-- duplicates ask for rows of any age by their ids, so the rows stay; what makes them large,
-- the sealed bytes, leaves (165).

CREATE TABLE partition_plan (
    tab      name   PRIMARY KEY,
    versions bigint CHECK (versions > 0)  -- how many of list_version's make one; NULL: a month
);
INSERT INTO partition_plan VALUES
    ('list_change', 33554432), ('lookup_audit', NULL), ('scrub', NULL), ('scrub_part', NULL);

-- Every partition: from "low" up to, without, "high", in text as PostgreSQL reads it. NULL: no
-- such end. The one without a low end keeps what is older than the first range.
CREATE TABLE partition_range (
    part name PRIMARY KEY,
    tab  name NOT NULL REFERENCES partition_plan,
    low  text,
    high text
);

CREATE FUNCTION partition_add(p_tab name, p_part name, p_low text, p_high text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)', p_part,
                   p_tab, coalesce(quote_literal(p_low), 'MINVALUE'),
                   coalesce(quote_literal(p_high), 'MAXVALUE'));
    -- triggers of rows are the parent's; this kind is not handed down
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', p_part);
    -- asked for by the parent's name, under the parent's rights
    EXECUTE format('REVOKE ALL ON %I FROM consent_operator', p_part);
    INSERT INTO partition_range VALUES (p_part, p_tab, p_low, p_high);
END $$;

-- Where the range that begins at low ends, if another one is wanted already. It ends beyond
-- all that is in use, so no row of the last partition stands on its other side.
CREATE FUNCTION partition_next(plan partition_plan, low text, at timestamptz) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    used bigint;
    step text;
BEGIN
    IF plan.versions IS NULL THEN  -- this month, and two that come
        step := greatest(low::timestamptz, date_trunc('month', at, 'UTC')) + interval '1 month';
        RETURN CASE WHEN low::timestamptz
                         < date_trunc('month', at, 'UTC') + interval '3 months' THEN step END;
    END IF;
    SELECT last_value INTO used FROM list_version;
    RETURN CASE WHEN low::bigint < used + 2 * plan.versions
                THEN greatest(low::bigint + plan.versions,
                              (used / plan.versions + 1) * plan.versions) END;
END $$;

-- Makes what is missing ahead, and gives how many. Readers of long standing hold a table's
-- partitions: it does not wait for them, nor let others wait behind it, and tries again later.
CREATE FUNCTION partitions_ahead() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET lock_timeout = '200ms' AS $$
DECLARE
    plan partition_plan;
    last partition_range;
    upto text;
    made integer := 0;
BEGIN
    IF NOT pg_try_advisory_xact_lock(8614164) THEN
        RETURN 0;
    END IF;
    FOR plan IN SELECT * FROM partition_plan ORDER BY tab LOOP
        BEGIN LOOP
            SELECT * INTO STRICT last FROM partition_range r
             WHERE r.tab = plan.tab AND r.high IS NULL;
            upto := partition_next(plan, last.low, clock_timestamp());
            EXIT WHEN upto IS NULL;
            EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', plan.tab, last.part);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                           plan.tab, last.part, last.low, upto);
            UPDATE partition_range r SET high = upto WHERE r.part = last.part;
            PERFORM partition_add(plan.tab, partition_name(plan, upto), upto, NULL);
            made := made + 1;
        END LOOP; EXCEPTION WHEN lock_not_available THEN
            NULL;
        END;
    END LOOP;
    RETURN made;
END $$;

CREATE FUNCTION partition_name(plan partition_plan, low text) RETURNS name
LANGUAGE sql STABLE SET timezone = 'UTC' AS $$
    SELECT plan.tab || '_' || CASE WHEN plan.versions IS NULL
        THEN to_char(low::timestamptz, 'YYYY_MM') ELSE low END
$$;

-- What doctor and metrics say: how many there are, and whether rows go to the last one already,
-- which should be empty.
CREATE VIEW v_partition AS
SELECT p.tab::text AS tab, count(*) AS partitions,
       bool_or(r.high IS NULL AND CASE WHEN p.versions IS NULL
           THEN r.low::timestamptz <= now()
           ELSE r.low::bigint <= (SELECT last_value FROM list_version) END) AS late
FROM partition_plan p JOIN partition_range r USING (tab)
GROUP BY p.tab;

DO $$
DECLARE
    plan partition_plan;
    low  text;
BEGIN
    FOR plan IN SELECT * FROM partition_plan LOOP
        low := CASE WHEN plan.versions IS NULL
                    THEN date_trunc('month', now(), 'UTC')::text ELSE '0' END;
        PERFORM partition_add(plan.tab, plan.tab || '_past', NULL, low);
        PERFORM partition_add(plan.tab, partition_name(plan, low), low, NULL);
    END LOOP;
    PERFORM partitions_ahead();
END $$;

REVOKE EXECUTE ON FUNCTION partition_add, partitions_ahead FROM PUBLIC;
GRANT EXECUTE ON FUNCTION partitions_ahead TO consent_keeper;
GRANT SELECT ON partition_plan, partition_range, v_partition TO consent_keeper, consent_operator;
