"""What recipients say they have of a list, compared with what they should have."""
import hashlib
import time

import psycopg2
import pytest

from asking import Lookup
from facts import Facts, now, token
from hands import wait_until
from lists import entries, quiet

LIST = "promotional-email"
PERMIT = "marketing-email-permit"
ZEROS = ".".join(["0"] * 16)


def digest(tokens):
    """As a recipient in any language would: XOR over SHA-256, whole and by first digit."""
    whole, buckets = 0, [0] * 16
    for one in tokens:
        h = int(hashlib.sha256(one.encode()).hexdigest(), 16)
        whole ^= h
        buckets[h >> 252] ^= h
    return f"{whole:064x}", [f"{b:064x}" for b in buckets]


class Recipient:
    """Reads the changes, applies them, and says what it has."""

    def __init__(self, lookup, listed=LIST, on="suppressed"):
        self.lookup, self.listed, self.on = lookup, listed, on
        self.cursor, self.table = ZEROS, {}

    def read(self, limit=1000):
        status, page, _ = self.lookup.ask(
            "GET", f"/v1/lists/{self.listed}/changes?after={self.cursor}&limit={limit}",
            token="mailing")
        assert status == 200, page
        for e in page["changes"]:
            self.table[e["token"]] = e["status"]
        self.cursor = page["next"]

    def tokens(self):
        return [t for t, s in self.table.items() if s == self.on]

    def say(self, **other):
        whole, _ = digest(self.tokens())
        body = {"version": self.cursor, "digest": whole, "entries": len(self.tokens())}
        return self.lookup.ask("POST", f"/v1/lists/{self.listed}/acknowledgements",
                               body | other, token="mailing")

    def agree(self):
        status, answer, _ = self.say()
        assert status == 200 and answer["matches"] is True, answer
        return answer

    def shown(self):
        _, found, _ = self.lookup.ask("GET", "/v1/lists", token="mailing")
        return next(one for one in found["lists"] if one["id"] == self.listed)


@pytest.fixture
def world(lookup):
    lookup.stack.start("publish")
    return Facts(lookup.stack)


def published(world):
    world.commit()
    wait_until(lambda: quiet(world.stack), what="publish")


def test_a_recipient_that_has_it_all(world, lookup):
    recipient = Recipient(lookup)
    assert recipient.agree()["expected"] == {"digest": "0" * 64, "entries": 0}
    for i in range(40):
        world.add(f"n{i}@example.com", "OPTOUT")
    published(world)
    recipient.read()
    answer = recipient.agree()
    assert answer["expected"] == {"digest": digest(recipient.tokens())[0], "entries": 40}
    assert answer["behind"] == {"events": 0, "seconds": 0}
    assert answer["version"] == recipient.cursor and answer["list"] == LIST
    # the second acknowledgement verified the forty, heard since the first
    assert answer["opt_outs"]["verified"] == 40
    assert 0 < answer["opt_outs"]["slowest_seconds"] < 600
    # the same once more verifies nothing again
    assert recipient.agree()["opt_outs"]["verified"] == 0
    # nor does a copy that was restored and has caught up again
    back = Recipient(lookup)
    assert back.agree()["opt_outs"]["verified"] == 0
    back.read(15)
    assert back.agree()["opt_outs"]["verified"] == 0
    assert recipient.agree()["opt_outs"]["verified"] == 0
    shown = recipient.shown()
    assert shown["cursor"] == recipient.cursor == shown["acknowledged"]["version"]
    assert shown["acknowledged"]["matches"] and not shown["acknowledged"]["drifted_since"]
    assert shown["acknowledged"]["opt_outs"]["verified"] == 40
    assert shown["acknowledged"]["opt_outs"]["over_48_hours"] == 0
    # and is behind as soon as there is more
    world.add("late@example.com", "OPTOUT")
    published(world)
    assert recipient.shown()["acknowledged"]["behind"]["events"] == 1
    name = f'{{list="{LIST}"}}'
    wait_until(lambda: lookup.stack.metrics("lookup").get(
        "consent_lookup_list_behind_events" + name) == 1, what="the metric")
    metrics = lookup.stack.metrics("lookup")
    assert metrics["consent_lookup_list_behind_seconds" + name] > 0
    assert metrics["consent_lookup_list_drifted" + name] == 0
    assert metrics["consent_lookup_list_time_to_ack_seconds"
                   f'{{list="{LIST}",quantile="0.99"}}'] > 0


