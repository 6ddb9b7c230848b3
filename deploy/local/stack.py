"""The whole product on one machine: database, broker, and our programs around them.

    stack = Stack(directory, programs, cluster, broker, database)
    stack.prepare()            # secrets, tables, register, feeds, list topics
    stack.start("ingest")      # one more daemon, ready when this returns
    stack.ctl("doctor")        # consentctl, in the stack's settings
    stack.stop()

A daemon is told everything by a file DIRECTORY/<daemon>.conf that is written from what the
program itself says it knows (`--sample`), so that a setting of one program never reaches
another, which would refuse to start.
"""
import glob
import http.client
import json
import os
import pathlib
import re
import secrets
import shutil
import subprocess
import urllib.error
import urllib.request

import postgres
from proc import Daemon, Failure, free_port, port_again, wait_until

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# In the order of starting; stopped the other way round.
DAEMONS = ("ingest", "publish", "keeper", "lookup", "gateway")
# These too, where somebody starts them.
STOPPED = DAEMONS + ("postfix", "webhook")


# Each program's own role in the database; the postfix service only looks up.
ROLES = {"ingest": "consent_ingest", "publish": "consent_publish",
         "keeper": "consent_keeper", "lookup": "consent_lookup",
         "gateway": "consent_gateway", "postfix": "consent_lookup",
         "webhook": "consent_webhook"}


def clean_environment():
    """Ours, without what would be taken for a setting."""
    return {k: v for k, v in os.environ.items()
            if not k.startswith(("CONSENT_", "KAFKA_", "LOCAL_KAFKA_BROKERS",
                                 "DATABASE_URL"))}


def write_secret(path, text):
    """A file for its owner alone, never seen half written; kept when it is there."""
    path = pathlib.Path(path)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w",
              encoding="ascii") as file:
        file.write(text + "\n")
    part.rename(path)


def fetch(url, seconds=20):
    """(status, text) of a loopback page; (0, "") when nobody answers."""
    try:
        try:
            with urllib.request.urlopen(url, timeout=seconds) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")
    except (OSError, http.client.HTTPException):  # it may end in the midst of its answer
        return 0, ""


def register_files():
    """The register of schemas/register: the policy, and the demo's invented partners."""
    return sorted(f for f in glob.glob(str(ROOT / "schemas/register/*.json"))
                  if not f.endswith(".schema.json"))


def registered(files, kind):
    """The ids of a kind, "sources" say, in register files."""
    said = [json.loads(pathlib.Path(f).read_text(encoding="utf-8")) for f in files]
    return [entry["id"] for file in said for entry in file.get(kind, ())]


