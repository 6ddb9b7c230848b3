"""The same events into empty tables and into grown ones, in turns: rates, processor, WAL, and
what an event takes on disk.

Each table gets events twice. After a checkpoint PostgreSQL writes every page into the WAL whole
that is touched for the first time, and of a grown index that is nearly every page; "again" is
what an event costs when most have been touched."""
import pathlib

import race

AGAIN = ", again"
SQL = pathlib.Path(__file__).with_name("grown.sql")


def sizes(stack):
    """Bytes of every table with its indexes; partitions count for their parent."""
    return dict(stack.sql(
        "SELECT coalesce(p.relname, c.relname)::text, sum(pg_total_relation_size(c.oid))::bigint"
        " FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid"
        " LEFT JOIN pg_class p ON p.oid = i.inhparent"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY 1"))


def fill(bench, stack, there):
    for command in SQL.read_text(encoding="utf-8").replace(":events", str(there)).split(";\n"):
        bench.psql(stack.database, command)


def turn(bench, measured, who, there):
    stack = bench.stack()
    if there:
        fill(bench, stack, there)
    before = sizes(stack)
    for part, first_id in (("", 500_000_000), (AGAIN, 600_000_000)):
        bench.fill(bench.events, first_id=first_id)
        measured.ours(stack, who + part, race.ALL_OURS, True)
        stack.stop()
    bench.psql(stack.database, "VACUUM dirty", "CHECKPOINT")
    events, after = bench.waiting(stack), sizes(stack)
    stack.close()
    return {table: (after[table] - before.get(table, 0)) / events for table in after}


def measure(bench, say, there, rounds):
    measured = race.Race(bench, say)
    taken = {}
    for n in range(rounds):
        say(f"growth, round {n + 1} of {rounds}: empty, then {there:,} events there")
        taken = turn(bench, measured, "empty", 0)
        turn(bench, measured, "grown", there)
    for part in ("", AGAIN):
        for what, unit in (("rate", "events/s"), ("client", "us of programs"),
                           ("server", "us of PostgreSQL"), ("wal", "B of WAL")):
            empty, grown = (measured.middle(who + part, what) for who in ("empty", "grown"))
            say(f"ingest and publish{part}, {unit}: empty, grown",
                f"{empty:,.1f}, {grown:,.1f}: {100 * (grown / empty - 1):+.0f} %  "
                "(aim: within 10)")
    say("bytes an event on disk, tables with indexes", f"{sum(taken.values()):,.0f}")
    for table in sorted(taken, key=taken.get, reverse=True)[:10]:
        say(f"  {table}", f"{taken[table]:,.0f}")
