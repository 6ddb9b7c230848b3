"""The twelve example events through the whole pipeline, with their own dates: what must become
of each stands in schemas/examples/expected.tsv."""
import json
from datetime import datetime

import pytest
from confluent_kafka.admin import ConfigResource

from hands import ROOT, wait_until

EXAMPLES = ROOT / "schemas" / "examples" / "events.jsonl"
ANA, JOSE, DOE = "ana.silva@example.com", "josé.müller@bücher.example", "j.doe@corp.example"
HELENE, CHILD = "hélène@ssl247.example", "luna2012@school.example"
PROMO = "marketing.promotional"


def milliseconds(text):
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


@pytest.fixture
def story(stack):
    """The stack after the twelve events, each known at its `recordedtime`."""
    events = [json.loads(line) for line in EXAMPLES.read_text().splitlines()]
    feeds = {event["source"].rsplit(":", 1)[1] for event in events}
    if stack.broker.kind != "embedded":  # whose time stamps are the producer's anyway
        for feed in feeds:
            setting = ConfigResource("topic", f"feed.{feed}",
                                     {"message.timestamp.type": "CreateTime"})
            for done in stack.admin.alter_configs([setting]).values():
                done.result(60)
    for name in ("ingest", "publish", "keeper"):
        stack.start(name)
    for event in sorted(events, key=lambda e: e["recordedtime"]):
        feed = event["source"].rsplit(":", 1)[1]
        there = stack.produce(f"feed.{feed}", event,
                              timestamp_ms=milliseconds(event["recordedtime"]))
        wait_until(lambda place=(f"feed.{feed}", *there): stack.sql(
            "SELECT 1 FROM ingest_position WHERE (topic, partition) = (%s, %s)"
            " AND next_offset > %s", *place), what=event["id"])
    wait_until(lambda: stack.value("SELECT NOT EXISTS (SELECT FROM cascade)"
                                   " AND NOT EXISTS (SELECT FROM dirty)"), what="the lists")
    return stack


def decide(stack, at, who, purpose=PROMO, channel="email", controller="sectigo-limited"):
    what = "--email" if "@" in who else "--phone"
    answer = stack.ctl_json("decide", what, who, "--controller", controller, "--purpose",
                            purpose, "--channel", channel, "--at", at, "--known", at)
    return answer["verdict"], answer["reason"], set(answer["obligations"])


def row(stack, event_id):
    return stack.sql("SELECT w.name, l.reason, l.flags & 1, l.raw IS NULL FROM ledger l "
                     "JOIN word w ON w.kind = 'outcome' AND w.number = l.outcome "
                     "WHERE l.event_id = %s AND l.variant = 0", event_id)


def test_what_becomes_of_the_twelve(story):
    deny = [
        # at and known, who, purpose, channel, reason
        ("2026-03-02T10:20:00Z", ANA, PROMO, "email", "NOT_GIVEN NO_GRANT"),             # 1
        ("2026-03-05T08:00:00Z", "+49301234567", PROMO, "phone",
         "CHANNEL_NOT_IN_STATEMENT"),                                                    # 2
        ("2026-03-07T00:00:00Z", DOE, PROMO, "email", "NO_WARRANTY"),                    # 3
        ("2026-04-11T00:00:00Z", ANA, PROMO, "email",
         "DIRECT_OPTOUT_BEATS_THIRD_PARTY"),                                             # 4
        ("2026-04-02T00:00:00Z", ANA, PROMO, "email", "OPTOUT"),                         # 5
        ("2026-04-02T00:00:00Z", ANA, "communication.events", "email", "OPTOUT"),        # 5
        ("2026-04-21T00:00:00Z", ANA, PROMO, "email",
         "DIRECT_OPTOUT_BEATS_THIRD_PARTY"),                                             # 6
        ("2026-04-03T00:00:00Z", CHILD, PROMO, "email", "UNDER_16"),                     # 7
        ("2026-04-03T00:00:00Z", CHILD, "billing", "email", "UNDER_16"),                 # 7
        ("2026-04-22T00:00:00Z", "future@example.net", PROMO, "email", "NO_GRANT"),      # 8
        ("2026-04-23T00:00:00Z", HELENE, PROMO, "email", "OBJECTION"),                   # 9
        ("2026-04-23T00:00:00Z", "+33612345678", PROMO, "sms", "OBJECTION"),             # 9
        ("2026-04-23T00:00:00Z", HELENE, "data.sale", "email", "SALE_OPTED_OUT"),        # 9
        ("2026-04-26T00:00:00Z", JOSE, PROMO, "email", "WITHDRAWN"),                     # 10
        ("2026-05-03T00:00:00Z", "admin@xn--80ak6aa92e.example", PROMO, "email",
         "PURPOSE_INCOMPATIBLE_WITH_SOURCE"),                                            # 12
    ]
    for at, who, purpose, channel, reasons in deny:
        verdict, reason, _ = decide(story, at, who, purpose, channel)
        assert verdict == "DENY" and reason in reasons.split(), (at, who, reason)
    assert decide(story, "2026-04-23T00:00:00Z", HELENE, controller="ssl247-sas")[:2] == (
        "DENY", "OBJECTION")

    assert decide(story, "2026-03-02T10:21:07Z", ANA)[:2] == ("PERMIT", "CONSENT")       # 1
    verdict, _, obligations = decide(story, "2026-03-05T08:00:00Z", JOSE)                # 2
    assert verdict == "PERMIT" and obligations >= {"ART14_NOTICE", "ART21_4_STATEMENT"}
    assert decide(story, "2026-04-02T00:00:00Z", ANA, "billing")[0] == "PERMIT"          # 5

    assert row(story, "LP-77-1")[0][0] == row(story, "LP-91-14")[0][0] == "accepted"     # 3, 4
    assert row(story, "WH-3-204")[0][2] == 1, "late"                                     # 6
    assert row(story, "HC-5521") == [("refused", "UNDER_16", 0, True)]                   # 7
    assert story.value("SELECT count(*) FROM delete_task WHERE reason = 'UNDER_16'") == 1
    assert row(story, "AH-2026-001002") == []                                            # 8
    assert sorted(r for r, in story.sql("SELECT reason FROM quarantine")) == [
        "FUTURE_DATED", "ID_REUSE"]                                                      # 10
    assert story.value("SELECT count(*) FROM ledger WHERE event_id = 'AH-2026-000917'") == 2
    assert story.sql("SELECT breach_from = '2025-06-01Z' FROM agreement_fact "
                     "WHERE agreement = 'AGR-2025-0042'") == [(True,)]                   # 11


def test_the_list_after_the_twelve(story):
    table = story.read_table("suppression.promotional-email")
    assert {e["reason"] for e in table.values() if e["status"] == "suppressed"} >= {
        "WITHDRAWN", "OBJECTION", "NO_WARRANTY", "UNDER_16",
        "PURPOSE_INCOMPATIBLE_WITH_SOURCE"}
    assert json.loads(story.ctl("rebuild", "--json"))["differences"] == []
