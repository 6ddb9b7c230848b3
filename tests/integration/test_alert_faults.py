"""More alerts, each by its fault: what is away, and what people, recipients and senders do. The
real metrics are read twice during a fault; what grew between goes on growing, by promtool."""
import contextlib
import json
import shutil

import psycopg2
import pytest
from confluent_kafka import Producer

from asking import Lookup
from feeding import DIRECT, grant, optout
from hands import wait_until
from line import Line
from proc import free_port
from receiver import Receiver
from test_acknowledgements import Recipient
from test_alerts import at_work, firing, look, promtool
from test_budget import bounded
from test_postfix import Socket
from test_rights import ask, day
from test_webhook import QUICK, hooks  # noqa: F401 - a fixture
from unsubscribe import Gateway

PROGRAMS = ("ingest", "publish", "keeper", "lookup", "gateway", "postfix", "webhook")
GROWS = ("_total", "_count", "_sum", "_bucket")
TIMES = 60  # what is done once between two looks is done so often in a minute


class Watch:
    """Looks at what the programs say, in calm and under faults."""

    def __init__(self, stack, tmp_path):
        self.stack, self.path, self.groups = stack, tmp_path, []
        at_work(stack, PROGRAMS)
        self.calm = self.twice(self.beat)

    def beat(self):
        """In calm there is a heartbeat between two looks."""
        def beats():
            return self.stack.metrics("publish")["consent_publish_heartbeats_total"]
        n = beats()
        wait_until(lambda: beats() > n, what="a heartbeat")

    def look(self):
        """The embedded broker's topics have their producers' times: a fault of its own."""
        return {name: value for name, value in look(self.stack, PROGRAMS).items()
                if self.stack.broker.kind != "embedded" or "create_time_total" not in name}

    def twice(self, doing=lambda: None, before=None):
        """{series: (value, what it grows by in a minute)}"""
        before = before or self.look()
        doing()
        after = self.look()
        return {name: (value, TIMES * (value - before.get(name, 0))
                       if name.split("{")[0].endswith(GROWS) else 0)
                for name, value in after.items()}

    def expect(self, *names, doing=lambda: None, before=None):
        """In calm none fires; an hour into this, these and no other. before: the first look,
        where it lies behind us."""
        fault, lines = self.twice(doing, before), []
        for name in sorted({*self.calm, *fault}):
            start, pace = self.calm.get(name, (None, 0))
            before = f"{start}+{pace}x30" if start is not None else "_x31"
            now, growth = fault.get(name, (None, 0))
            after = f"{now + 31 * pace}+{growth}x120" if now is not None else "_x121"
            lines.append({"series": name, "values": f"{before} {after}"})
        self.groups.append({"interval": "1m", "input_series": lines, "promql_expr_test": [
            firing("", at="30m"), firing("", *names, at="95m")]})

    def judge(self):
        said = promtool(self.path, self.groups)
        assert not said, said[-4000:]


@pytest.fixture
def world(stack, cluster, hooks, tmp_path):  # noqa: F811
    """Everything at work, with a line to PostgreSQL that can be cut."""
    stack.ctl("list", "create", "--all")
    with Line(cluster.port()) as database, Receiver() as partner:
        stack.database_line, stack.partner = database, partner
        url = cluster.url(stack.database).replace(f":{cluster.port()}/", f":{database.port}/")
        more = {"postfix": {"socket": f"127.0.0.1:{free_port()}"},
                "publish": {"heartbeat_s": 1, "kafka.message.max.bytes": 2000},
                "webhook": {**QUICK, "give_up_s": 1}}
        stack.topic("feed.stranger", **{"message.timestamp.type": "LogAppendTime"})
        hooks(partner=(partner, {"source": "acme-hosting"}))
        stack.more = {name: {"database_url": url, **more.get(name, {})} for name in PROGRAMS}
        for name in PROGRAMS:
            stack.start(name, **stack.more[name])
        stack.socket = more["postfix"]["socket"]
        stack.produce("feed.mta-eu1", optout("a@example.com"))
        wait_until(lambda: stack.value("SELECT count(*) FROM list_entry") > 0, what="an entry")
        yield stack


