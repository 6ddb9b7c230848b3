"""consent-ingest against a real PostgreSQL and a real broker: every record once, whatever
is sent. What happens when something breaks: test_ingest_faults.py."""
import json
import subprocess
import uuid

import pytest

from feeding import DIRECT, MAILING, RESELLER, grant, optout, settled
from hands import PROGRAMS, wait_until
from sealed import opened


def test_an_organisation_gives_names_and_an_address_and_no_more(stack, tmp_path):
    """What else it sends of its people is dropped and counted; its denials lose nothing."""
    urn = "urn:consent:src:org:big-corp"
    path = tmp_path / "more.json"
    path.write_text(json.dumps({"register": "more", "sources": [
        {"id": "big-corp", "type": "organisation", "urn": urn}]}))
    stack.ctl("register", "apply", path)
    stack.ctl("feed", "create", "big-corp")
    stack.start("ingest")
    lead = grant("a@example.com", "1", urn)
    lead["data"]["contact"] |= {"first_name": "Ada", "last_name": "L"}
    more = grant("b@example.com", "2", urn)
    more["data"]["contact"] |= {"phone": "+442071234567", "postal": "1 High Street, Leeds",
                                "desk": "4.17"}
    no = optout("c@example.com", "3", urn)
    no["data"]["contact"]["phone"] = "+442071234568"
    for event in (lead, more, no):
        stack.produce("feed.big-corp", event)
    settled(stack, 3)
    assert dict(stack.sql("SELECT event_id, raw IS NULL FROM ledger")) \
        == {"1": False, "2": True, "3": False}
    assert stack.value("SELECT redacted FROM v_ledger WHERE event_id = '2'")
    assert stack.value("SELECT count(*) FROM contact") == 4  # a, b, c and c's telephone
    wait_until(lambda: stack.metrics("ingest").get(
        'consent_ingest_dropped_fields_total{source="big-corp"}') == 3, what="the metric")


def facts(stack):
    """What is asserted, by contact; without ids and times of arrival."""
    return sorted(stack.sql("SELECT contact::text, kind, controller, purpose, channels, flags"
                            " FROM fact"))


def quarantine(stack):
    """{(topic, partition, offset): reason}"""
    return {(t, p, o): r for t, p, o, r in
            stack.sql('SELECT topic, partition, "offset", reason FROM quarantine')}


def test_records_become_ledger_facts_and_receipts(stack):
    stack.start("ingest")
    at = stack.produce("feed.sectigo.com", grant("a@example.com", "g-1"))
    stack.produce("feed.mta-eu1", optout("a@example.com", "o-1"))
    settled(stack, 2)
    assert stack.sql('SELECT event_id, partition, "offset", outcome, raw IS NOT NULL'
                     " FROM ledger WHERE event_id = 'g-1'") == [("g-1", *at, 1, True)]
    assert stack.value("SELECT count(*) FROM fact WHERE kind = 1") == 1
    assert stack.value("SELECT count(*) FROM fact WHERE kind = 4") == 1
    assert stack.value("SELECT count(DISTINCT contact) FROM fact") == 1
    assert stack.value("SELECT count(*) FROM contact WHERE sealed IS NOT NULL") == 1
    assert stack.value("SELECT count(*) FROM dirty") >= 1
    assert stack.value("SELECT min(lane) FROM dirty") == 0, "a no goes first"
    assert sorted(stack.sql("SELECT unnest(event_id), unnest(outcome) FROM receipt_queue")
                  ) == [("g-1", 1), ("o-1", 1)]
    wait_until(lambda: stack.metrics("ingest").get(
        'consent_ingest_events_total{source="sectigo.com",outcome="accepted"}') == 1,
        what="the metric")


def test_of_a_minor_a_key_is_kept_and_a_task_to_delete(stack):
    """S26: refused, no byte kept, and what was stored before is listed for deletion."""
    stack.start("ingest")
    stack.produce("feed.sectigo.com", grant("luna@example.com"))
    settled(stack, 1)
    young = grant("luna@example.com", "young")
    young["data"]["contact"]["age"] = "under_16"
    stack.produce("feed.sectigo.com", young)
    settled(stack, 2)
    assert stack.sql("SELECT outcome, reason, raw IS NULL FROM ledger"
                     " WHERE event_id = 'young'") == [(4, "UNDER_16", True)]
    assert stack.sql("SELECT contact = (SELECT contact FROM contact), reason, done IS NULL"
                     " FROM delete_task") == [(True, "UNDER_16", True)]
    said = stack.ctl_json("decide", "--email", "luna@example.com", "--controller",
                          "sectigo-limited", "--purpose", "marketing.promotional",
                          "--channel", "email")
    assert (said["verdict"], said["reason"]) == ("DENY", "UNDER_16")


