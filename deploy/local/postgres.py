"""A private PostgreSQL cluster: loopback and its own socket only, never as root.

    cluster = Postgres(directory)
    cluster.start()        # initdb the first time; the same port and data ever after
    cluster.url("consent") # postgresql://...
    cluster.stop() | cluster.crash() | cluster.kill()

The directory is the caller's; where root calls and the server's user cannot reach it, the
data lie in /var/tmp instead, and `pg` in the directory is a link to them.
"""
import hashlib
import os
import pathlib
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import time

from proc import Daemon, Failure, free_port, port_again, port_taken, start_time, wait_until

SERVER_USER = "postgres"
OWNER = "consent"

SETTINGS = """\
# Written at every start; put changes of your own into postgresql.conf, above its last line.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{socket}'
max_connections = 100
timezone = 'UTC'
log_timezone = 'UTC'

# A person's address must not reach a log by way of a statement or of an error's detail.
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
log_min_error_statement = panic

# Durability is the point; the rest is sized for a machine that does other things too.
fsync = on
synchronous_commit = on
shared_buffers = {shared_buffers}
max_wal_size = 4GB
min_wal_size = 256MB
checkpoint_timeout = 15min
wal_compression = lz4
random_page_cost = 1.1
jit = off

# dirty, due and receipt_queue live by being emptied: look often, and do not dawdle.
autovacuum_naptime = 10s
autovacuum_vacuum_scale_factor = 0.05
autovacuum_analyze_scale_factor = 0.05
autovacuum_vacuum_cost_limit = 2000
"""


