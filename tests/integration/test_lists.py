"""Lists in the register: whose contacts they hold, and how they fill while the rest goes on."""
import hashlib
import json
import time

import pytest

from facts import Facts
from hands import MODE, PATIENCE, wait_until
from lists import assert_topics_say_what_the_table_says, entries, quiet
from partners import event, grant, optout, provenance, send
from stack import register_files


def token(email):
    return hashlib.sha256(email.encode()).hexdigest()


def calm(stack):
    """Nothing waits, and nobody walks."""
    return quiet(stack) and stack.value("SELECT NOT EXISTS (SELECT FROM cascade)")


def more_lists(stack, tmp_path, *lists, **more):
    """Applies a register file of its own with these lists."""
    path = tmp_path / "more.json"
    path.write_text(json.dumps({"register": "more", "lists": list(lists), **more}))
    stack.ctl("register", "apply", path)


def listed(name, **more):
    return {"id": name, "controller": "sectigo-limited", "purpose": "*promotional",
            "channel": "email", "polarity": "deny", "recipient": "mta-eu1",
            "profile": "sha256-hex", **more}


def test_a_reseller_is_told_of_its_own_contacts_only(stack, tmp_path):
    """By what it sourced, or what was ordered under an agreement with it; and a contact that
    becomes its contact later is told of then."""
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
    more_lists(stack, tmp_path, listed("acme-own", sourced_by="acme-hosting"),
               listed("acme-may", sourced_by="acme-hosting", polarity="permit"))
    send(stack,
         grant("acme-hosting", 1, "own@example.com"),
         grant("nordhost", 2, "other@example.com"),
         grant("sectigo.com", 3, "ours@example.com"))
    send(stack, *[optout("sectigo.com", 10 + i, f"{who}@example.com", ago=0)
                  for i, who in enumerate(("own", "other", "ours"))])
    wait_until(lambda: quiet(stack) and len(entries(stack)) == 3, what="the open list")
    assert {t: s for t, (s, _) in entries(stack, "acme-own").items()} \
        == {token("own@example.com"): "suppressed"}
    # made to be published again, whatever was said: still no word of the others
    stack.sql("INSERT INTO dirty (contact, shard, cause, known)"
              " SELECT contact, shard_of(contact), 5, now() FROM contact")
    wait_until(lambda: quiet(stack), what="the forced look")
    assert set(entries(stack, "acme-own")) == {token("own@example.com")}
    assert {json.loads(m.value())["token"] for m in stack.read("suppression.acme-own")} \
        == {token("own@example.com")}
    # and one of theirs becomes its contact too
    send(stack, grant("acme-hosting", 4, "other@example.com", ago=30))
    wait_until(lambda: token("other@example.com") in entries(stack, "acme-own"),
               what="the contact that it brought later")
    wait_until(lambda: quiet(stack), what="the end")
    assert "ours" not in str(stack.read("suppression.acme-own"))
    assert set(entries(stack, "acme-own")) \
        == {token("own@example.com"), token("other@example.com")}
    assert_topics_say_what_the_table_says(stack)
    assert stack.ctl_json("rebuild")["different"] == 0
    assert stack.ctl_json("list", "diff", "acme-own")["different"] == 0


def test_the_end_of_an_agreement_leaves_a_reseller_its_contacts(stack, tmp_path):
    """What is its contact stays it: the end of the agreement is a denial, which it is told."""
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
    more_lists(stack, tmp_path, listed("acme-own", sourced_by="acme-hosting",
                                       purpose="marketing.promotional"))
    send(stack, grant("acme-hosting", 1, "own@example.com"))
    wait_until(lambda: quiet(stack), what="the grant")
    assert not entries(stack, "acme-own"), "permitted, and never suppressed"
    stack.ctl("agreement", "terminate", "AGR-2024-0117", "--yes")
    wait_until(lambda: entries(stack, "acme-own"), what="the denial by the agreement's end")
    assert [s for s, _ in entries(stack, "acme-own").values()] == ["suppressed"]


