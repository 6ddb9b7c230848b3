"""A telephone number that could be two persons': a no is taken for both, a yes for neither."""
import copy

import pytest

from asking import Lookup
from feeding import DIRECT, grant, now, optout, settled
from hands import wait_until
from lists import quiet
from test_lists import listed, more_lists

BORKUM, COLOGNE = "+4949221123456", "+49221123456"  # what "49221 123456" is in Germany
DOUBT = {"phone": "49221 123456", "country": "DE"}
QUESTION = {"controller": "sectigo-limited", "purpose": "marketing.promotional",
            "channel": "phone"}


def about(event, contact, **data):
    """The event, about this contact, by telephone."""
    event = copy.deepcopy(event)
    event["source"] = DIRECT
    event["data"].update(contact=contact, scope=[{"purpose": "marketing.promotional",
                                                  "channels": ["phone"]}], **data)
    return event


def yes(contact):
    return about(grant("x"), {**contact, "age": "16_or_over"},
                 consent={"method": "web_form", "statement": "You may call me by telephone"})


def no(contact):
    return about(optout("x"), contact, optout={"via": "preference_centre"})


def verdict(stack, phone, country=None):
    return stack.ctl_json("decide", "--phone", phone,
                          *(("--country", country) if country else ()),
                          "--controller", "sectigo-limited", "--purpose",
                          "marketing.promotional", "--channel", "phone")["verdict"]


def feed(stack, *events):
    had = stack.value("SELECT coalesce(sum(next_offset), 0) FROM ingest_position")
    for event in events:
        stack.produce("feed.sectigo.com", event)
    settled(stack, had + len(events))


def test_a_no_is_for_both_and_says_so(stack):
    stack.start("ingest")
    feed(stack, yes({"phone": BORKUM}), yes({"phone": COLOGNE}))
    assert verdict(stack, BORKUM) == verdict(stack, COLOGNE) == "PERMIT"
    assert verdict(stack, **DOUBT) == "PERMIT", "yes takes both"
    feed(stack, no({**DOUBT, "email": "who@example.com"}))
    assert verdict(stack, BORKUM) == verdict(stack, COLOGNE) == "DENY"
    assert stack.sql("SELECT outcome, reason, pointer FROM v_ledger"
                     " WHERE type = 'optout.recorded.v1'") \
        == [("accepted", "PHONE_TWO_READINGS", "/data/contact/phone")]
    assert stack.value("SELECT count(*) FROM link") == 0, "nobody is tied to a stranger"
    assert stack.value("SELECT count(*) FROM quarantine") == 0


def test_a_yes_is_for_neither(stack):
    stack.start("ingest")
    feed(stack, yes(DOUBT))
    assert stack.value("SELECT count(*) FROM fact") == 0
    assert stack.sql("SELECT reason, pointer FROM quarantine") \
        == [("PHONE_AMBIGUOUS", "/data/contact/phone")]


def test_consent_at_an_extension_is_not_the_switchboards_but_a_no_is(stack):
    stack.start("ingest")
    feed(stack, yes({"phone": "+49 30 123456 ext. 7"}))
    assert stack.sql("SELECT reason FROM quarantine") == [("PHONE_EXTENSION",)]
    feed(stack, yes({"phone": "+49 30 123456"}))
    assert verdict(stack, "030 123456", "DE") == "PERMIT"
    feed(stack, no({"phone": "+49 30 123456 ext. 7"}))
    assert verdict(stack, "030 123456", "DE") == "DENY"


def test_a_person_is_not_erased_for_another(stack):
    stack.start("ingest")
    feed(stack, yes({"phone": BORKUM}), yes({"phone": COLOGNE}),
         {"specversion": "1.0", "id": "r", "source": DIRECT, "type": "rights.requested.v1",
          "time": now(-10), "data": {"contact": DOUBT, "controllers": ["sectigo-limited"],
                                     "rights": {"request_id": "R-1", "kinds": ["erase"]}}})
    assert verdict(stack, BORKUM) == verdict(stack, COLOGNE) == "DENY"
    assert stack.sql("SELECT reason FROM quarantine") == [("PHONE_TWO_READINGS",)]
    assert stack.value("SELECT count(*) FROM v_fact WHERE kind IN ('erasure', 'request')") == 0


@pytest.mark.parametrize("known", [BORKUM, COLOGNE])
def test_whoever_asks_hears_the_no_of_either(stack, tmp_path, known):
    for daemon in ("ingest", "publish"):
        stack.start(daemon)
    lookup = Lookup(stack)
    more_lists(stack, tmp_path, listed("calls", channel="phone",
                                       purpose="marketing.promotional"))
    feed(stack, yes({"phone": BORKUM}), yes({"phone": COLOGNE}))
    wait_until(lambda: quiet(stack), what="the list")
    query = {"contact": DOUBT, **QUESTION}
    plain = {"contact": {"phone": "+49 30 123456"}, **QUESTION}
    assert [d["verdict"] for d in lookup.decide(query, plain, query)] \
        == ["PERMIT", "DENY", "PERMIT"]
    file = tmp_path / "calls.csv"
    file.write_text("phone\n" + "49221 123456\n0221 123456\n" * 3)

    def scrubbed():
        (tmp_path / "out.csv").unlink(missing_ok=True)
        stack.ctl("list", "scrub", "calls", file, "--country", "DE", "--output",
                  tmp_path / "out.csv")
        return [line.split(",")[1] for line in
                (tmp_path / "out.csv").read_text().splitlines()[1:]]
    assert scrubbed() == ["yes"] * 6
    feed(stack, no({"phone": known}))
    wait_until(lambda: quiet(stack), what="the list")
    assert [d["verdict"] for d in lookup.decide(query, plain, query)] == ["DENY"] * 3
    assert scrubbed() == ["no", "no" if known == COLOGNE else "yes"] * 3
    status, found, _ = lookup.ask("POST", "/v1/provenance", {"contact": DOUBT})
    assert (status, found["detail"]) == (422, "it could be either of two numbers"), \
        "whose data they are nobody can tell"


def test_a_file_of_numbers_is_a_no_to_each_reading(stack):
    stack.start("ingest")
    whole = {"030 123456": "+4930123456", "4930654321": "+4930654321",
             "+1 415 555 0100 x 9": "+14155550100"}
    feed(stack, *map(yes, ({"phone": p} for p in (BORKUM, COLOGNE, *whole.values()))))
    done = stack.ctl("import", "-", "--format", "plain", "--source", "mta-eu1", "--country", "DE",
                     "--json", stdin="phone\n" + "\n".join(["49221 123456", *whole]) + "\n")
    assert '"rows":4' in done.replace(" ", "") and '"sent":5' in done.replace(" ", ""), done
    wait_until(lambda: stack.value("SELECT count(*) FROM v_fact WHERE kind = 'optout'") == 5,
               what="the file")
    assert {verdict(stack, p) for p in (BORKUM, COLOGNE, *whole.values())} == {"DENY"}
