"""More alerts, each by its fault: what is away, and what people, recipients and senders do. The
real metrics are read twice during a fault; what grew between goes on growing, by promtool."""
import pytest

from asking import Lookup
from feeding import optout
from hands import wait_until
from line import Line
from proc import free_port
from receiver import Receiver
from test_acknowledgements import Recipient
from test_alerts import firing, look, promtool
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
        self.calm = self.twice(self.beat)

    def beat(self):
        """In calm there is a heartbeat between two looks."""
        def beats():
            return self.stack.metrics("publish")["consent_publish_heartbeats_total"]
        n = beats()
        wait_until(lambda: beats() > n, what="a heartbeat")

    def twice(self, doing=lambda: None):
        """{series: (value, what it grows by in a minute)}"""
        before = look(self.stack, PROGRAMS)
        doing()
        after = look(self.stack, PROGRAMS)
        return {name: (value, TIMES * (value - before.get(name, 0))
                       if name.split("{")[0].endswith(GROWS) else 0)
                for name, value in after.items()}

    def expect(self, *names, doing=lambda: None):
        """In calm none fires; an hour into this, these and no other."""
        fault, lines = self.twice(doing), []
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
        more = {"postfix": {"socket": f"127.0.0.1:{free_port()}"}, "publish": {"heartbeat_s": 1},
                "webhook": {**QUICK, "give_up_s": 1}}
        hooks(partner=(partner, {"source": "acme-hosting"}))
        for name in PROGRAMS:
            stack.start(name, database_url=url, **more.get(name, {}))
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