def test_same_bytes_again_are_a_duplicate_other_bytes_are_not(stack):
    stack.start("ingest")
    first = grant("dup@example.com", "same")
    for _ in range(3):
        stack.produce("feed.sectigo.com", first)
    settled(stack, 3)
    # the same id, said of something else: the denial in it applies, the grant would not
    stack.produce("feed.sectigo.com", optout("dup@example.com", "same", DIRECT))
    stack.produce("feed.sectigo.com", grant("other@example.com", "same"))
    settled(stack, 5)
    assert stack.sql("SELECT variant, outcome, reason FROM ledger ORDER BY variant") == [
        (0, 1, None), (1, 3, "ID_REUSE"), (2, 3, "ID_REUSE")]
    assert sorted(k for (k,) in stack.sql("SELECT kind FROM fact")) == [1, 4]
    assert list(quarantine(stack).values()) == ["ID_REUSE"] * 2
    first_id = stack.value("SELECT ledger_id FROM ledger WHERE variant = 0")
    got = stack.sql("SELECT unnest(outcome), unnest(ledger_id) FROM receipt_queue")
    assert sorted(o for o, _ in got) == [1, 2, 2, 3, 3]
    assert {l for o, l in got if o == 2} == {first_id}


def test_duplicates_inside_one_batch(stack):
    same, other = grant("dup@example.com", "same"), optout("dup@example.com", "same", DIRECT)
    for event in (same, same, other, other, same):
        stack.produce("feed.sectigo.com", event, partition=0)
    stack.start("ingest")
    settled(stack, 5)
    assert stack.sql("SELECT variant, outcome FROM ledger ORDER BY 1") == [(0, 1), (1, 3)]
    assert sorted(o for (o,) in stack.sql("SELECT unnest(outcome) FROM receipt_queue")) == [
        1, 2, 2, 2, 3]
    assert stack.value("SELECT count(*) FROM fact") == 2


def test_order_of_arrival_changes_no_fact(stack):
    stack.start("ingest")
    events = [("sectigo.com", grant("x@example.com")), ("mta-eu1", optout("x@example.com")),
              ("sectigo.com", grant("x@example.com"))]
    for n, (feed, event) in enumerate(events):
        stack.produce(f"feed.{feed}", event)
        settled(stack, n + 1)
    forth = facts(stack)
    for n, (feed, event) in enumerate(reversed(events)):
        event["id"] = uuid.uuid4().hex
        stack.produce(f"feed.{feed}", event)
        settled(stack, 4 + n)
    both = facts(stack)
    assert len(both) == 2 * len(forth) and sorted(forth * 2) == both


def test_a_feed_made_while_running_and_an_owner_nobody_knows(stack):
    stack.start("ingest")
    stack.topic("feed.stranger", **{"message.timestamp.type": "LogAppendTime"})
    stack.produce("feed.stranger", optout("s@example.com"))
    stack.produce("feed.sectigo.com", grant("a@example.com"))
    settled(stack, 2)
    assert stack.sql("SELECT topic, reason, source, raw IS NOT NULL FROM quarantine") == [
        ("feed.stranger", "UNKNOWN_SOURCE", 0, True)]
    wait_until(lambda: "event=unknown_source" in stack.daemon("ingest").log_file.read_text(),
               what="a word about it")
    assert stack.value("SELECT count(*) FROM ledger") == 1


def test_an_event_of_another_on_ones_feed(stack):
    stack.start("ingest")
    stack.produce("feed.sectigo.com", grant("a@example.com", source=RESELLER))
    stack.produce("feed.sectigo.com", optout("b@example.com", source=MAILING))
    settled(stack, 2)
    assert list(quarantine(stack).values()) == ["SOURCE_MISMATCH"] * 2
    # the grant went nowhere, the denial holds all the same
    assert [k for (k,) in stack.sql("SELECT kind FROM fact")] == [4]
    assert stack.value("SELECT count(*) FROM ledger") == 1


