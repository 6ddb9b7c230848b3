"""The restore drill: a base backup and archived WAL by pgBackRest, and a restore to a moment of
yesterday while sources send and programs work."""
import datetime
import json
import shutil
import subprocess

import proc

SHARED = "128MB"
SITE = "urn:consent:src:direct:sectigo.com"
OFFICE = "urn:consent:src:dpo:privacy-mailbox"
CONFIG = """\
[global]
repo1-path={home}/repo
repo1-retention-full=2
log-path={home}/log
log-level-console=warn
lock-path={home}/lock
spool-path={home}/spool
start-fast=y
compress-type=lz4

[consent]
pg1-path={data}
pg1-port={port}
pg1-socket-path={socket}
pg1-user=consent
"""


class Backups:
    """pgBackRest on a cluster of ours, with a repository beside its data."""

    def __init__(self, cluster):
        if not shutil.which("pgbackrest"):
            raise proc.Unavailable("pgbackrest is not installed: deploy/deps drill")
        self.cluster = cluster
        self.home = cluster.home.parent / f"{cluster.home.name}-backups"
        shutil.rmtree(self.home, ignore_errors=True)
        cluster._own(self.home)
        cluster._own(self.home / "log")
        if cluster.user:  # a restore gives every file to whom it belonged
            shutil.chown(cluster.home / "data" / "consentmq.conf", cluster.user, cluster.user)
        self.conf = self.home / "pgbackrest.conf"
        self.conf.write_text(CONFIG.format(home=self.home, data=cluster.home / "data",
                                           port=cluster.port(), socket=cluster.home))
        self.conf.chmod(0o644)
        with open(cluster.home / "data" / "pg_hba.conf", encoding="utf-8") as file:
            rules = file.read()
        if "# backups" not in rules:  # the server's user, over its own socket alone
            (cluster.home / "data" / "pg_hba.conf").write_text(
                "local all consent trust # backups\n" + rules)
        cluster.psql("ALTER SYSTEM SET archive_mode = on", "postgres")
        cluster.psql("ALTER SYSTEM SET archive_command = "
                     f"'pgbackrest --config={self.conf} --stanza=consent archive-push %p'",
                     "postgres")
        cluster.stop()
        cluster.start(shared_buffers=SHARED)
        self.run("stanza-create")
        self.run("check")

    def run(self, *argv):
        done = self.cluster._run("pgbackrest", f"--config={self.conf}", "--stanza=consent",
                                 *argv)
        if done.returncode != 0:
            raise proc.Failure(f"pgbackrest {argv[0]}: {(done.stdout + done.stderr).strip()}")

    def archived(self):
        """What was committed until now is in the repository, also when the machine is gone."""
        name = self.cluster.psql("SELECT pg_walfile_name(pg_switch_wal())", "postgres")
        if not proc.wait_until(lambda: self.cluster.psql(
                "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver",
                "postgres") >= name, 60):
            raise proc.Failure("write-ahead log does not reach the repository")

    def restore(self, moment):
        """The server is gone at once, and comes back as it was then."""
        self.cluster.crash()
        self.run("restore", "--delta", "--type=time", f"--target={moment}",
                 "--target-action=promote")
        self.cluster.start(shared_buffers=SHARED)
        if not proc.wait_until(lambda: self.cluster.psql(
                "SELECT pg_is_in_recovery()", "postgres") == "f", 60):
            raise proc.Failure("the restored server does not leave recovery")

    def close(self):
        self.cluster.start(shared_buffers=SHARED)  # it may be down, after a restore that failed
        self.cluster.psql("ALTER SYSTEM RESET archive_mode", "postgres")
        self.cluster.psql("ALTER SYSTEM RESET archive_command", "postgres")
        self.cluster.stop()
        self.cluster.start(shared_buffers=SHARED)
        shutil.rmtree(self.home, ignore_errors=True)