class Stack:
    def __init__(self, directory, programs, cluster, broker, database="consent"):
        self.dir = pathlib.Path(directory).absolute()
        self.programs = pathlib.Path(programs)
        self.cluster = cluster
        self.broker = broker
        self.database = database
        self.secrets = self.dir / "secrets"
        self.snapshots = self.dir / "snapshots"
        self.extra = {}      # settings every program gets that knows them
        self._known = {}     # program -> its settings' names
        self._ctl_conf = None

    # --- what the programs are told ---------------------------------------------------
    def program(self, name):
        path = self.programs / ("consentctl" if name == "ctl" else f"consent-{name}")
        return path if path.exists() else None

    def known(self, name):
        """The settings that a program has, read from the sample it prints."""
        if name not in self._known:
            done = subprocess.run([self.program(name), "--sample"], text=True, check=False,
                                  capture_output=True, env=clean_environment())
            if done.returncode != 0:
                raise Failure(f"{self.program(name)} --sample fails: {done.stderr.strip()}")
            self._known[name] = set(re.findall(r"^#?\s?([a-z][a-z0-9_.]*)\s*=", done.stdout,
                                               re.M))
        return self._known[name]

    def settings(self):
        return {
            "kafka_brokers": self.broker.address,
            "database_url": self.cluster.url(self.database),
            "contact_secret_file": self.secrets / "contact",
            "seal_secret_file": self.secrets / "seal",
            "recipient_secret_dir": self.secrets / "recipients",
            "link_secret_dir": self.secrets / "links",
            "webhook_secret_dir": self.secrets / "webhooks",
            "unsubscribe_feed": "sectigo.com",
            "snapshot_dir": self.snapshots,
            **self.extra,
        }

    def role_of(self, name):
        """A program's own role in the database; the owner's is for migrations, and for who
        sits at this machine."""
        return ROLES.get(name, postgres.OWNER)

    def write_conf(self, name, file, **values):
        """Writes the settings that the program knows; (path, whether anything changed)."""
        known = self.known(name)
        values = {"database_url": self.cluster.url(self.database, self.role_of(name)),
                  # any that is free: another stack may have the usual ones
                  **{port: 0 for port in ("http_port", "public_port") if port in known},
                  **({} if "database_url" not in self.extra else
                     {"database_url": self.extra["database_url"]}), **values}
        if "database_url" not in known:
            values.pop("database_url")
        unknown = [k for k in values if k not in known
                   and not k.startswith(("kafka.", "pg.")) and k != "http_port"]
        if unknown:
            raise Failure(f"{name} has no setting {unknown[0]}")
        text = "".join(f"{k} = {v}\n" for k, v in {**self.settings(), **values}.items()
                       if k in known or k.startswith(("kafka.", "pg.")))
        path = self.dir / file
        changed = not path.exists() or path.read_text() != text
        if changed:  # at once: a program that has just started may be reading the file
            fresh = path.with_name(f"{file}.new")
            fresh.touch(mode=0o600)
            fresh.write_text(text)
            fresh.replace(path)
        return path, changed

    # --- consentctl ---------------------------------------------------------------------
    def ctl(self, *argv, check=True, stdin=None):
        """Runs consentctl; its standard output, or with check=False the finished process."""
        if self._ctl_conf is None:
            self._ctl_conf, _ = self.write_conf("ctl", "consentctl.conf")
        done = subprocess.run([self.program("ctl"), "--config", self._ctl_conf, *map(str, argv)],
                              input=stdin, capture_output=True, text=True, check=False,
                              env=clean_environment(), cwd=ROOT)
        if not check:
            return done
        if done.returncode != 0:
            raise Failure(f"consentctl {' '.join(map(str, argv[:3]))} failed: "
                          f"{(done.stderr or done.stdout).strip()}")
        return done.stdout

    def ctl_json(self, *argv):
        return json.loads(self.ctl(*argv, "--json"))

    # --- before the daemons -------------------------------------------------------------
    def make_secrets(self, recipients=()):
        for name in ("contact", "seal"):
            write_secret(self.secrets / name, secrets.token_hex(32))
        folder = self.secrets / "recipients"
        folder.mkdir(exist_ok=True, mode=0o700)
        for name in recipients:
            write_secret(folder / name, secrets.token_hex(32))
        (self.secrets / "webhooks").mkdir(exist_ok=True, mode=0o700)
        for name in ("1-mta-eu1", "2-sectigo.com"):
            write_secret(self.secrets / "links" / name, secrets.token_hex(32))

    def prepare(self, register=None):
        """Secrets, tables, register, feeds. Harmless when all that is there. The lists'
        topics are made by publish."""
        files = register or register_files()
        self.prepare_tables(files)
        self.prepare_feeds()

    def prepare_tables(self, files):
        """What needs no broker."""
        self.dir.mkdir(parents=True, exist_ok=True)
        self.snapshots.mkdir(parents=True, exist_ok=True, mode=0o750)
        self.make_secrets(registered(files, "recipients"))
        self.cluster.database(self.database)
        self.ctl("migrate")
        self.cluster.let_in(*sorted(set(ROLES.values())))
        self.ctl("register", "apply", *files)

    def prepare_feeds(self):
        self.ctl("feed", "create", "--all")  # the journal of erasures as well

    # --- daemons --------------------------------------------------------------------------
    def daemon(self, name):
        return Daemon(self.dir, name)

    def port(self, name, kind="port"):
        try:
            return int((self.dir / f"{name}.{kind}").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def url(self, name):
        return f"http://127.0.0.1:{self.port(name)}"

    def public_url(self, name="gateway"):
        """What is meant for the world, of a program that keeps it apart from its metrics."""
        return f"http://127.0.0.1:{self.port(name, 'public')}"

    def outdated(self, daemon, program):
        """Was the program built again since the daemon started?"""
        try:
            return not os.path.samefile(f"/proc/{daemon.pid()}/exe", program)
        except PermissionError:  # it keeps to itself, also from its own user
            return daemon.pid_file.stat().st_mtime < os.stat(program).st_mtime
        except OSError:
            return True

    def start(self, program, name=None, wait=True, **values):
        """Starts consent-<program> as `name` (default: its own). One that runs is left alone
        unless its settings or its program have changed. True: started just now."""
        name = name or program
        if name.split("-")[0] not in STOPPED:  # see started()
            raise Failure(f"call it {program}-{name}: {name} would never be stopped")
        daemon, path = self.daemon(name), self.program(program)
        if not path:
            raise Failure(f"consent-{program} is not built")
        running = daemon.pid() is not None
        kinds = {"http_port": "port"}
        if "public_port" in self.known(program):
            kinds["public_port"] = "public"
        ports = {setting: self.port(name, kind) or free_port()
                 for setting, kind in kinds.items()}
        if not running:
            ports = {k: port_again(port) for k, port in ports.items()}
        conf, changed = self.write_conf(program, f"{name}.conf", **{**ports, **values})
        if running and not changed and not self.outdated(daemon, path):
            return False
        daemon.stop(seconds=60)
        for setting, kind in kinds.items():
            (self.dir / f"{name}.{kind}").write_text(f"{ports[setting]}\n")
        daemon.start([path, "--config", conf], env=clean_environment(), cwd=ROOT)
        if wait:
            self.wait_ready(name)
        return True

    def wait_ready(self, name, seconds=60):
        daemon = self.daemon(name)
        if not wait_until(lambda: daemon.gone() or fetch(self.url(name) + "/readyz", 5)[0] == 200,
                          seconds):
            _, why = fetch(self.url(name) + "/readyz")
            raise Failure(f"{name} is not ready after {seconds} s: {why.strip()}\n"
                          + daemon.last_words())
        if not daemon.pid():
            raise Failure(f"{name} does not start; it said:\n{daemon.last_words()}")

    def metrics(self, name):
        """{metric or metric{labels}: value}"""
        _, text = fetch(self.url(name) + "/metrics")
        return {key: float(value) for key, value in
                re.findall(r"^([a-z][^\s{]*(?:\{[^}]*\})?)\s+(\S+)$", text, re.M)}

    def started(self):
        """The daemons that were started here and not stopped, in the order of STOPPED."""
        return sorted((p.stem for p in self.dir.glob("*.pid")
                       if p.stem.split("-")[0] in STOPPED),
                      key=lambda name: STOPPED.index(name.split("-")[0]))

    def stop(self):
        """Stops our daemons, last started first; the broker and the database go on. Those
        that had to be killed."""
        return [n for n in reversed(self.started()) if not self.daemon(n).stop(seconds=60)]

    def remove(self):
        shutil.rmtree(self.dir, ignore_errors=True)
