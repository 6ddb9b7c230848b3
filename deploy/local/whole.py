"""make up, make down, and the first half of make demo: everything, in order."""
import fcntl
import hashlib
import os
import pathlib
import shlex
import shutil

import brokers
import postgres
import proc
from proc import Daemon, Failure
from stack import DAEMONS, ROOT, Stack, write_secret

MODE = os.environ.get("MODE", "release")
PROGRAMS = ROOT / "build" / MODE / "bin"


def place(name):
    """The stack's directory: build/<name>, unless LOCAL_DIR says another."""
    return pathlib.Path(os.environ.get("LOCAL_DIR") or ROOT / "build" / name).absolute()


class Lock:
    """One make up or make down at a time in a directory."""

    def __init__(self, directory):
        self.path = pathlib.Path(directory) / "lock"

    def __enter__(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.file = open(self.path, "w", encoding="ascii")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure("Another 'make up', 'make down' or 'make demo' is at work in this "
                          "directory; wait for it.") from None

    def __exit__(self, *_):
        self.file.close()


def port_wanted(name):
    text = os.environ.get(name)
    if not text:
        return None
    if not text.isdigit() or not 1024 <= int(text) <= 65535:
        raise Failure(f"{name} is a port from 1024 to 65535, not '{text}'.")
    return int(text)


def database_name(broker):
    """A database belongs to the records whose positions it holds: one for each broker."""
    if broker.kind == "given":
        return "consent_" + hashlib.sha256(broker.address.encode()).hexdigest()[:8]
    return "consent" if broker.kind == "apache" else "consent_embedded"


def others_stop(directory, broker):
    """An earlier run may have used another broker: one of ours at a time."""
    for other in (brokers.Embedded(directory, PROGRAMS), brokers.Apache(directory)):
        if other.kind != broker.kind and other.running():
            other.stop()


def proof_settings(stack, directory):
    """The keeper's: a key that signs the logs, its public half beside them, and their files."""
    key, files = stack.secrets / "log.key", directory / "proof" / stack.database
    files.mkdir(parents=True, exist_ok=True)
    if not key.exists():
        (directory / "proof" / "log.vkey").write_text(
            stack.ctl("proof", "key", "--name", "consent.example", "--output", str(key)))
    return {"proof_key_file": str(key), "proof_dir": str(files)}


def bring_up(directory, say=print):
    """PostgreSQL, broker, register, daemons; returns the Stack. Harmless when it runs."""
    if not (PROGRAMS / "consentctl").exists():
        raise Failure(f"The programs are not in {PROGRAMS}: 'make' builds them.")
    broker = brokers.choose(directory, PROGRAMS)
    cluster = postgres.Postgres(directory)
    others_stop(directory, broker)
    cluster.start(port_wanted("LOCAL_PG_PORT"))
    say(f"PostgreSQL      127.0.0.1:{cluster.port()}")
    fresh = broker.start()
    stack = Stack(directory, PROGRAMS, cluster, broker, database_name(broker))
    if fresh and not broker.keeps_data:
        # The positions in the database would point into records that no longer exist.
        stack.stop()
        existed = cluster.psql("SELECT 1 FROM pg_database WHERE datname = "
                               f"'{stack.database}'", "postgres")
        cluster.database(stack.database, fresh=True)
        shutil.rmtree(stack.secrets / "tokens" / stack.database, ignore_errors=True)
        shutil.rmtree(directory / "proof" / stack.database, ignore_errors=True)
        if existed:
            say("                (the embedded broker began again, so the database does too)")
    say(f"Kafka           {broker.address} ({broker.kind})")
    stack.prepare()
    for name in DAEMONS:
        if stack.program(name):
            more = proof_settings(stack, directory) if name == "keeper" else {}
            started = stack.start(name, **more)
            url = stack.public_url(name) if stack.port(name, "public") else stack.url(name)
            say(f"{name:<15} {url}{'' if started else ' (was running)'}")
    return stack


def snapshots(stack, say=print):
    """What a timer does in production, once: every list as a file."""
    done = []

    def made():
        done[:] = [stack.ctl("list", "snapshot", "--all", check=False)]
        return done[0].returncode == 0  # publish may not have made the topics yet
    if not proc.wait_until(made, 120, 0.5):
        raise Failure(f"No snapshots of the lists: {done[0].stderr.strip()}")
    say(f"snapshots       {os.path.relpath(stack.snapshots)}")


# Who may ask consent-lookup in the demo, by the name in build/local/env.
TOKENS = {"DPO": ("--role", "dpo"),
          "MAILING": ("--role", "mailing", "--recipient", "mta-eu1"),
          "RESELLER": ("--role", "reseller", "--source", "acme-hosting")}
# And who may send to consent-gateway.
SENDERS = {"SOURCE": ("--role", "source", "--source", "acme-hosting")}


def token(stack, name):
    """A look-up token, made the first time; the database keeps only its digest."""
    path = stack.secrets / "tokens" / stack.database / name.lower()
    if not path.exists():
        made = stack.ctl_json("token", "create", *{**TOKENS, **SENDERS}[name], "--note", "local stack")
        write_secret(path, made["token"])
    return path.read_text().strip()


def optout_url(stack):
    """The link in a message to you@example.com, for a newcomer to click."""
    return stack.ctl("link", "create", "--email", "you@example.com", "--system", "mta-eu1",
                     "--controller", "sectigo-limited", "--purpose", "marketing.promotional",
                     "--message", "welcome", "--base", stack.public_url()).strip()


def write_env(stack):
    """build/local/env, for a shell to source."""
    lines = {"KAFKA_BROKERS": stack.broker.address,
             "DATABASE_URL": stack.cluster.url(stack.database)}
    if stack.broker.kind != "given":
        lines["LOCAL_KAFKA_BROKERS"] = stack.broker.address
    # What consentctl needs beside these, to recognise a contact.
    for name, value in stack.settings().items():
        if name in stack.known("ctl") and "secret" in name:
            lines[f"CONSENT_{name.upper()}"] = value
    if stack.program("lookup"):
        lines["LOOKUP_URL"] = stack.url("lookup")
        lines.update((f"LOOKUP_TOKEN_{name}", token(stack, name)) for name in TOKENS)
    if stack.program("gateway"):
        lines["GATEWAY_URL"] = stack.public_url()
        lines["GATEWAY_TOKEN_SOURCE"] = token(stack, "SOURCE")
        lines["OPTOUT_URL"] = optout_url(stack)
    for name in DAEMONS:
        if stack.port(name) and stack.daemon(name).pid():
            lines[f"{name.upper()}_METRICS_URL"] = stack.url(name) + "/metrics"
    path = stack.dir / "env"
    part = stack.dir / "env.part"
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w",
              encoding="utf-8") as file:
        file.writelines(f"export {k}={shlex.quote(str(v))}\n" for k, v in lines.items())
    part.rename(path)
    return path


def take_down(directory, say=print):
    """Stops what we started in this directory, and nothing else. How many that were."""
    directory = pathlib.Path(directory)
    names = [n for n in reversed(DAEMONS)] + ["kafka", "devbroker"]
    stopped = 0
    for name in names:
        daemon = Daemon(directory, name)
        if daemon.pid():
            gently = daemon.stop(seconds=30)
            say(f"stopped {name}" + ("" if gently else " (it had to be killed)"))
            stopped += 1
    if (directory / "pg.port").exists():
        cluster = postgres.Postgres(directory)
        if cluster.daemon.pid():
            cluster.stop()
            say("stopped PostgreSQL")
            stopped += 1
    (directory / "env").unlink(missing_ok=True)
    return stopped


def forget(directory):
    """Removes what a stopped stack left: data and settings. Logs too."""
    directory = pathlib.Path(directory)
    if (directory / "pg.port").exists() or (directory / "pg").exists():
        postgres.Postgres(directory).destroy()
    for path in directory.iterdir():
        if path.name == "lock":
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
