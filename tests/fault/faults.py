"""The faults. Each is a function of the world, and of a number where there are many of a kind;
when it returns, everything that was broken works again. What must hold then is the runner's to
look at."""
import pathlib
import signal
import subprocess
import tempfile
import threading

import archiving as archive
import drill
import proc
from world import Broken, environment, wait

SHIM = None  # shim.so, built by the runner
DAY_S = 86400


# --- one batch of one daemon ----------------------------------------------------------------
def work_for(world, name):
    """What one batch of it is made of waits for it, while it stands still."""
    world.settle()
    world.send(name, signal.SIGSTOP)
    if name == "keeper":
        world.stack.sql("INSERT INTO due SELECT contact, now() FROM contact LIMIT 100"
                        " ON CONFLICT (contact) DO UPDATE SET at = EXCLUDED.at")
        world.stack.sql("INSERT INTO cascade (agreement, ledger_id, known)"
                        " VALUES (0, 0, now())")
        return
    world.burst(80)
    if name == "publish":
        world.until(world.taken_in, "ingest")


def killed(world, name, n):
    """At the n-th call of the batch, or else it is through before there was one."""
    work_for(world, name)
    with world.traced(name, f"signal=KILL:when={n}"):
        world.send(name, signal.SIGCONT)
        proc.wait_until(world.daemon(name).gone, 4, 0.05)
    world.restart(name, wait=False)


def stopped(world, name, n):
    """Stopped at the n-th call, for longer than any lease or session; another takes over, and
    then it comes back from the dead."""
    other = f"{name}-2"
    work_for(world, name)
    with world.traced(name, f"signal=STOP:when={n}"):
        world.send(name, signal.SIGCONT)
        wait(1)
        world.start(other, wait=False)
        world.burst(40)
        world.until(world.taken_in, "the other to take over")
    world.send(name, signal.SIGSTOP)
    wait(1)
    world.burst(40)
    world.send(name, signal.SIGCONT)
    world.until(world.taken_in, "both")
    if not world.daemon(other).stop(seconds=60):
        raise Broken(f"{other} had to be killed")


def cut(world, name, n):
    """Its connection to PostgreSQL breaks after n more bytes, whichever way they go."""
    work_for(world, name)
    sprung = world.line.cut_after(n)
    world.send(name, signal.SIGCONT)
    world.burst(20)
    sprung.wait(10)
    world.line.restore()


def starved(world, name, n):
    """The n-th allocation of a batch fails."""
    world.settle()
    world.daemon(name).stop()
    with environment(LD_PRELOAD=SHIM, MALLOC_FAIL=str(n), MALLOC_FAIL_ARMED="0"):
        world.start(name)
    work_for(world, name)
    world.send(name, signal.SIGUSR2)
    world.send(name, signal.SIGCONT)
    proc.wait_until(world.daemon(name).gone, 3, 0.05)
    world.restart(name, wait=False)


def starved_at_start(world, name, n):
    """The n-th allocation of all fails: it ends, or lives; it never hangs."""
    world.daemon(name).stop()
    with environment(LD_PRELOAD=SHIM, MALLOC_FAIL=str(n)):
        world.start(name, wait=False)
    world.burst(20)
    proc.wait_until(world.daemon(name).gone, 1, 0.05)
    if not world.daemon(name).stop(seconds=60):
        raise Broken(f"{name} does not end when asked")
    world.start(name)


# --- the world around ---------------------------------------------------------------------
def broker_away(world, seconds):
    world.broker.kill()
    sending = threading.Thread(target=world.burst, args=(200, seconds + 120))
    sending.start()
    try:
        wait(seconds)
    finally:
        world.broker.start()
    sending.join()


def leaders(world, rounds):
    """Of three brokers one after the other dies in the midst of traffic, and comes back."""
    for n in range(rounds):
        node = world.broker.nodes[n % 3]
        sending = threading.Thread(target=world.burst, args=(300,))
        sending.start()
        node.daemon.kill()
        wait(8)
        node.launch()
        sending.join()
        world.broker.start()


def postgres_killed(world, _):
    """Thrice in the midst of traffic: at once, the postmaster by SIGKILL, every session."""
    for end in (world.cluster.crash, world.cluster.kill):
        world.burst(60)
        end()
        world.burst(60)
        world.cluster.start()
    world.burst(60)
    world.stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")


