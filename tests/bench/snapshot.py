"""A list as a file, against PostgreSQL's own COPY of the same rows through psql."""
import os
import subprocess
import time

LIST = "promotional-email"
FILL = """
INSERT INTO list_entry (contact, list, status, rule, reason, version, entry, effective, known,
                        token)
SELECT md5('c' || n)::uuid, (SELECT number FROM register_number
                             WHERE kind = 'list' AND id = '{list}'),
       CASE WHEN n % 20 = 0 THEN 2 ELSE 1 END, 3, 4, 65536 + n, n,
       '2020-01-01T00:00:00Z'::timestamptz + n * interval '13.37 second',
       '2020-01-01T00:00:02Z'::timestamptz + n * interval '13.37 second',
       encode(sha256(n::text::bytea), 'hex')
FROM generate_series(1, {entries}) n
"""
ROWS = f"""SELECT token, status, reason, effective, known, version, entry FROM list_entry
WHERE list = (SELECT number FROM register_number WHERE kind = 'list' AND id = '{LIST}')"""
FORMS = (("csv", "none"), ("ndjson", "none"), ("plain", "none"), ("csv", "zstd"),
         ("csv", "gzip"))


def copy(stack, file):
    """Seconds of psql writing the rows as CSV."""
    start = time.monotonic()
    with open(file, "wb") as out:
        subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-c",
                        f"COPY ({ROWS}) TO STDOUT (FORMAT csv, HEADER)",
                        stack.cluster.url(stack.database)], stdout=out, check=True)
        os.fsync(out.fileno())
    took = time.monotonic() - start
    file.unlink()
    return took


def snapshot(stack, directory, form, packing):
    """(seconds, MiB of memory, MiB of file)"""
    argv = [stack.program("ctl"), "--config", stack._ctl_conf, "list", "snapshot", LIST,
            "--dir", directory, "--format", form, "--compress", packing]
    start = time.monotonic()
    done = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(done.pid, 0)
    took = time.monotonic() - start
    done.returncode = os.waitstatus_to_exitcode(status)
    assert done.returncode == 0
    made = max(directory.glob(f"{LIST}.2*"), key=lambda p: p.stat().st_mtime)
    size = made.stat().st_size
    for path in directory.iterdir():
        path.unlink()
    return took, used.ru_maxrss / 1024, size / 2**20


def measure(say, stack, entries):
    stack.start("publish")  # it makes the topics
    stack.ctl("register", "show", "--json")
    stack.stop()
    say(f"  filling a list with {entries} entries ...")
    stack.sql("DROP INDEX list_entry_token")
    stack.sql("ALTER TABLE list_entry DROP CONSTRAINT list_entry_pkey")
    stack.sql(FILL.format(list=LIST, entries=entries))
    stack.sql("VACUUM ANALYZE list_entry")
    directory = stack.dir / "bench-snapshots"
    directory.mkdir()
    plain = [copy(stack, directory / "copy")]
    found = [(*which, *snapshot(stack, directory, *which)) for which in FORMS]
    plain.append(copy(stack, directory / "copy"))
    usual = sum(plain) / len(plain)
    say(f"psql's COPY of {entries} entries to a CSV file", f"{usual:.1f} s, "
        f"{entries / usual:,.0f} entries/s")
    for form, packing, took, memory, size in found:
        aim = "  (aim: 0.7)" if (form, packing) == ("csv", "none") else ""
        say(f"  snapshot, {form}{'' if packing == 'none' else ', ' + packing}",
            f"{took:.1f} s, {entries / took:,.0f} entries/s, ratio {usual / took:.2f}, "
            f"{size:,.0f} MiB, {memory:.0f} MiB of memory{aim}")