def is_up(stack, program, what, value):
    found = stack.metrics(program)
    return found.get(f'consent_{program}_up{{what="{what}"}}', found.get(f"consent_{program}_up")) \
        == value


def test_what_is_away(world, tmp_path):
    stack, gateway = world, Gateway(world)
    token = gateway.token("b@example.com")

    watch = Watch(stack, tmp_path)
    stack.database_line.cut()
    for program in ("ingest", "publish", "lookup", "keeper"):
        wait_until(lambda p=program: is_up(stack, p, "postgresql", 0), 60, f"{program} to notice")
    watch.expect("ConsentIngestCutOff", "ConsentPublishCannot", "ConsentCutOff",
                 "ConsentHeartbeatsMissing", "ConsentPostfixDefers",
                 doing=lambda: Socket(stack.socket).ask("a@example.com"))
    stack.database_line.restore()
    for program in ("ingest", "publish", "lookup", "keeper"):
        wait_until(lambda p=program: is_up(stack, p, "postgresql", 1), 60, f"{program} to be back")
    at_work(stack, PROGRAMS)
    stack.broker.kill()
    for program in ("ingest", "publish", "gateway", "lookup"):
        wait_until(lambda p=program: is_up(stack, p, "kafka", 0), 60, f"{program} to notice")
    watch.expect("ConsentIngestCutOff", "ConsentPublishCannot", "ConsentCutOff",
                 "ConsentHeartbeatsMissing", "ConsentOptOutsTurnedAway",
                 doing=lambda: gateway.post(token))
    watch.judge()


def test_what_people_and_partners_do(world, tmp_path):
    stack, gateway, lookup = world, Gateway(world), Lookup(world)
    watch = Watch(stack, tmp_path)
    # links of a key that nobody has, and confirmations that nobody may give
    watch.expect("ConsentLinksRefused", doing=lambda: (
        watch.beat(), [gateway.post("A" * 80) for _ in range(3)]))
    watch.expect("ConsentConfirmationsRefused", doing=lambda: (watch.beat(), [
        gateway.post(gateway.confirmation(f"{n}@example.com", number=1, file="1-mta-eu1"),
                     b"do=confirm") for n in range(3)]))
    # requests: one late, one that soon will be; a child's data nobody deleted
    ask(stack, "RR-LATE", ["access"], at=day(-60))
    ask(stack, "RR-SOON", ["access"], at=day(-27))
    stack.sql("INSERT INTO delete_task VALUES (gen_random_uuid(), 1, 'UNDER_16',"
              " now() - interval '40 days', NULL)")
    stack.start("keeper")  # it counts when it starts, and then now and then
    for name in ("rights_overdue", "rights_due_in_7_days", "deletes_overdue"):
        wait_until(lambda n=name: stack.metrics("keeper")[f"consent_keeper_{n}"] > 0, 60, name)
    watch.expect("ConsentRightsOverdue", "ConsentRightsDueSoon", "ConsentDeletesOverdue",
                 doing=watch.beat)
    # a partner's server that wants no more, a recipient with another list, and a feed of nobody
    stack.partner.answer = lambda handler, body: 410
    stack.produce("feed.acme-hosting", optout("c@example.com",
                                              source="urn:consent:src:reseller:acme-hosting"))
    recipient = Recipient(lookup)
    recipient.read()
    assert recipient.say(digest="0" * 64)[1]["matches"] is False
    wait_until(lambda: stack.metrics("webhook")["consent_webhook_parked"] > 0, 60, "the webhook")
    wait_until(lambda: any("list_drifted" in name and n > 0 for name, n in
                           stack.metrics("lookup").items()), 60, "the list")
    watch.expect("ConsentWebhookParked", "ConsentListDrifted", "ConsentRightsOverdue",
                 "ConsentRightsDueSoon", "ConsentDeletesOverdue", doing=watch.beat)
    watch.judge()