def bad_records():
    good = json.dumps(grant("bad@example.com")).encode()
    return {
        "TOMBSTONE": None,
        "EMPTY": b"",
        "NOT_JSON": b"\x01\x02 nothing of the sort",
        "TOO_LARGE": good[:-1] + b', "x": "' + b"x" * 65536 + b'"}',
        "TOO_DEEP": good[:-1] + b', "x": ' + b"[" * 2000 + b"]" * 2000 + b"}",
        "BAD_UTF8": good.replace(b"web_form", b"web\xff\xfeform"),
        "NUL_CHARACTER": good.replace(b"web_form", b"web\\u0000form"),
        "DUPLICATE_KEY": good[:-1] + b', "id": "again"}',
        "NOT_CLOUDEVENT": b"[]",
        "UNKNOWN_TYPE": good.replace(b"consent.granted.v1", b"consent.granted.v9"),
        "BAD_TIME": json.dumps(grant("bad@example.com", time="0001-01-01T00:00:00Z")
                               ).encode(),
    }


def test_what_cannot_be_used_waits_in_quarantine_and_stops_nobody(stack):
    stack.start("ingest")
    sent = {}
    for reason, value in bad_records().items():
        sent[("feed.sectigo.com", *stack.produce("feed.sectigo.com", value))] = reason
    stack.produce("feed.sectigo.com", grant("good@example.com", "good"))
    settled(stack, len(sent) + 1)
    assert quarantine(stack) == sent
    assert stack.sql("SELECT event_id FROM ledger") == [("good",)]
    reasons = [r for r, in stack.sql("SELECT reason FROM quarantine ORDER BY quarantine_id")]
    raw = {r: b for r, (b, _) in zip(reasons, opened(stack, "quarantine"))}
    assert raw == bad_records_like(raw)
    log = stack.daemon("ingest").log_file.read_text()
    assert "example.com" not in log


def bad_records_like(raw):
    """The bytes that were sent; what names the time of sending is taken as it came."""
    return {r: (v if v is None or b"bad@" not in v else raw[r])
            for r, v in bad_records().items()}


def test_a_broken_denial_still_holds(stack):
    good = json.dumps(optout("no@example.com")).encode()
    broken = [good[:-1] + b', "x": ' + b"[" * 2000 + b"]" * 2000 + b"}",
              good.replace(b"unsubscribe_link", b"unsub\xff\xfe"),
              good.replace(b'"id": "', b'"id": 7, "was": "'),
              good[:-1] + b', "x": "' + b"x" * 65536 + b'"}',
              good[:-1]]
    stack.start("ingest")
    for value in broken:
        stack.produce("feed.mta-eu1", value)
    settled(stack, len(broken))
    assert stack.value("SELECT count(*) FROM quarantine WHERE ledger_id IS NOT NULL"
                       " AND raw IS NULL") == len(broken)
    assert stack.value("SELECT count(DISTINCT ledger_id) FROM fact"
                       " WHERE kind = 4 AND flags & (1 << 12) <> 0") == len(broken)
    assert stack.value("SELECT count(*) FROM ledger WHERE outcome = 3") == len(broken)


def test_binary_mode(stack):
    stack.start("ingest")
    event = grant("binary@example.com", "bin-1")
    data = event.pop("data")
    headers = {f"ce_{k}": v for k, v in event.items()}
    headers["content-type"] = "application/json"
    stack.produce("feed.sectigo.com", data, headers=headers)
    settled(stack, 1)
    (event_id, flags), = stack.sql("SELECT event_id, flags FROM ledger")
    assert (event_id, flags & 8) == ("bin-1", 8)
    (raw, kept), = opened(stack)
    assert (json.loads(raw), dict(kept)) == (data, headers)


def test_two_processes_share_the_feeds(stack):
    stack.start("ingest")
    stack.start("ingest", "ingest-2")
    wait_until(lambda: stack.value("SELECT count(DISTINCT owner) FROM ingest_position") == 2,
               60, "both to own partitions")
    for n in range(300):
        stack.produce("feed.sectigo.com", grant(f"p{n}@example.com"))
    settled(stack, 300)
    assert stack.value("SELECT count(DISTINCT event_id) FROM ledger") == 300
    assert stack.value("SELECT count(*) FROM ledger") == 300
    assert stack.value("SELECT count(*) FROM fact") == 300


