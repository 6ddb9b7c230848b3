"""Rows that are old enough to leave the database, and an archiving run that is killed."""
import json
import os
import subprocess

OLD = "2020-03-01 00:00:00+00"
TABLES = ("ledger", "quarantine", "list_change", "lookup_audit", "scrub")


def age(stack, ids=65536):
    """A month of long ago for look-ups and scrubs; ranges of so many ledger ids."""
    stack.sql("UPDATE archive_plan SET ids = %s WHERE what = 'ledger'", ids)
    stack.sql("SELECT partitions_ahead()")
    for tab in ("lookup_audit", "scrub", "scrub_part"):
        now = stack.value("SELECT min(low) FROM partition_range WHERE tab = %s", tab)
        stack.sql(f"ALTER TABLE {tab} DETACH PARTITION {tab}_past")
        stack.sql(f"ALTER TABLE {tab} ATTACH PARTITION {tab}_past FOR VALUES FROM (MINVALUE)"
                  f" TO ('{OLD}')")
        stack.sql("UPDATE partition_range SET high = %s WHERE part = %s", OLD, f"{tab}_past")
        stack.sql("SELECT partition_add(%s, %s, %s, '2020-04-01 00:00:00+00')", tab,
                  f"{tab}_then", OLD)
        stack.sql("SELECT partition_add(%s, %s, '2020-04-01 00:00:00+00', %s)", tab,
                  f"{tab}_since", now)


def grow_old(stack, quarantine="true"):
    """Somebody looked at everybody then; all ranges are full, and what waits was discarded."""
    stack.sql("INSERT INTO lookup_audit (at, contact, token_id, controller, purpose, channel,"
              " route, outcome) SELECT %s::timestamptz + n * interval '1 day', contact, 1, 1,"
              " 1, 1, 1, 1 FROM contact, generate_series(1, 3) n", OLD)
    stack.sql("INSERT INTO scrub (at, list, by_tokens) VALUES (%s::timestamptz + interval"
              " '1 day', 1, false)", OLD)
    stack.sql("INSERT INTO scrub_part SELECT s.scrub_id, 2, 1, 1, 0, 0, ARRAY(SELECT contact"
              " FROM contact ORDER BY 1), s.at FROM scrub s WHERE s.at < %s::timestamptz"
              " + interval '2 days'", OLD)
    stack.sql("SELECT setval('ledger_block', nextval('ledger_block') + 2097152),"
              " setval('quarantine_quarantine_id_seq',"
              "        nextval('quarantine_quarantine_id_seq') + 70000),"
              " setval('list_version', nextval('list_version') + 40000000)")
    stack.sql("SELECT partitions_ahead()")
    stack.sql(f"UPDATE quarantine SET state = 2, state_at = now(), state_by = 'test'"
              f" WHERE state = 0 AND {quarantine}")


def may_leave(stack, path):
    """The register lets all of it go."""
    register = path / "archive.json"
    register.write_text(json.dumps({"register": "archives", "archive": [
        {"id": f"old-{t}", "table": t, "after": "PT0S"} for t in TABLES]}))
    stack.ctl("register", "apply", register)


def killed_until_done(stack, directory, look, most=80):
    """Killed at each flush of a file and each naming, until it comes to its end; look() after
    each. How often it was killed."""
    argv = [stack.program("ctl"), "--config", stack.dir / "consentctl.conf", "archive", "run",
            "--dir", directory]
    # flushing a file, naming it, flushing the name; then it is done, and the next is flushed
    steps = (("fsync", 1), ("rename,renameat,renameat2", 1), ("fsync", 2), ("fsync", 3))
    killed, step = 0, 0
    while killed < most:
        calls, nth = steps[step]
        done = subprocess.run(
            ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={calls}",
             "-e", f"inject={calls}:signal=KILL:when={nth}", *argv],
            capture_output=True, check=False,
            env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        look()
        if done.returncode == 0:
            return killed
        killed += 1
        step = 1 if step == 3 else step + 1
    raise AssertionError("it never came to its end")