def shown(stack, program, metric, test):
    """Waits until a series of the metric has a value that passes."""
    wait_until(lambda: any(name.startswith(metric) and test(n)
                           for name, n in stack.metrics(program).items()), 90, metric)


def many(stack, n):
    """So many records that are no events, as quickly as may be."""
    producer = Producer({"bootstrap.servers": stack.broker.address, "log_level": 2,
                         "queue.buffering.max.messages": n})
    for _ in range(n):
        producer.produce("feed.mta-eu1", b"-")
    assert producer.flush(60) == 0


@contextlib.contextmanager
def locked(stack, tables):
    """Somebody makes an index in a transaction and leaves it open."""
    with psycopg2.connect(stack.cluster.url(stack.database)) as person, \
            person.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {tables} IN SHARE MODE")
        yield


def listed(stack):
    """How many people are on a list."""
    return stack.value("SELECT count(DISTINCT contact) FROM list_entry")


def receipt(stack):
    """One that is too large for its topic."""
    stack.sql("INSERT INTO receipt_queue (source, event_id, outcome, reason, pointer, ledger_id,"
              " known) SELECT number, ARRAY[repeat('x', 4000)], '{1}', '{\"\"}', '{\"\"}',"
              " '{1}', ARRAY[now()] FROM register_number WHERE kind = 'source'"
              " AND id LIKE '%acme-hosting'")


def came(stack, events, feed="feed.sectigo.com"):
    """Sends them, and waits until all are in, or in quarantine."""
    count = "SELECT (SELECT count(*) FROM ledger) + (SELECT count(*) FROM quarantine)"
    there = stack.value(count)
    for event in events:
        stack.produce(feed, event)
    wait_until(lambda: stack.value(count) == there + len(events), 60, "what was sent")


def consents(n, name):
    return [grant(f"{name}{i}@example.com") for i in range(n)]


def test_what_sources_send(world, tmp_path):
    """What one look counts stands for sixty in a minute: two consents are 7,200 in an hour."""
    stack = world
    watch = Watch(stack, tmp_path)

    def counted(metric, n):
        shown(stack, "ingest", metric, lambda seen: seen >= n)

    grants = 'consent_ingest_grants_total{source="sectigo.com"}'
    unusable = 'consent_ingest_events_total{source="mta-eu1",outcome="quarantined"}'
    over = 'consent_ingest_faults_total{reason="OVER_BUDGET"}'
    before = stack.metrics("ingest")  # a first thousand at once is an increase, too
    assert [before[name] for name in (grants, unusable, over)] == [0, 0, 0]
    watch.expect("ConsentGrantsSurge", doing=lambda: (
        watch.beat(), came(stack, consents(2, "surge")), counted(grants, 2)))
    # more than was agreed; of the next day one fits, should it begin meanwhile
    bounded(stack, tmp_path, 1)
    version = stack.value("SELECT max(version) FROM register_version")
    wait_until(lambda: f"register_loaded version={version} "
               in stack.daemon("ingest").log_file.read_text(), what="the register")
    denials = [optout(f"held{i}@example.com", source=DIRECT) for i in range(4)]
    watch.expect("ConsentGrantsHeld", doing=lambda: (
        watch.beat(), came(stack, consents(3, "held") + denials),
        counted(over, 2),
        counted('consent_ingest_events_total{source="sectigo.com",outcome="accepted"}', 6)))
    watch.expect("ConsentSourceUnusable", doing=lambda: (
        watch.beat(), came(stack, [b"-"], "feed.mta-eu1"),
        counted(unusable, 1)))
    watch.judge()