def disk_full(world, _):
    """A file takes all the room that PostgreSQL has, WAL included, and goes again."""
    room = world.cluster.home / "ballast"
    world.burst(60)
    with open(room, "wb") as file:
        try:
            while file.write(b"x" * (1 << 20)):
                file.flush()
        except OSError:
            pass
        world.burst(3000)
        wait(4)
    room.unlink()
    world.cluster.start()


def rebalances(world, rounds):
    """Members come and go, politely and not."""
    for n in range(rounds):
        name = f"ingest-{2 + n % 3}"
        if world.daemon(name).pid():
            if n % 2:
                world.daemon(name).kill()
            elif not world.daemon(name).stop(seconds=60):
                raise Broken(f"{name} had to be killed")
        else:
            world.start(name, wait=False)
        world.burst(30)
    for n in (2, 3, 4):
        world.daemon(f"ingest-{n}").stop()


def clock(world, offset_s):
    """Every daemon of ours believes that it is another day."""
    with environment(LD_PRELOAD=SHIM, CLOCK_OFFSET_S=str(offset_s)):
        for name in world.daemons:
            world.daemon(name).stop()
            world.start(name)
    world.burst(150)
    world.settle()
    for name in world.daemons:
        world.daemon(name).stop()
        world.start(name)


def own_files(world, _):
    """A snapshot whose file cannot be written, flushed or moved is none; the next one is."""
    for inject in ("fsync:error=EIO:when=1", "fsync:error=EIO:when=2", "write:error=ENOSPC:when=2+",
                   "rename:error=EIO", "renameat2:error=EIO", "close:error=EIO:when=30+"):
        where = pathlib.Path(tempfile.mkdtemp(dir=world.dir))
        argv = [world.stack.program("ctl"), "--config", world.stack.dir / "consentctl.conf",
                "list", "snapshot", "promotional-email", "--dir", where]
        failed = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e",
                                 f"inject={inject}", *argv], capture_output=True, check=False)
        manifests = list(where.glob("*.json"))
        if failed.returncode != 0 and manifests:
            raise Broken(f"{inject}: it failed, and there is a manifest all the same")
        if failed.returncode == 0 and not manifests:
            raise Broken(f"{inject}: it says it is done, and there is no manifest")
        if failed.returncode == 0 and "fsync" in inject:
            raise Broken(f"{inject}: what is not on the disk is said to be")
        again = subprocess.run(argv, capture_output=True, check=False, text=True)
        if again.returncode != 0 or not list(where.glob("*.json")):
            raise Broken(f"after {inject} there is no snapshot: {again.stderr.strip()}")


def archiving(world, _):
    """Old rows leave the database under traffic, and consentctl is killed at each flush and each
    naming of a file: what has left stands in files that are whole, all else in the tables."""
    stack, key = world.stack, world.dir / "log.key"
    if not key.exists():
        stack.ctl("proof", "key", "--name", "faults.example", "--output", key)
    world.daemon("keeper").stop()
    world.start("keeper", proof_key_file=str(key), proof_ms=50)
    world.burst(150)
    world.settle()
    rows = {table: stack.value(f"SELECT count(*) FROM {table}") for table in
            ("ledger", "list_change", "quarantine")}
    archive.age(stack, ids=1 << 20)
    archive.grow_old(stack)
    archive.may_leave(stack, world.dir)
    where = pathlib.Path(tempfile.mkdtemp(dir=world.dir))
    world.until(lambda: "not in the log yet" not in stack.ctl("archive", "run", "--dry-run"),
                "the old rows to be in the log")

    def look():
        said = stack.ctl("archive", "check", "--dir", where)
        if not said.endswith(", 0 wrong\n"):
            raise Broken(f"after a kill: {said}")
    sending = threading.Thread(target=world.burst, args=(200,))
    sending.start()
    try:
        if archive.killed_until_done(stack, where, look) == 0:
            raise Broken("no archiving run was killed")
    finally:
        sending.join()
    left = {what: n for what, n in stack.sql("SELECT what, sum(rows) FROM archive_file GROUP BY 1")}
    for table, n in rows.items():
        if left.get(table, 0) < n:
            raise Broken(f"{left.get(table, 0)} rows of {table} have left, and {n} were there")
    if stack.ctl("proof", "entries", "lists", "--archive", where, "--output",
                 world.dir / "entries", check=False).returncode != 0:
        raise Broken("what has left is proved no more")