def programs():
    """Debian's newest server. PATH is not asked: it may hold builds of other origin."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"),
                   key=lambda p: int(p.parts[4]) if p.parts[4].isdigit() else 0)
    if not found:
        raise Failure("PostgreSQL is not installed: 'deploy/deps build' installs it.")
    return found[-1].parent


class Postgres:
    def __init__(self, directory):
        self.dir = pathlib.Path(directory).absolute()
        self.bin = programs()
        # deploy/deps installs Debian's package, which makes this user
        self.user = SERVER_USER if os.geteuid() == 0 else None
        self.link = self.dir / "pg"  # a directory, or a link to one elsewhere
        self.home = self.link.resolve()
        self.daemon = Daemon(self.dir, "postgres")

    # --- where it lives -------------------------------------------------------------------
    def _run(self, *argv, **more):
        if self.user:
            more.update(user=self.user, group=self.user, extra_groups=[])
        return subprocess.run([str(a) for a in argv], cwd="/", capture_output=True,
                              text=True, check=False, **more)

    def _own(self, path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        ours = {os.geteuid(), pwd.getpwnam(self.user).pw_uid if self.user else os.geteuid()}
        if path.is_symlink() or path.stat().st_uid not in ours:
            raise Failure(f"{path} belongs to somebody else; remove it, or move the checkout.")
        if self.user:
            shutil.chown(path, self.user, self.user)
        path.chmod(0o700)

    def _settle(self):
        """Makes the directory, here or where the server's user can reach it."""
        self.dir.mkdir(parents=True, exist_ok=True)
        self._own(self.home)
        if self._run("test", "-w", self.home).returncode != 0:
            self.home.rmdir()
            self.home = self._elsewhere()
            self.link.symlink_to(self.home)
            self._own(self.home)

    def _elsewhere(self):
        key = hashlib.sha256(str(self.dir).encode()).hexdigest()[:16]
        return pathlib.Path(f"/var/tmp/consentmq-{os.geteuid()}-{key}")

    # --- what must be remembered between starts -------------------------------------------
    def password(self):
        return (self.dir / "pg.password").read_text().strip()

    def port(self):
        return int((self.dir / "pg.port").read_text())

    def url(self, database=OWNER, role=OWNER):
        return f"postgresql://{role}:{self.password()}@127.0.0.1:{self.port()}/{database}"

    def let_in(self, *roles):
        """Lets the roles in with the owner's password: it is one person's machine."""
        for role in roles:
            self.psql("SELECT pg_advisory_xact_lock(1); "  # roles belong to all databases
                      f"ALTER ROLE {role} PASSWORD '{self.password()}'", "postgres")

    # --- start ----------------------------------------------------------------------------
    def _create(self):
        data = self.home / "data"
        if (data / "PG_VERSION").exists() and (self.dir / "pg.ready").exists():
            return
        shutil.rmtree(data, ignore_errors=True)  # an earlier run was cut short in initdb
        secret = self.dir / "pg.password"
        secret.touch(mode=0o600)
        secret.chmod(0o600)
        secret.write_text(secrets.token_urlsafe(24) + "\n")
        handed = self.home / "password"  # the server's user cannot read ours
        shutil.copy(secret, handed)  # with its mode, 0600
        if self.user:
            shutil.chown(handed, self.user, self.user)
        done = self._run(self.bin / "initdb", "-D", data, "-U", OWNER, "-E", "UTF8",
                         "--locale=C.UTF-8", "--auth=scram-sha-256", "--data-checksums",
                         f"--pwfile={handed}")
        handed.unlink()
        if done.returncode != 0:
            raise Failure(f"initdb failed: {done.stderr.strip()}")
        with open(data / "postgresql.conf", "a", encoding="utf-8") as conf:
            conf.write("include = 'consentmq.conf'\n")
        (self.dir / "pg.ready").touch()

    def _choose_port(self, wanted):
        try:
            port = wanted or self.port()
        except (FileNotFoundError, ValueError):
            port = free_port()
        if wanted and port_taken(port):
            raise Failure(f"Port {port}, asked for by LOCAL_PG_PORT, is taken by "
                          "another program; name a free one.")
        port = wanted or port_again(port)
        (self.dir / "pg.port").write_text(f"{port}\n")

    def _write_settings(self, shared_buffers):
        socket = str(self.home)
        if len(socket) > 90:  # the kernel allows 107 with the file's name
            socket = ""
        (self.home / "data" / "consentmq.conf").write_text(SETTINGS.format(
            port=self.port(), socket=socket, shared_buffers=shared_buffers))
        (self.home / "data" / "consentmq.conf").chmod(0o644)

    def ready(self):
        return subprocess.run(
            [self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port())],
            check=False).returncode == 0

    def _drop_stale_lock(self):
        """Where nobody reaps orphans (a container without an init), a killed postmaster
        stays a zombie, and its successor would take it for alive."""
        lock = self.home / "data" / "postmaster.pid"
        try:
            if start_time(int(lock.read_text().split()[0])) is None:
                lock.unlink()
        except (FileNotFoundError, ValueError, IndexError):
            pass

    def start(self, port=None, shared_buffers="512MB"):
        """Starts the server, and waits until it answers. Harmless when it runs."""
        if self.daemon.pid() and self.ready():
            return
        self._settle()
        self._create()
        # After a kill the old backends hold the shared memory for a moment more.
        for _ in range(20):
            if not self.daemon.pid():
                self._choose_port(port)
                self._write_settings(shared_buffers)
                self._drop_stale_lock()
                self.daemon.start([self.bin / "postgres", "-D", self.home / "data"],
                                  user=self.user, cwd="/",
                                  env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
            wait_until(lambda: self.daemon.gone() or self.ready(), 120)
            if self.daemon.pid() and self.ready():
                return
            if not re.search("still in use|lock file", self.daemon.last_words()):
                break
            time.sleep(0.25)
        raise Failure(f"PostgreSQL does not start; {self.daemon.log_file} ends with:\n"
                      f"{self.daemon.last_words()}")

    # --- three ways to end ----------------------------------------------------------------
    def stop(self):
        """Everybody out, checkpoint, end."""
        self.daemon.stop(signal.SIGINT, 60)

    def crash(self):
        """Immediate: no checkpoint, recovery at the next start."""
        self.daemon.stop(signal.SIGQUIT, 10)

    def kill(self):
        """The postmaster dies by SIGKILL."""
        self.daemon.kill()

    def destroy(self):
        """Ends it and removes its data."""
        self.crash()
        shutil.rmtree(self.home, ignore_errors=True)
        if self.link.is_symlink():
            self.link.unlink()
        for name in ("pg.ready", "pg.port", "pg.password"):
            (self.dir / name).unlink(missing_ok=True)

    # --- SQL, for whoever has no driver ---------------------------------------------------
    def psql(self, sql, database=OWNER):
        env = dict(os.environ, PGPASSWORD=self.password())
        done = subprocess.run(
            [self.bin / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
             "-h", "127.0.0.1", "-p", str(self.port()), "-U", OWNER, "-d", database,
             "-c", sql], env=env, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"psql: {done.stderr.strip()}")
        return done.stdout.strip()

    def database(self, name, fresh=False):
        """Makes the database unless it is there; fresh: an empty one in any case."""
        if fresh:
            self.psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', "postgres")
        if not self.psql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'", "postgres"):
            self.psql(f'CREATE DATABASE "{name}"', "postgres")
        return self.url(name)