def test_a_linked_contact_point_is_not_told(stack, tmp_path):
    """Our own form names address and telephone; the reseller that knows the address alone is
    told nothing of the telephone, although its objection follows the link."""
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
    more_lists(stack, tmp_path, listed("acme-phones", sourced_by="acme-hosting",
                                       channel="phone"))
    both = grant("sectigo.com", 1, "own@example.com")
    both["data"]["contact"]["phone"] = "+442071234567"
    send(stack, both)
    send(stack, event("acme-hosting", "optout.recorded.v1", 2, "own@example.com", 1,
                      scope=[{"purpose": "*", "channels": ["*"]}], optout={"via": "phone"},
                      provenance=provenance("acme-hosting", 1, False)))
    wait_until(lambda: entries(stack, "promotional-phone") and quiet(stack),
               what="the telephone on the open list")
    assert not entries(stack, "acme-phones")


def test_hundreds_of_lists_all_have_their_figures(lookup, tmp_path):
    """More than 256 of them: GET /v1/lists, list show and the metrics know the last as well
    as the first."""
    stack = lookup.stack
    names = [f"many-{i:03}" for i in range(300)]
    more_lists(stack, tmp_path, *[listed(name) for name in names])
    stack.sql("INSERT INTO list_entry SELECT gen_random_uuid(), number, 1, 1, 1, 65536 + number,"
              " 0, now(), now(), 'token' FROM register_number WHERE kind = 'list'"
              " AND id LIKE 'many-%'")
    stack.sql("INSERT INTO list_change SELECT version, 0, 0, now(), now(), now(), NULL, contact,"
              " list, shard_of(contact), status, 0, rule, reason FROM list_entry")
    cursor = ".".join(["0"] * 16)
    for name in names:
        status, _, _ = lookup.ask("POST", f"/v1/lists/{name}/acknowledgements", {
            "version": cursor, "digest": "0" * 64, "entries": 0}, token="mailing")
        assert status == 200
    _, found, _ = lookup.ask("GET", "/v1/lists", token="mailing")
    shown = {one["id"]: one for one in found["lists"] if one["id"] in names}
    assert set(shown) == set(names)
    assert all(one["suppressed"] == 1 and one["cursor"] != cursor and one["acknowledged"]
               for one in shown.values())
    shown = {one["list"]: one for one in stack.ctl_json("list", "show")["lists"]}
    assert all(shown[name]["suppressed"] == 1 and shown[name]["acknowledged_at"]
               for name in names)
    wait_until(lambda: {f'consent_lookup_list_behind_events{{list="{name}"}}' for name in names}
               <= stack.metrics("lookup").keys(), what="the metrics")


# --- filling ------------------------------------------------------------------------------
CROWD = 100_000 if MODE == "release" else 20_000  # a debug build takes minutes


def test_a_fresh_installation_is_filled(stack):
    """The first register is known since ever, which is no reason to wait for ever."""
    stack.start("keeper")
    wait_until(lambda: not any(one["filling"] for one in stack.ctl_json("list", "show")["lists"]),
               what="the walk over nobody")