def test_a_position_the_topic_has_not_stops_that_partition_alone(stack):
    stack.sql("INSERT INTO ingest_position (topic, partition, next_offset, epoch, owner)"
              " VALUES ('feed.sectigo.com', 0, 1000, 1, 'test')")
    stack.start("ingest")
    stack.produce("feed.sectigo.com", grant("a@example.com", "held"), partition=0)
    stack.produce("feed.sectigo.com", grant("b@example.com", "goes on"), partition=1)
    wait_until(lambda: stack.sql("SELECT event_id FROM ledger") == [("goes on",)],
               what="the other partition")
    wait_until(lambda: stack.metrics("ingest").get(
        'consent_ingest_held_partitions{reason="out_of_range"}') == 1, what="the metric")
    assert stack.value("SELECT next_offset FROM ingest_position WHERE"
                       " topic = 'feed.sectigo.com' AND partition = 0") == 1000
    wait_until(lambda: "reason=out_of_range" in stack.daemon("ingest").log_file.read_text(),
               what="a word about it")


def test_a_record_postgresql_refuses_is_set_aside(stack):
    stack.sql("ALTER TABLE ledger ADD CHECK (event_id <> 'poison')")
    for n in range(20):
        stack.produce("feed.sectigo.com", grant(f"p{n}@example.com", f"p-{n}"), partition=0)
    bad = stack.produce("feed.sectigo.com", grant("x@example.com", "poison"), partition=0)
    for n in range(20, 40):
        stack.produce("feed.sectigo.com", grant(f"p{n}@example.com", f"p-{n}"), partition=0)
    stack.start("ingest")
    settled(stack, 41)
    assert stack.value("SELECT count(*) FROM ledger") == 40
    assert quarantine(stack) == {("feed.sectigo.com", *bad): "POISON"}
    assert stack.sql("SELECT event_id, ledger_id, raw IS NOT NULL FROM quarantine") == [
        ("poison", None, True)]
    assert (("poison", 3, "POISON"),) == tuple(stack.sql(
        "SELECT e, o, r FROM receipt_queue, unnest(event_id, outcome, reason) u(e, o, r)"
        " WHERE o <> 1"))


def test_an_optout_postgresql_refuses_holds_all_the_same(stack):
    """Its facts are tried without what the record wrote; a person sees the rest, and its
    source hears of it. Sent again it is a duplicate."""
    stack.sql("ALTER TABLE ledger ADD CHECK (event_id <> 'poison')")
    event = optout("x@example.com", "poison")
    data = event.pop("data")
    headers = {f"ce_{k}": v for k, v in event.items()}
    stack.start("ingest")
    for turn in (1, 2):
        stack.produce("feed.mta-eu1", data, headers=headers, partition=0)
        settled(stack, turn)
    stack.produce("feed.mta-eu1", optout("y@example.com", "fine"), partition=0)
    settled(stack, 3)
    assert stack.sql("SELECT kind, l.outcome, l.reason, left(event_id, 7), raw, headers"
                     " FROM fact JOIN ledger l USING (ledger_id) WHERE reason <> ''") == [
        (4, 3, "POISON", "sha256:", None, None)]
    (event_id, ledger_id), = stack.sql(
        "SELECT event_id, ledger_id FROM quarantine WHERE reason = 'POISON'")
    (raw, kept), = opened(stack, "quarantine", "reason = 'POISON'")
    assert (event_id, dict(kept), json.loads(raw)) == ("poison", headers, data)
    assert ledger_id is not None
    assert sorted(stack.sql("SELECT e, o FROM receipt_queue, unnest(event_id, outcome)"
                            " AS u(e, o)")) == [("fine", 1), ("poison", 2), ("poison", 3)]


def test_a_topic_without_append_time_is_held_where_it_is_not_trusted(stack):
    stack.topic("feed.unstamped", **{"message.timestamp.type": "CreateTime"})
    stack.start("ingest", trust_create_time="false")
    stack.produce("feed.unstamped", grant("a@example.com"))
    wait_until(lambda: stack.metrics("ingest").get(
        'consent_ingest_held_partitions{reason="create_time"}', 0) >= 1, 60, "the metric")
    assert stack.value("SELECT count(*) FROM quarantine") == 0
    assert stack.value("SELECT coalesce(sum(next_offset), 0) FROM ingest_position") == 0


