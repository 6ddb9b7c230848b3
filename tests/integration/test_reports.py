"""The reports on sources: who sits on opt-outs, and what a source's events were worth."""
import datetime
import json
import time

from feeding import settled
from hands import wait_until
from partners import DAY, event, grant, optout, provenance, send


def late(stack, *more):
    return {one["source"]: one for one in stack.ctl_json("report", "late", *more)["sources"]}


def quality(stack, *more):
    return {one["source"]: one
            for one in stack.ctl_json("report", "quality", *more)["sources"]}


def day(ago):
    return str((datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=ago)).date())


def produce_at(stack, source, one, ago):
    """As if it had reached the broker so many seconds ago. Only the embedded broker takes
    the producer's word for that; with another one it arrives now."""
    stack.produce(f"feed.{source}", one, timestamp_ms=int((time.time() - ago) * 1000))


def test_who_sits_on_opt_outs(stack):
    early = stack.broker.kind == "embedded"
    produce_at(stack, "acme-hosting", grant("acme-hosting", 1, "a@example.com", 5 * DAY),
               2 * DAY)
    stack.start("ingest")
    wait = grant("acme-hosting", 2, "b@example.com", 5 * DAY)
    send(stack, wait,
         # never to be written to, so nothing was wrongly permitted
         grant("nordhost", 3, "c@example.com", 5 * DAY, warranty=False))
    assert late(stack) == {}
    assert "no denial came later" in stack.ctl("report", "late")
    send(stack,
         optout("acme-hosting", 4, "a@example.com", ago=3 * DAY),
         optout("acme-hosting", 5, "b@example.com", ago=7 * DAY),
         optout("nordhost", 6, "c@example.com", ago=4 * DAY),
         # in time: within the promise of 24 hours
         optout("acme-hosting", 7, "d@example.com", ago=DAY / 2))
    found = late(stack)
    assert set(found) == {"acme-hosting", "nordhost"}
    acme = found["acme-hosting"]
    assert (acme["denials"], acme["contacts"], acme["contacts_permitted"]) == (2, 2, 2)
    assert acme["median_delay_s"] // DAY == 5 and acme["worst_delay_s"] // DAY == 7
    [scope] = acme["scopes"]
    assert (scope["controller"], scope["purpose"], scope["channel"], scope["times"]) \
        == ("sectigo-limited", "marketing.promotional", "email", 2)
    if early:  # from the grant's arrival to the denial's
        assert 2 * DAY <= acme["permitted_s"] < 2 * DAY + 3600
    nord = found["nordhost"]
    assert (nord["denials"], nord["contacts_permitted"], nord["scopes"]) == (1, 0, [])
    assert set(late(stack, "--source", "nordhost")) == {"nordhost"}
    assert late(stack, "--since", "2099-01-01") == {}
    words = stack.ctl("report", "late")
    assert words.startswith("acme-hosting: 2 late denials of 2 contacts")
    assert "example.com" not in words
    assert stack.ctl("report", "late", "--source", "none", check=False).returncode == 2


def test_permitted_as_known_then_under_the_register_of_then(stack):
    """What a breach takes away afterwards was permitted all the same."""
    stack.start("ingest")
    send(stack, grant("acme-hosting", 1, "a@example.com", 5 * DAY),
         optout("acme-hosting", 2, "a@example.com", ago=3 * DAY))
    before = late(stack)
    assert before["acme-hosting"]["contacts_permitted"] == 1
    stack.ctl("agreement", "breach", "AGR-2024-0117", "--yes")
    wait_until(lambda: stack.value("SELECT count(*) FROM agreement_fact") == 1,
               what="the breach to be taken in")
    assert late(stack) == before


def complaint(number, email):
    return event("mta-eu1", "feedback.complained.v1", number, email, 0,
                 scope=[{"purpose": "*promotional", "channels": ["email"]}],
                 feedback={"kind": "abuse"}, provenance=provenance("mta-eu1", 0, False))