# --- a database that is older than it was ---------------------------------------------------
def restored_until_quiet(world):
    """Somebody runs consentctl restored once a publisher has said that it holds."""
    def older(whether):
        return world.stack.metrics("publish").get("consent_publish_database_older") == whether
    world.restored = True
    proc.wait_until(lambda: older(1), 120)
    world.stack.ctl("restored", "--reason", "the fault matrix")
    world.until(lambda: older(0), "the publisher to go on")


def restore(world, _):
    """A dump is laid over the database in the midst of traffic; the topics go on."""
    stack, cluster = world.stack, world.cluster
    world.settle()
    dump = world.dir / "dump"
    subprocess.run([cluster.bin / "pg_dump", "-Fc", "-f", dump, cluster.url(stack.database)],
                   check=True)
    world.burst(150)
    world.settle()
    world.burst(50)
    made = f"{stack.database}_again"  # its name comes last: nobody meets it half restored
    subprocess.run([cluster.bin / "pg_restore", "--exit-on-error", "-d",
                    cluster.database(made, fresh=True), dump], check=True)
    stack.forget_database()
    cluster.psql(f'DROP DATABASE "{stack.database}" WITH (FORCE)', "postgres")
    cluster.psql(f'ALTER DATABASE "{made}" RENAME TO "{stack.database}"', "postgres")
    world.burst(50)
    restored_until_quiet(world)


def backup(world, _):
    """A base backup and archived WAL, restored to a moment before the last events."""
    drill.drill(world, restored_until_quiet)


def failover(world, _):
    """An asynchronous standby is promoted that lacks the last transactions."""
    from standby import Standby
    world.settle()
    with Standby(world.cluster, world.dir) as standby:
        world.burst(100)
        world.settle()
        standby.follow()
        standby.cut()
        world.burst(150)
        world.settle()
        world.burst(50)
        standby.promote()
        world.use(standby.cluster)
        world.burst(50)
        restored_until_quiet(world)
        standby.keep()


DAEMONS = ("ingest", "publish", "keeper")
# (name, what to do, argument or arguments, in the short form too)
SINGLE = (
    ("broker-away-5-s", broker_away, 5, True),
    ("postgres-killed", postgres_killed, 0, True),
    ("own-files", own_files, 0, True),
    ("archiving", archiving, 0, False),
    ("clock-a-day-back", clock, -DAY_S, False),
    ("clock-ten-years-ahead", clock, 3653 * DAY_S, True),
    ("rebalance-storm", rebalances, 12, False),
    ("disk-full", disk_full, 0, False),
    ("restore", restore, 0, False),
    ("backup", backup, 0, False),
    ("failover", failover, 0, True),
    ("broker-away-ten-minutes", broker_away, 600, False),
    ("leader-changes", leaders, 3, False),
)
# of these: how far they count in the long form, and by what steps
MANY = (
    ("killed", killed, {"ingest": range(1, 41), "publish": range(1, 61), "keeper": range(1, 31)}),
    ("stopped", stopped, {"ingest": range(2, 26, 4), "publish": range(2, 50, 6)}),
    ("cut", cut, {"ingest": range(1, 60000, 6000), "publish": range(1, 40000, 4000),
                  "keeper": range(1, 6000, 600)}),
    ("starved", starved, {"ingest": range(0, 4000, 400), "publish": range(0, 4000, 400),
                          "keeper": range(0, 200, 20)}),
    ("starved-at-start", starved_at_start,
     {name: [*range(0, 60, 6), *range(60, 1200, 120)] for name in DAEMONS}),
)


def table(short, dice):
    """[(name, function, arguments)]; of the many kinds the short form takes one each."""
    found = []
    for kind, act, spans in MANY:
        if short and kind == "stopped":
            continue
        for name, span in spans.items():
            if short and kind in ("starved-at-start", "starved") and name != "ingest":
                continue
            for n in [dice.choice(span)] if short else span:
                found.append((f"{kind}-{name}-{n}", act, (name, n)))
    found += [(name, act, (argument,)) for name, act, argument, in_short in SINGLE
              if in_short or not short]
    return found