def test_pages_and_releases_and_a_permit_list(world, lookup):
    """The digest at any cursor, also in the midst of a batch, and after contacts have gone."""
    deny, permit = Recipient(lookup, LIST), Recipient(lookup, PERMIT, on="permitted")
    for i in range(30):
        world.add(f"n{i}@example.com", "GRANT", purpose="marketing.promotional",
                  occurred=now(-3600))
    published(world)
    for i in range(0, 30, 2):
        world.add(f"n{i}@example.com", "WITHDRAWAL", purpose="marketing.promotional")
    published(world)
    for i in range(0, 30, 4):
        world.add(f"n{i}@example.com", "GRANT", purpose="marketing.promotional", occurred=now())
    published(world)
    for recipient, limit in ((deny, 7), (permit, 3)):
        for _ in range(60):
            recipient.read(limit)
            # as the log was read: of what was overtaken the recipient has not heard
            held = dict(lookup.stack.sql(
                "SELECT DISTINCT ON (e.token) e.token, c.status FROM list_change c"
                " JOIN list_entry e USING (contact, list) JOIN register_number n"
                " ON n.kind = 'list' AND n.number = c.list WHERE n.id = %s"
                " AND c.version <= (%s::bigint[])[c.shard + 1]"
                " ORDER BY e.token, c.version DESC", recipient.listed,
                [int(v) for v in recipient.cursor.split(".")]))
            number = {"suppressed": 1, "permitted": 3}[recipient.on]
            on = [t for t, s in held.items() if s == number]
            status, answer, _ = recipient.say(digest=digest(on)[0], entries=len(on))
            assert status == 200 and answer["matches"], answer
        assert recipient.tokens() and sorted(on) == sorted(recipient.tokens())
        assert recipient.table == {t: s for t, (s, _) in
                                   entries(lookup.stack, recipient.listed).items()}


def test_a_wrong_digest_is_found_reported_and_repaired(world, lookup):
    recipient = Recipient(lookup)
    for i in range(50):
        world.add(f"n{i}@example.com", "OPTOUT")
    published(world)
    recipient.read()
    recipient.agree()
    lost = token("n7@example.com")
    del recipient.table[lost]
    status, answer, _ = recipient.say()
    assert status == 200 and answer["matches"] is False
    assert answer["expected"]["entries"] == 50 and "snapshot" in answer["advice"]
    assert answer["differing"] == []
    status, answer, _ = recipient.say(buckets=digest(recipient.tokens())[1])
    assert answer["differing"] == [hashlib.sha256(lost.encode()).hexdigest()[0]]
    # the right number with a wrong token is no better
    recipient.table["somebody else"] = "suppressed"
    assert recipient.say()[1]["matches"] is False
    shown = recipient.shown()["acknowledged"]
    assert shown["matches"] is False and shown["drifted_since"]
    since, drifting = lookup.stack.sql(
        "SELECT drifted_since = (SELECT min(at) FROM list_ack WHERE NOT matches), NOT matches"
        " FROM v_list_recipient WHERE list = %s", LIST)[0]
    assert since and drifting
    name = f'{{list="{LIST}"}}'
    wait_until(lambda: lookup.stack.metrics("lookup").get(
        "consent_lookup_list_drifted" + name) == 1, what="the metric")
    assert lookup.stack.metrics("lookup")[
        "consent_lookup_list_acknowledgements_total"
        f'{{list="{LIST}",result="differs"}}'] == 3
    log = (lookup.stack.dir / "lookup.log").read_text()
    assert "event=list_drift" in log and lost not in log
    # it goes on getting what is new, and is well again once it has read again
    world.add("later@example.com", "OPTOUT")
    published(world)
    recipient.read()
    assert token("later@example.com") in recipient.table
    assert recipient.say()[1]["matches"] is False
    recipient.cursor, recipient.table = ZEROS, {}
    recipient.read()
    recipient.agree()
    shown = recipient.shown()["acknowledged"]
    assert shown["matches"] is True and shown["drifted_since"] is None


def test_a_version_ahead_of_the_truth_is_refused(world, lookup):
    recipient = Recipient(lookup)
    world.add("a@example.com", "OPTOUT")
    published(world)
    recipient.read()
    for cursor in (".".join(str(int(v) + 1) for v in recipient.cursor.split(".")),
                   ".".join(["9" * 18] * 16)):
        status, problem, _ = recipient.say(version=cursor)
        assert status == 410 and problem["type"].endswith(":cursor-gone"), problem
    assert lookup.stack.value("SELECT count(*) FROM list_ack") == 0