def test_what_a_source_is_worth(stack):
    stack.start("ingest")
    assert quality(stack) == {}
    assert "no source has sent anything" in stack.ctl("report", "quality")
    first = grant("acme-hosting", 1, "a@example.com")
    reused = grant("acme-hosting", 1, "other@example.com")
    minor = grant("acme-hosting", 3, "kid@example.com")
    minor["data"]["contact"]["age"] = "under_16"
    broken = grant("acme-hosting", 4, "d@example.com")
    del broken["data"]["scope"]
    future = grant("acme-hosting", 5, "e@example.com", ago=-3600)
    send(stack, first, first, first, reused,
         grant("acme-hosting", 2, "b@example.com", warranty=False), minor, broken, future)
    send(stack, optout("mta-eu1", 10, "c@example.com"))
    send(stack, grant("acme-hosting", 6, "c@example.com"),
         optout("acme-hosting", 7, "z@example.com", ago=3 * DAY),
         complaint(11, "a@example.com"))
    found = quality(stack)
    acme = found["acme-hosting"]
    assert acme["events"] == 10
    assert acme["duplicates"] == 2
    assert acme["refused"] == acme["minors"] == 1
    assert acme["quarantined_as"] == {"FUTURE_DATED": 1, "ID_REUSE": 1, "MISSING": 1}
    assert acme["quarantined"] == 3
    assert acme["accepted"] == 4
    assert acme["late"] == 1
    assert acme["grants_without_warranty"] == 1
    assert acme["grants_already_suppressed"] == 1
    assert acme["contacts_complained"] == 1
    assert found["mta-eu1"]["accepted"] == 2
    # the same sums as the rows, and every record counted once
    assert stack.value("SELECT sum(n) FROM source_count") == 12
    assert stack.value("SELECT sum(next_offset) FROM ingest_position") == 12
    assert set(quality(stack, "--source", "mta-eu1")) == {"mta-eu1"}
    assert quality(stack, "--since", "2099-01-01") == {}
    words = stack.ctl("report", "quality", "--source", "acme-hosting")
    assert "quarantined as ID_REUSE: 1" in words and "example.com" not in words


def test_a_no_to_the_company_that_was_counts_for_the_one_that_is(stack, tmp_path):
    """A site moves to another company, and the opt-outs of its people with it."""
    def decide(email):
        return stack.ctl_json("decide", "--email", email, "--controller", "sectigo-limited",
                              "--purpose", "marketing.promotional", "--channel", "email")

    sites = [{"id": "shop.example", "controller": "ssl247-sas", "brand": "ssl247",
              "from": day(99)}]
    more = tmp_path / "more.json"
    more.write_text(json.dumps({"register": "more", "websites": sites}))
    stack.ctl("register", "apply", more)
    stack.start("ingest")
    moved = optout("mta-eu1", 1, "a@example.com", ago=9 * DAY)
    other = optout("mta-eu1", 2, "b@example.com", ago=9 * DAY)
    moved["data"]["controllers"], other["data"]["controllers"] = ["ssl247-sas"], ["ssl247-inc"]
    send(stack, moved, other)
    assert decide("a@example.com")["reason"] == "NO_GRANT"
    assert stack.value("SELECT count(*) FROM cascade") == 0
    sites.append({"id": "shop.example", "controller": "sectigo-limited", "brand": "ssl247",
                  "from": day(2)})
    more.write_text(json.dumps({"register": "more", "websites": sites}))
    stack.ctl("register", "apply", more)
    assert decide("a@example.com")["reason"] == "OPTOUT"
    assert decide("b@example.com")["reason"] == "NO_GRANT"
    assert stack.value("SELECT count(*) FROM cascade WHERE agreement = 0") == 1
    send(stack, grant("acme-hosting", 3, "a@example.com"),
         grant("acme-hosting", 4, "b@example.com"))
    assert decide("a@example.com")["verdict"] == "DENY"
    assert decide("b@example.com")["verdict"] == "PERMIT"
    assert quality(stack)["acme-hosting"]["grants_already_suppressed"] == 1


def test_counts_survive_a_replay_and_a_restart(stack):
    """Duplicates of one batch and of a later one, over a stop in between."""
    stack.start("ingest")
    events = [grant("nordhost", i, f"p{i}@example.com") for i in range(20)]
    for one in events + events[:5]:
        stack.produce("feed.nordhost", one)
    send(stack, events[0])
    stack.daemon("ingest").stop()
    stack.start("ingest")
    send(stack, events[1])
    settled(stack, 27)  # those of the other partitions too
    nord = quality(stack)["nordhost"]
    assert (nord["events"], nord["accepted"], nord["duplicates"]) == (27, 20, 7)