@pytest.mark.alone
@pytest.mark.plain
def test_a_new_list_fills_while_the_rest_goes_on(stack, tmp_path):
    """A hundred thousand contacts, a list that is new, and opt-outs that do not wait for it:
    neither on the lists that are there, nor on the new one."""
    Facts(stack).make([f"n{i}@example.com" for i in range(CROWD)])
    stack.sql("ANALYZE contact")
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
    wait_until(lambda: calm(stack), 60, "what came before")
    stack.daemon("keeper").stop()  # so that nobody walks before we look
    more_lists(stack, tmp_path, listed("new", purpose="marketing.promotional"))
    begun = stack.ctl_json("list", "show", "new")
    assert begun["lists"][0]["filling"] and begun["walk"]["walks"] >= 1, begun
    seen, slowest, i = [], 0, 0
    give_up = time.monotonic() + 180 * PATIENCE  # not a number of looks: these get faster

    def progress():
        shown = stack.ctl_json("list", "show", "new", "promotional-email")
        seen.append((shown["walk"]["visited"], shown["lists"][0]["entries"]))
        return not shown["lists"][0]["filling"] and not shown["waiting"]
    assert not progress()
    stack.start("keeper")
    while not progress():
        i, began = i + 1, time.monotonic()
        assert began < give_up, seen[-3:]
        who = f"leaves{i}@example.com"
        stack.produce("feed.sectigo.com", optout("sectigo.com", 100 + i, who, ago=0))
        wait_until(lambda: stack.value("SELECT count(*) FROM list_entry WHERE token = %s",
                                       token(who)), what="the opt-out")
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 10 * PATIENCE, f"an opt-out waited {slowest:.1f} s behind the new list"
    counts = [n for _, n in seen]
    assert counts == sorted(counts) and len(set(counts)) > 1, seen
    wait_until(lambda: calm(stack), what="the end")
    shown = stack.ctl_json("list", "show", "new")
    assert shown["lists"][0]["entries"] == stack.value("SELECT count(*) FROM contact")
    assert "new, for mta-eu1: " in stack.ctl("list", "show")
    print(f"filled {CROWD} in {len(seen)} looks; the slowest opt-out took {slowest:.2f} s")


@pytest.mark.lasting
def test_a_lists_topic_is_made_as_it_must_be(hands):
    """consentctl list create, against the settings that the documents promise; and what
    somebody changed later is told."""
    from confluent_kafka.admin import ConfigResource
    hands.make_secrets()
    hands.ctl("migrate")
    hands.ctl("register", "apply", *register_files())
    topic = "suppression.promotional-email"
    assert hands.ctl_json("list", "create", "promotional-email")["topics"] \
        == [{"topic": topic, "outcome": "made"}]
    resource = ConfigResource("topic", topic)
    wait_until(lambda: hands.topics().get(topic) == 4, what="the topic")
    found = hands.admin.describe_configs([resource])[resource].result(60)
    assert {k: found[k].value for k in ("cleanup.policy", "min.compaction.lag.ms",
                                        "max.compaction.lag.ms", "delete.retention.ms")} \
        == {"cleanup.policy": "compact", "min.compaction.lag.ms": "60000",
            "max.compaction.lag.ms": "86400000", "delete.retention.ms": "2592000000"}
    # again changes nothing, the number of partitions least of all
    assert hands.ctl_json("list", "create", "promotional-email")["topics"][0]["outcome"] \
        == "existed"
    assert hands.topics()[topic] == 4
    assert hands.ctl_json("list", "show", "promotional-email")["lists"][0]["topic"] == "good"
    resource.set_config("delete.retention.ms", "1000")
    hands.admin.alter_configs([resource])[resource].result(60)

    def shown():
        one = hands.ctl_json("list", "show", "promotional-email")["lists"][0]
        return one["topic"] == "other" and one["topic_setting"]
    wait_until(shown, what="what was changed to be told")
    assert hands.ctl_json("list", "show", "promotional-phone")["lists"][0]["topic"] == "missing"


def test_a_token_lies_where_java_clients_look_for_it(stack):
    """murmur2 over the key, as Java's default partitioner has it."""
    stack.start("publish")
    world = Facts(stack)
    for i in range(20):
        world.add(f"p{i}@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: quiet(stack) and len(entries(stack)) == 20, what="the entries")
    for message in stack.read("suppression.promotional-email"):
        assert message.partition() == (murmur2(message.key()) & 0x7fffffff) % 4


def murmur2(data):
    """Kafka's, from its documentation of the default partitioner."""
    m, mask = 0x5bd1e995, 0xffffffff
    h = (0x9747b28c ^ len(data)) & mask
    for i in range(0, len(data) - len(data) % 4, 4):
        k = int.from_bytes(data[i:i + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h = (h * m & mask) ^ k
    rest = data[len(data) - len(data) % 4:]
    if rest:
        h = (h ^ int.from_bytes(rest, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15
