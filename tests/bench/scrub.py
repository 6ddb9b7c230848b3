"""What a scrub costs beside reading and hashing the file: `tests/bench/run --only scrub`.

A list of --there entries (ten million). The mailing list has a million addresses: 45 % are on
the list, 5 % are known and not on it, 50 % were never heard of; in no order.
"""
import random
import subprocess
import time

import psycopg2
import psycopg2.extras
from facts import Facts

LINES = 1_000_000
CHUNK = 100_000

FILL = """
INSERT INTO contact (contact, kind) SELECT md5(i::text)::uuid, 1 FROM generate_series(1, {n}) i;
INSERT INTO list_entry (contact, list, status, rule, reason, version, entry, effective, known,
                        token)
SELECT md5(i::text)::uuid, (SELECT number FROM register_number WHERE kind = 'list'
                            AND id = 'promotional-email'), 1 + (i % 10 = 0)::int, 9, 12, i, i,
       now(), now(), md5(i::text) || md5(i::text)
FROM generate_series(1, {n}) i"""


def fill(stack, there):
    """The list, and the addresses of the mailing list by kind."""
    stack.sql("DROP INDEX list_entry_token")
    stack.sql("ALTER TABLE list_entry DROP CONSTRAINT list_entry_pkey")
    stack.sql("ALTER TABLE contact DROP CONSTRAINT contact_pkey")
    for statement in FILL.format(n=there).split(";\n"):
        stack.sql(statement)
    stack.sql("ALTER TABLE contact ADD PRIMARY KEY (contact)")
    stack.sql("ALTER TABLE list_entry ADD PRIMARY KEY (contact, list)")
    stack.sql("CREATE INDEX list_entry_token ON list_entry USING hash (token)")
    world = Facts(stack)
    known = [f"person{i}@example{i % 97}.com" for i in range(LINES // 2)]
    for i in range(0, len(known), CHUNK):
        world.make(known[i:i + CHUNK])
    listed = known[:LINES * 45 // 100]
    with psycopg2.connect(stack.cluster.url(stack.database)) as db:
        psycopg2.extras.execute_values(
            db.cursor(), "INSERT INTO list_entry SELECT k, (SELECT number FROM register_number"
            " WHERE kind = 'list' AND id = 'promotional-email'), 1, 9, 12, 1, 1, now(), now(),"
            " encode(sha256(uuid_send(k)), 'hex') FROM (VALUES %s) v (k)",
            [(world.keys[a],) for a in listed], page_size=50_000)
    stack.sql("VACUUM ANALYZE list_entry")
    stack.sql("VACUUM ANALYZE contact")
    lines = known + [f"stranger{i}@example{i % 97}.com" for i in range(LINES - len(known))]
    random.Random(7).shuffle(lines)
    return lines


def measure(say, stack, there, hash_lines):
    say(f"  filling a list of {there} entries ...")
    file, out = stack.dir / "mailing.txt", stack.dir / "scrubbed.txt"
    file.write_text("".join(f"{line}\n" for line in fill(stack, there)))
    alone = min(float(subprocess.run([hash_lines, file, stack.secrets / "contact"], check=True,
                                     capture_output=True, text=True).stdout) for _ in range(3))
    took = []
    for _ in range(3):
        start = time.monotonic()
        said = stack.ctl_json("list", "scrub", "promotional-email", file, "--format", "plain",
                              "--output", out)
        took.append(time.monotonic() - start)
    assert said["lines"] == LINES and said["unknown"] == LINES // 2, said
    say(f"scrub of {LINES} addresses against {there} entries",
        f"{min(took):.2f} s, worst of three {max(took):.2f} s  (aim: 5 s)")
    say("  reading and hashing the file alone", f"{alone:.2f} s")
    say("  ratio", f"{min(took) / alone:.1f}")
    start = time.monotonic()
    stack.ctl("list", "filter", "promotional-email", "--output", stack.dir / "bench.cmqf")
    say("list filter of the same list", f"{time.monotonic() - start:.1f} s")