def test_bad_acknowledgements(world, lookup):
    recipient = Recipient(lookup)
    path = f"/v1/lists/{LIST}/acknowledgements"
    for change, status in (
            ({"version": None}, 422), ({"version": "1.2"}, 422), ({"digest": "ab"}, 422),
            ({"digest": "x" * 64}, 422), ({"entries": -1}, 422), ({"entries": 1.5}, 422),
            ({"entries": "1"}, 422), ({"applied_at": "yesterday"}, 422), ({"more": 1}, 422),
            ({"buckets": ["0" * 64] * 15}, 422), ({"buckets": [1] * 16}, 422)):
        assert recipient.say(**change)[0] == status, change
    assert lookup.ask("POST", path, b"{", token="mailing")[0] == 400
    assert lookup.ask("POST", path, b"[1]", token="mailing")[0] == 422
    body = {"version": ZEROS, "digest": "0" * 64, "entries": 0}
    assert lookup.ask("POST", path, body | {"applied_at": "2026-11-01T00:00:00Z"},
                      token="mailing")[0] == 200
    for role in ("dpo", "auditor", "reseller"):  # the recipient's word, and nobody else's
        assert lookup.ask("POST", path, body, token=role)[0] == 403
    foreign = path.replace(LIST, "us-events-email")
    assert lookup.ask("POST", foreign, body, token="mailing")[0] == 404
    with pytest.raises(psycopg2.Error, match="append-only"):
        lookup.stack.sql("UPDATE list_ack SET matches = true")


def test_times_are_measured_against_the_clocks(world, lookup):
    """Opt-outs heard long ago count against 48 hours and ten business days."""
    recipient = Recipient(lookup)
    recipient.agree()
    for i in range(100):
        world.add(f"n{i}@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: quiet(lookup.stack), what="publish")
    stack = lookup.stack
    stack.sql("ALTER TABLE list_change DISABLE TRIGGER append_only")
    began = time.monotonic()
    stack.sql("UPDATE list_change c SET heard = now() - CASE WHEN r.i = 1 THEN interval '20 days'"
              " WHEN r.i = 2 THEN interval '3 days' ELSE interval '10 seconds' END FROM"
              " (SELECT version, row_number() OVER (ORDER BY version) AS i FROM list_change"
              "  WHERE list = (SELECT number FROM register_number WHERE id = %s)) r"
              " WHERE c.version = r.version", LIST)
    recipient.read()
    assert recipient.agree()["opt_outs"]["verified"] == 100
    later = time.monotonic() - began + 1
    times = recipient.shown()["acknowledged"]["opt_outs"]
    assert times["verified"] == 100
    assert (times["over_48_hours"], times["over_10_business_days"]) == (2, 1)
    assert 10 <= times["p50_seconds"] < 1.5 * (10 + later)  # it is counted by classes
    assert 3 * 86400 <= times["p99_seconds"] < 4 * 86400
    assert abs(times["slowest_seconds"] - 20 * 86400) < 60 + later
    assert stack.value("SELECT business_days_before('2026-11-23 12:00Z', 10)") \
        .isoformat() .startswith("2026-11-09T12:00")


def test_the_rights_of_the_roles_suffice(stack):
    """And a snapshot leaves its digest for the acknowledgements to begin with."""
    url = stack.cluster.url(stack.database)
    as_role = url + ("&" if "?" in url else "?") + "options=-c%20role%3Dconsent_"
    stack.start("publish", database_url=as_role + "publish", heartbeat_s=1)
    lookup = Lookup(stack, database_url=as_role + "lookup")
    world, recipient = Facts(stack), Recipient(lookup)
    for i in range(20):
        world.add(f"n{i}@example.com", "OPTOUT")
    published(world)
    recipient.read()
    for _ in range(70):  # old points are cleared away
        recipient.agree()
    for i in range(3):
        world.add(f"m{i}@example.com", "OPTOUT")
        published(world)
        recipient.read()
        recipient.agree()
    wait_until(lambda: stack.metrics("publish").get("consent_publish_heartbeats_total", 0) > 0,
               what="a heartbeat")
    stack.sql("DELETE FROM list_point")
    stack.ctl("list", "snapshot", LIST)
    cursor, entries_ = stack.sql("SELECT cursor, entries FROM list_point")[0]
    assert ".".join(map(str, cursor)) == recipient.cursor and entries_ == 23
    recipient.agree()
    assert stack.value("SELECT count(*) FROM list_point") == 1, "nothing had to be computed"
