"""Tables that would grow for ever: their partitions are made ahead, and who asks for a row
does not look through all of them."""
import subprocess
from collections import Counter

import psycopg2
import pytest

from hands import PROGRAMS, wait_until

TOOL = PROGRAMS.parent / "tools" / "check_statements"
WIDTH = 33554432  # versions in a partition of list_change, as in 164_partitions.sql
LAST = 3 * WIDTH  # where the words of these tests stand last
TYPES = {"l": "bigint", "i": "integer", "s": "smallint", "o": "boolean", "t": "text",
         "b": "bytea", "u": "uuid", "z": "timestamptz"}
TABLES = ("list_change", "lookup_audit", "scrub", "scrub_part")
# What asks for their rows: by themselves, by a view, or by a function.
NAMES = TABLES + ("v_list_change", "v_lookup_audit", "v_scrub", "v_scrub_contact",
                  "v_list_recipient", "list_history", "list_behind", "list_heard")

# Of every statement: its parameters in SQL, and how many partitions it reads at most.
ONE = 1
ON = 4   # from a place on: the one in use, and the empty ones made ahead
ALL = 99
HERE = f"array_fill({LAST + 10}::bigint, ARRAY[16])"
THERE = f"array_fill({LAST + 20}::bigint, ARRAY[16])"
DIGEST = "decode(repeat('00', 32), 'hex')"
SAYS = {
    "change_page": (f"1, {HERE}, 100", ON),
    "change_unknown": (f"1, {HERE}", ONE),
    "change_ends": ("ARRAY[1]", ON),
    "moves_get": (f"1, 0, {LAST + 10}, {LAST + 20}, 1, 100", ONE),
    "ack_put": (f"1, 1, 'r', {HERE}, {DIGEST}, 0, {DIGEST}, 0, true, '-infinity', 1", ON),
    "standings_get": ("", ON),
    "list_insert": ("'{}'", 0),
    "list_update": ("'{}'", 0),
    "audit_put": ("'{1}', '{0}', 1, 0, '{NULL}', '{0}', '{0}', '{0}', '{1}', '{}', true", 0),
    "scrub_begin": ("0, 1, false", 0),
    "scrub_note": ("1, 1, 1, 1, 1, 1, '{}'", 0),
    "forget_audit": ("now() - interval '2 years', 100", ONE),
    # of one person, and of any age
    "person_list_change": ("gen_random_uuid()", ALL),
    "person_lookup_audit": ("gen_random_uuid()", ALL),
    "person_scrub_part": ("gen_random_uuid()", ALL),
    "person_words_get": ("gen_random_uuid()", ALL),
    # words from where the log stands; of a list that has never spoken that is the beginning
    "proof_lists": ("", ALL),
    # by transaction: in each partition a look at the end of an index
    "proof_lookups": ("", ALL),
    "proof_lookup_range": ("1, 2", ALL),
    "proof_list_range": (f"1, 0, {LAST + 10}, {LAST + 20}", ONE),
    # beside what an archive has kept
    "proof_lookup_kept": ("1, 2, '{}'", ALL),
    "proof_list_kept": (f"1, 0, {LAST + 10}, {LAST + 20}, '{{}}'", ONE),
    "proof_word": (f"'promotional-email', {LAST + 10}", ONE),
    # an auditor's: everything, or a row by its number
    "proof_lookup": ("1", ALL),
    "proof_stray_words": ("", ALL),
    "proof_stray_lookups": ("", ALL),
}


def statements():
    """Those that ask for rows of the tables: name, types of the parameters, text."""
    lines = subprocess.run([TOOL, "--list"], check=True, capture_output=True,
                           text=True).stdout.splitlines()
    for name, params, sql in (line.split("\t") for line in lines):
        words = set(sql.replace("(", " ").replace(")", " ").replace(",", " ").split())
        if words & set(NAMES):
            types = [TYPES.get(p.lower(), "list_word") + ("[]" if p.isupper() else "")
                     for p in params]
            yield name, ", ".join(types), sql


@pytest.fixture
def filled(stack):
    """Words in four partitions and look-ups of four months, the last words in every shard."""
    stack.sql(f"SELECT setval('list_version', {LAST + 65536})")
    stack.sql("SELECT partitions_ahead()")
    number = stack.value("SELECT number FROM register_number WHERE kind = 'list'"
                         " AND id = 'promotional-email'")
    stack.sql("INSERT INTO list_change SELECT w * %s + n, 0, 0, now(), now(), now(), NULL,"
              " gen_random_uuid(), %s, n %% 16, 1, 0, 1, 1 FROM generate_series(0, 3) w,"
              " generate_series(1, 64) n", WIDTH, number)
    stack.sql("INSERT INTO lookup_audit (at, token_id, controller, purpose, channel, route,"
              " outcome) SELECT now() + m * interval '1 month', 1, 1, 1, 1, 1, 1"
              " FROM unnest('{-40,0,1,2}'::int[]) m, generate_series(1, 50)")
    stack.sql("ANALYZE")
    return stack


