"""A second PostgreSQL that follows the first one, asynchronously, until it is promoted."""
import shutil

import postgres
import proc
from line import Line


class Standby:
    """with Standby(primary, directory) as standby:
        standby.follow()   # it has everything up to now
        standby.cut()      # and nothing of what comes
        standby.promote()  # the primary is dead, and this is it
        standby.keep()     # beyond the with
    """

    def __init__(self, primary, directory):
        self.primary = primary
        self.line = Line(primary.port())
        self.cluster = postgres.Postgres(directory / "standby")
        self.kept = False

    def __enter__(self):
        self.line.__enter__()
        made = self.cluster
        made._settle()
        source = f"host=127.0.0.1 port={self.primary.port()} user={postgres.OWNER}" \
            f" password={self.primary.password()}"
        done = made._run(made.bin / "pg_basebackup", "-D", made.home / "data", "-R", "-X",
                         "stream", "-c", "fast", "-d", source)
        if done.returncode != 0:
            raise proc.Failure(f"pg_basebackup: {done.stderr.strip()}")
        auto = made.home / "data" / "postgresql.auto.conf"  # where -R wrote the way
        auto.write_text(auto.read_text().replace(f"port={self.primary.port()} ",
                                                 f"port={self.line.port} "))
        shutil.copy(self.primary.dir / "pg.password", made.dir / "pg.password")
        (made.dir / "pg.ready").touch()
        made.start(shared_buffers="128MB")
        return self

    def __exit__(self, *_):
        self.line.__exit__()
        if not self.kept:
            self.cluster.destroy()

    def follow(self):
        at = self.primary.psql("SELECT pg_current_wal_lsn()", "postgres")
        if not proc.wait_until(lambda: self.cluster.psql(
                f"SELECT pg_last_wal_replay_lsn() >= '{at}'", "postgres") == "t", 60):
            raise proc.Failure("the standby does not follow")

    def cut(self):
        self.line.cut()

    def promote(self):
        self.primary.crash()
        self.cluster.psql("SELECT pg_promote()", "postgres")

    def keep(self):
        self.kept = True