def test_the_register_is_read_anew(stack):
    stack.start("ingest")
    stack.topic("feed.newcomer", **{"message.timestamp.type": "LogAppendTime"})
    stack.produce("feed.newcomer", grant("a@example.com", "early",
                                         source="urn:consent:src:direct:newcomer"))
    settled(stack, 1)
    assert list(quarantine(stack).values()) == ["UNKNOWN_SOURCE"]
    register = stack.dir / "newcomer.json"
    register.write_text(json.dumps({
        "register": "test-newcomer",
        "sources": [{"id": "newcomer", "urn": "urn:consent:src:direct:newcomer",
                     "type": "direct"}]}))
    stack.ctl("register", "apply", register)
    wait_until(lambda: stack.daemon("ingest").log_file.read_text()
               .count("event=register_loaded") == 2, what="the register to be read")
    stack.produce("feed.newcomer", grant("a@example.com", "late",
                                         source="urn:consent:src:direct:newcomer"))
    settled(stack, 2)
    assert stack.sql("SELECT event_id FROM ledger") == [("late",)]


@pytest.mark.parametrize("line, word", [
    ("no_such_setting = 1", "no_such_setting"),
    ("kafka.auto.offset.reset = latest", "auto.offset.reset"),
    ("kafka.isolation.level = read_uncommitted", "isolation.level"),
    ("kafka.no.such = 1", "no.such"),
    ("batch_events = many", "batch_events"),
    ("topics = feed", "topics"),
    ("contact_secret_file = /nowhere", "contact_secret_file"),
])
def test_a_wrong_setting_refuses_to_start(hands, line, word):
    hands.make_secrets()
    conf, _ = hands.write_conf("ingest", "wrong.conf")
    conf.write_text(conf.read_text() + line + "\n")
    done = subprocess.run([PROGRAMS / "consent-ingest", "--config", conf], timeout=180,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert word in done.stderr


def test_who_was_there_is_asked_of_the_right_index(stack):
    """Also by a plan that is made while the tables are empty, and known to be: the index of
    places would read all that a source ever sent, for every event."""
    stack.cluster.psql("VACUUM (ANALYZE) ledger", stack.database)
    stack.start("ingest")
    for batch in range(3):
        for i in range(50):
            stack.produce("feed.mta-eu1", optout(f"{batch}-{i}@example.com"))
        wait_until(lambda n=batch: stack.value("SELECT count(*) FROM ledger") == 50 * (n + 1),
                   what="the batch")
    assert stack.daemon("ingest").stop(seconds=60)  # so that it has told its figures
    wait_until(lambda: stack.value("SELECT n_tup_ins FROM pg_stat_user_tables"
                                   " WHERE relname = 'ledger'") == 150, what="the figures")
    assert stack.value("SELECT idx_tup_read FROM pg_stat_user_indexes"
                       " WHERE indexrelname = 'ledger_place'") == 0


def test_who_was_erased_is_asked_of_what_is_older_alone(stack):
    """Once somebody was erased, an event of today costs no look at its contact more than before."""
    looks = []
    for turn in range(2):
        stack.start("ingest")
        for i in range(20):
            stack.produce("feed.mta-eu1", optout(f"{turn}-{i}@example.com"))
        wait_until(lambda n=turn: stack.value("SELECT count(*) FROM ledger") == 20 * (n + 1), what="the events")
        assert stack.daemon("ingest").stop(seconds=60)  # so that it has told its figures
        wait_until(lambda n=turn: stack.value(
            "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'ledger'") == 20 * (n + 1),
            what="the figures")
        looks.append(stack.value("SELECT idx_scan FROM pg_stat_user_tables WHERE relname = 'contact'"))
        stack.cluster.psql("INSERT INTO erasure (contact, at, by, ground, ledger_id, whole, rows, events, facts,"
                           " quarantined, contacts, digest, event_id) VALUES (gen_random_uuid(),"
                           " now() - interval '1 day', 'a', 'subject', 0, true, '{}', 0, 0, 0, 0, '', '')",
                           stack.database)
    assert looks[1] == 2 * looks[0]