def scans(cursor):
    """How often this session has read each partition, by table; some may be of before."""
    cursor.execute(
        "SELECT parent.relname, i.inhrelid, pg_stat_get_xact_numscans(i.inhrelid)"
        "  + coalesce((SELECT sum(pg_stat_get_xact_numscans(x.indexrelid)) FROM pg_index x"
        "              WHERE x.indrelid = i.inhrelid), 0)"
        " FROM pg_inherits i JOIN pg_class parent ON parent.oid = i.inhparent"
        "  AND parent.relkind = 'p'")
    return {(table, part): n for table, part, n in cursor.fetchall()}


def test_a_statement_reads_no_more_partitions_than_it_says(filled):
    """Counted as they are read, with plans for these parameters and with plans for any."""
    found = list(statements())
    assert {name for name, _, _ in found} == set(SAYS), "a statement must say what it reads"
    number = filled.value("SELECT number FROM register_number WHERE kind = 'list'"
                          " AND id = 'promotional-email'")
    wrong = []
    with psycopg2.connect(filled.cluster.url(filled.database)) as session:
        for name, types, sql in found:
            args, most = SAYS[name]
            if args.startswith("1, "):
                args = f"{number}{args[1:]}"
            args = args.replace("ARRAY[1]", f"ARRAY[{number}]")
            for mode in ("force_custom_plan", "force_generic_plan"):
                with session.cursor() as cursor:
                    cursor.execute(f"SET LOCAL plan_cache_mode = {mode}")
                    cursor.execute(f"PREPARE s {'(' + types + ')' if types else ''} AS {sql}")
                    before = scans(cursor)
                    cursor.execute(f"EXECUTE s {'(' + args + ')' if args else ''}")
                    read = Counter(table for (table, part), n in scans(cursor).items()
                                   if n > before[table, part])
                    cursor.execute("DEALLOCATE s")
                session.rollback()
                if max(read.values(), default=0) > most:
                    wrong.append((name, mode, dict(read)))
    assert wrong == []


def test_partitions_are_made_before_they_are_needed(stack):
    """Also far ahead, where a restored database's versions go on; rows have their place before
    and after, and none can be taken away by a partition's own name."""
    late = "SELECT count(*) FROM v_partition WHERE late"
    assert stack.value(late) == 0
    epoch = 5 * 2 ** 40
    word = ("INSERT INTO list_change SELECT %s, 0, 0, now(), now(), now(), NULL,"
            " gen_random_uuid(), 1, 3, 1, 0, 1, 1")
    stack.sql(f"SELECT setval('list_version', {epoch})")
    stack.sql(word, epoch + 1)
    assert stack.value(late) == 1
    stack.start("keeper")
    wait_until(lambda: stack.value(late) == 0, what="the next partition")
    stack.sql(word, epoch + 2)
    stack.sql(word, epoch + WIDTH)
    assert stack.value("SELECT count(DISTINCT tableoid) FROM list_change") == 2
    assert stack.sql("SELECT version FROM list_change WHERE list = 1 AND shard = 3"
                     " ORDER BY version DESC LIMIT 1") == [(epoch + WIDTH,)]
    part = stack.value("SELECT min(tableoid::regclass::text) FROM list_change")
    for change in (f"DELETE FROM {part}", f"UPDATE {part} SET status = 2", f"TRUNCATE {part}"):
        with pytest.raises(psycopg2.Error, match="append-only"):
            stack.sql(change)


def test_old_look_ups_go_by_their_own_places(stack):
    """Rows at the same place of two partitions: only the old one goes."""
    stack.sql("INSERT INTO lookup_audit (at, token_id, controller, purpose, channel, route,"
              " outcome) SELECT at, 1, 1, 1, 1, 1, 1 FROM unnest(ARRAY[now(), now() -"
              " interval '1200 days', now() + interval '1 month']) at")
    assert stack.value("SELECT count(DISTINCT ctid) FROM lookup_audit") == 1
    stack.start("keeper")
    wait_until(lambda: stack.value("SELECT count(*) FROM lookup_audit") == 2, what="the old")
    assert stack.value("SELECT min(at) > now() - interval '1 day' FROM lookup_audit")