def logical(world):
    """A dump, laid into a database beside it, has the same of everything."""
    stack, cluster, beside = world.stack, world.cluster, "consent_beside"
    path = world.dir / "logical"
    subprocess.run([cluster.bin / "pg_dump", "-Fc", "-f", path, cluster.url(stack.database)],
                   check=True)
    cluster.database(beside, fresh=True)
    subprocess.run([cluster.bin / "pg_restore", "--exit-on-error", "-d", cluster.url(beside),
                    path], check=True)
    for table in ("ledger", "fact", "contact", "list_entry", "event_salt", "register_entry"):
        count = f"SELECT count(*) FROM {table}"
        if cluster.psql(count, beside) != cluster.psql(count, stack.database):
            raise proc.Failure(f"the dump lost something of {table}")
    cluster.psql(f'DROP DATABASE "{beside}"', "postgres")


class Forgotten:
    """Somebody who consents before the backup, and is erased after the moment that the database
    is restored to."""
    WHO = "forgotten@drill.example"

    def __init__(self, world):
        self.world, self.stack = world, world.stack
        self.send("sectigo.com", SITE, "drill-consent", "consent.granted.v1", {
            "controllers": ["sectigo-limited"],
            "scope": [{"purpose": "marketing.promotional", "channels": ["email"]}],
            "basis": {"art6": "a", "type": "expressed"},
            "consent": {"method": "newsletter_form", "statement": "Send me offers"},
            "provenance": {"source_type": "direct", "collection_point": "newsletter"}})

    def send(self, feed, source, name, kind, data):
        at = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.stack.produce(f"feed.{feed}", {
            "specversion": "1.0", "id": name, "source": source, "type": kind, "time": at,
            "data": {"contact": {"email": self.WHO, "country": "GB"}, **data}})
        self.world.until(lambda: self.stack.value(
            "SELECT count(*) FROM ledger WHERE event_id = %s", name) == 1, name)

    def readable(self):
        return self.stack.value(
            "SELECT count(*) FROM ledger JOIN event_salt USING (ledger_id) JOIN fact"
            " USING (ledger_id) JOIN contact USING (contact) WHERE salt IS NOT NULL"
            " AND wrapped_key IS NOT NULL AND event_id = 'drill-consent'") > 0

    def erase(self):
        self.send("privacy-mailbox", OFFICE, "drill-request", "rights.requested.v1", {
            "controllers": ["*"], "rights": {"request_id": "DRILL-1", "kinds": ["erase"]}})
        self.stack.ctl("rights", "complete", "DRILL-1")
        self.world.until(lambda: not self.readable(), "the erasure")
        self.world.until(lambda: self.stack.value(
            "SELECT count(*) FROM erasure WHERE certificate IS NOT NULL") > 0, "the certificate")
        self.world.until(lambda: any(json.loads(m.value()).get("certificate")
                                     for m in self.stack.read("consent.erasures", seconds=60)),
                         "the journal of erasures")

    def back(self):
        if not self.readable():
            raise proc.Failure("the restored database is not from before the erasure")

    def gone_again(self):
        if self.readable():
            raise proc.Failure("a restore has brought back who was erased")
        if self.stack.value("SELECT count(*) FROM erasure x WHERE NOT EXISTS (SELECT FROM"
                            " list_entry e WHERE e.contact = x.contact AND e.status = 1)") > 0:
            raise proc.Failure("who was erased is on no list any more")


def drill(world, until_quiet):
    """until_quiet(world): consentctl restored, and what follows it."""
    stack = world.stack
    backups = Backups(world.cluster)
    try:
        stack.forget_database()
        # certificates open a connection to Kafka of their own: that is no leak
        world.daemon("publish").stop()
        world.start("publish")
        world.burst(150)
        forgotten = Forgotten(world)
        world.settle()
        backups.run("--type=full", "backup")
        world.burst(100)
        world.settle()
        stack.sql("SELECT pg_sleep(1.1)")  # pgBackRest knows a backup's end by the second
        moment = stack.value("SELECT now()::text")
        ledger = stack.value("SELECT count(*) FROM ledger")
        world.burst(150)
        forgotten.erase()
        world.settle()
        backups.archived()
        world.burst(50)  # under way while the server goes
        stack.forget_database()
        backups.restore(moment)
        if stack.value("SELECT count(*) FROM ledger") < ledger:
            raise proc.Failure("what was committed before the moment is not there again")
        forgotten.back()
        world.burst(50)
        until_quiet(world)
        world.settle()
        forgotten.gone_again()
        logical(world)
    finally:
        stack.forget_database()
        backups.close()