def test_what_is_left_undone(world, tmp_path):
    stack, lookup = world, Lookup(world)
    recipient = Recipient(lookup)
    recipient.read()
    recipient.agree()
    watch = Watch(stack, tmp_path)
    # a recipient stopped reading, and nobody makes snapshots: their directory is gone
    stack.produce("feed.mta-eu1", optout("b@example.com"))
    wait_until(lambda: listed(stack) == 2, what="the second")
    stack.sql("SET session_replication_role = replica;"  # nothing else may change a word
              "UPDATE list_change SET at = at - interval '13 hours';"
              "RESET session_replication_role")
    stack.ctl("list", "snapshot", "--all")
    for path in stack.snapshots.glob("*.json"):
        made = json.loads(path.read_text())
        path.write_text(json.dumps(made | {"made_at": "2026-01-01T00:00:00Z"}))
    shown(stack, "lookup", "consent_lookup_list_snapshot_age", lambda n: n > 7200)
    shutil.rmtree(stack.snapshots)
    age = 'consent_lookup_list_snapshot_age_seconds{list="promotional-email"}'
    before = stack.metrics("lookup")[age]
    shown(stack, "lookup", age, lambda n: n > before)  # it goes on growing
    shown(stack, "lookup", "consent_lookup_list_behind_seconds", lambda n: n > 12 * 3600)
    # a receipt that its topic does not take, and a feed of nobody
    failures = "consent_publish_receipt_failures_total"
    unknown = "consent_ingest_unknown_source_total"
    lasts = ("ConsentListBehind", "ConsentSnapshotsOld")
    watch.expect("ConsentReceiptsFail", "ConsentSnapshotFailures", "ConsentUnknownSource", *lasts,
                 doing=lambda: (watch.beat(), receipt(stack),
                                stack.produce("feed.stranger", b"{}"),
                                shown(stack, "ingest", unknown, bool),
                                shown(stack, "publish", failures, bool),
                                lookup.ask("GET", "/v1/lists/promotional-email/snapshot",
                                           token="mailing")))
    watch.judge()


def test_what_stands_still(world, tmp_path):
    stack = world
    watch = Watch(stack, tmp_path)

    def published(people):
        wait_until(lambda: listed(stack) == people, 60, f"{people} people")
        shown(stack, "publish", "consent_publish_dirty_age_seconds", lambda n: n == 0)
        at_work(stack, PROGRAMS)

    # a publisher that may not write, and what it writes when it may
    with locked(stack, "list_entry"):
        stack.produce("feed.mta-eu1", optout("late@example.com"))
        wait_until(lambda: stack.value("SELECT count(*) FROM dirty") > 0, what="a mark")
        stack.sql("UPDATE dirty SET known = known - interval '2 minutes'")
        shown(stack, "publish", "consent_publish_dirty_age_seconds", lambda n: n > 60)
        wait_until(lambda: is_up(stack, "publish", "postgresql", 0), 60, "the trouble")
        watch.expect("ConsentPublishStuck", "ConsentPublishCannot", doing=watch.beat)
        slow = watch.look()
    wait_until(lambda: is_up(stack, "publish", "postgresql", 1), 60, "its end")
    published(2)
    watch.expect("ConsentOptOutsSlow", before=slow, doing=watch.beat)
    # a sealing key that opens nothing
    stack.start("publish", seal_secret_file=stack.secrets / "contact", **stack.more["publish"])
    at_work(stack, PROGRAMS)
    watch.expect("ConsentUntokened", doing=lambda: (
        watch.beat(), stack.produce("feed.mta-eu1", optout("unread@example.com")),
        shown(stack, "publish", "consent_publish_untokened_total", bool)))
    assert listed(stack) == 2
    stack.start("publish", **stack.more["publish"])
    stack.ctl("rebuild", "--repair", check=False)
    published(3)
    # an ingest that may not write, and more and more to write
    with locked(stack, "ledger, quarantine"):
        many(stack, 100_001)
        shown(stack, "ingest", 'consent_ingest_lag_records{topic="feed.mta-eu1"}',
              lambda n: n > 100_000)
        watch.expect("ConsentIngestLags", "ConsentIngestCutOff", doing=watch.beat)
    watch.judge()
