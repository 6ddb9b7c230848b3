"""What people tell a person at a desk, written down over HTTP: POST /v1/optouts, /v1/consents,
/v1/withdrawals."""
import pytest
from hands import wait_until

PROMO = "marketing.promotional"
CONSENT = {"controllers": ["sectigo-limited"], "purposes": [PROMO], "channels": ["email"],
           "via": "letter", "words": "Sectigo Limited may send me offers by e-mail",
           "language": "en", "reference": "letter 2026-17", "policy": "sectigo-privacy",
           "policy_version": "2021-11-15"}


def decide(stack, who, purpose=PROMO, channel="email"):
    answer = stack.ctl_json("decide", "--email", who, "--controller", "sectigo-limited",
                            "--purpose", purpose, "--channel", channel)
    return answer["verdict"], answer["reason"]


@pytest.fixture
def desk(lookup):
    lookup.stack.start("ingest")
    return lookup


def test_consent_withdrawal_and_optout_at_a_desk(desk):
    who = "ana@desk.example"
    contact = {"contact": {"email": who}}
    status, said, _ = desk.ask("POST", "/v1/consents?dry_run=true", {**contact, **CONSENT}, "dpo")
    assert status == 200 and said["event"]["type"] == "consent.granted.v1", said
    assert desk.ask("POST", "/v1/consents", {**contact, **CONSENT}, "dpo")[0] == 202
    wait_until(lambda: decide(desk.stack, who) == ("PERMIT", "CONSENT"), what="the consent")
    status, said, _ = desk.ask("POST", "/v1/withdrawals",
                               {**contact, "via": "telephone", "purposes": [PROMO]}, "dpo")
    assert (status, said["feed"]) == (202, "privacy-mailbox"), said
    wait_until(lambda: decide(desk.stack, who) == ("DENY", "WITHDRAWN"), what="the withdrawal")

    other = "ben@desk.example"
    said = {"contact": {"email": other}, "via": "telephone", "words": "stop it", "reference": "call 9"}
    status, answer, _ = desk.ask("POST", "/v1/optouts", said, "dpo")
    assert status == 202, answer
    wait_until(lambda: decide(desk.stack, other)[1] == "OPTOUT", what="the opt-out")
    assert decide(desk.stack, other, "data.sale")[1] == "SALE_OPTED_OUT"
    assert decide(desk.stack, other, "data.rent")[0] == "DENY"
    receipts = desk.stack.sql("SELECT event_id FROM quarantine")
    assert receipts == [], receipts
    traced = desk.stack.ctl_json("trace", "--email", other)
    assert traced["events"][0]["event_id"] == answer["event_id"]


def test_a_number_of_two_people_is_denied_for_both_and_granted_for_neither(desk):
    """Written without a "+", it is a number in Berlin and another one elsewhere in Germany."""
    def verdict(number):
        return desk.stack.ctl_json("decide", "--phone", number, "--controller", "sectigo-limited",
                                   "--purpose", PROMO, "--channel", "sms")["verdict"]

    both = ("+4930123456", "+4949030123456")
    contact = {"contact": {"phone": "49030123456", "country": "DE"}}
    consent = {**CONSENT, "channels": ["sms"]}
    for number in both:
        assert desk.ask("POST", "/v1/consents", {"contact": {"phone": number}, **consent},
                        "dpo")[0] == 202
    wait_until(lambda: [verdict(n) for n in both] == ["PERMIT"] * 2, what="the consents")
    status, said, _ = desk.ask("POST", "/v1/optouts", {**contact, "via": "telephone"}, "dpo")
    assert status == 202 and said["note"] == "PHONE_TWO_READINGS", said
    wait_until(lambda: [verdict(n) for n in both] == ["DENY"] * 2, what="the opt-out of both")
    assert desk.stack.value("SELECT count(*) FROM lookup_audit WHERE route = 18") == 4
    status, said, _ = desk.ask("POST", "/v1/consents", {**contact, **consent}, "dpo")
    assert status == 422, said
    who = ("--phone", "49030123456", "--country", "DE", "--via", "telephone")
    assert "it holds for both" in desk.stack.ctl("optout", "record", *who)
    done = desk.stack.ctl("consent", "record", *who, "--controller", "sectigo-limited", "--purpose",
                          PROMO, "--channel", "sms", "--words", "yes", "--language", "en", "--reference",
                          "call 1", "--policy", "sectigo-privacy", "--policy-version", "2021-11-15",
                          check=False)
    assert done.returncode == 2 and "either of two telephone numbers" in done.stderr, done
    assert [verdict(n) for n in both] == ["DENY"] * 2


def test_two_ways_to_write_one_address_are_one_person(desk):
    for told, asked in (('"dan"@DESK.example', "dan@desk.example"),
                        ("\u039f\u0394\u039f\u03a3@desk.example", "\u03bf\u03b4\u03bf\u03c2@desk.example"),
                        ("eva@fa\u1e9e.example", "eva@xn--fa-hia.example")):
        assert desk.ask("POST", "/v1/optouts", {"contact": {"email": told}, "via": "letter"},
                        "dpo")[0] == 202
        wait_until(lambda who=asked: decide(desk.stack, who)[1] == "OPTOUT", what=asked)
    for near in ("d.an@desk.example", "eva@fass.example", "dan+x@desk.example"):
        assert decide(desk.stack, near)[1] != "OPTOUT", near


def test_a_reseller_writes_to_its_own_feed_and_grants_nothing(desk):
    said = {"contact": {"email": "c@desk.example"}, "via": "telephone"}
    status, answer, _ = desk.ask("POST", "/v1/optouts", said, "reseller")
    assert (status, answer["feed"]) == (202, "acme-hosting"), answer
    wait_until(lambda: decide(desk.stack, "c@desk.example")[1] == "OPTOUT", what="the opt-out")
    assert desk.ask("POST", "/v1/consents", {**said, **CONSENT}, "reseller")[0] == 403
    for role in ("mailing", "auditor", "operator"):
        assert desk.ask("POST", "/v1/optouts", said, role)[0] == 403, role
    # and each is written down, with the contact
    assert desk.stack.value("SELECT count(*) FROM lookup_audit WHERE route = 18") >= 1


@pytest.mark.parametrize("change, status, words", [
    ({"controllers": ["sectigo-limted"]}, 422, "sectigo-limited"),
    ({"purposes": ["marketing.promotonal"]}, 422, "marketing.promotional"),
    ({"channels": ["fax"]}, 422, "no such name"),
    ({"said_at": "2035-01-01T00:00:00Z"}, 422, "future"),
    ({"contact": {"email": "nobody at nowhere"}}, 422, ""),
    ({"via": None}, 422, ""),
    ({"purposes": ["*promotional"]}, 422, "no such name"),
    ({"via": "tele\u0007phone"}, 422, "Clean the member"),
    ({"words": "my card is 4111 1111 1111 1111"}, 422, "payment card"),
    ({"policy_version": "1999-01-01"}, 422, "version of our policy"),
    ({"said_at": "1990-01-01T00:00:00Z"}, 422, "time"),
])
def test_a_slip_is_no_word_of_a_persons(lookup, change, status, words):
    body = {"contact": {"email": "d@desk.example"}, **CONSENT, **change}
    body = {k: v for k, v in body.items() if v is not None}
    got, problem, _ = lookup.ask("POST", "/v1/consents", body, "dpo")
    assert got == status and words in problem["detail"], problem
    assert lookup.stack.read("feed.privacy-mailbox", seconds=1) == []


@pytest.mark.parametrize("change, pointer", [
    ({"via": "tele\u0007phone"}, "/via"),
    ({"words": "4111 1111 1111 1111"}, "/words"),
    ({"reference": "a\ufffdb"}, "/reference"),
    ({"contact": {"phone": "+999 12"}}, "/contact"),
])
def test_an_optout_that_a_person_would_have_to_look_at_is_not_taken(lookup, change, pointer):
    body = {"contact": {"email": "d@desk.example"}, "via": "telephone", **change}
    for route in ("optouts", "withdrawals"):
        got, problem, _ = lookup.ask("POST", f"/v1/{route}", body, "dpo")
        assert got == 422 and problem["pointer"].startswith(pointer), problem
    assert lookup.stack.read("feed.privacy-mailbox", seconds=1) == []


def test_the_command_line_does_the_same(stack):
    stack.start("ingest")
    who = ("--email", "e@desk.example", "--via", "telephone")
    shown = stack.ctl_json("optout", "record", *who, "--dry-run")
    assert shown["event"]["data"]["contact"] == {"email": "e@desk.example"}
    consent = ("--controller", "sectigo-limited", "--purpose", PROMO, "--channel", "email",
               "--words", "You may send me offers by e-mail", "--language", "en", "--reference",
               "letter 17", "--policy", "sectigo-privacy", "--policy-version", "2021-11-15")
    stack.ctl_json("consent", "record", *who, *consent)
    wait_until(lambda: decide(stack, "e@desk.example") == ("PERMIT", "CONSENT"), what="consent")
    stack.ctl_json("withdraw", "record", *who, "--purpose", PROMO)
    wait_until(lambda: decide(stack, "e@desk.example")[1] == "WITHDRAWN", what="withdrawal")
    assert "Sent as event desk-" in stack.ctl("optout", "record", *who)
    for wrong, words in (((*who, "--channel", "emial"), "did you mean email?"),
                         (("--email", "nobody", "--via", "letter"), "no @"),
                         ((*who[:2], "--via", "fone"), "telephone, letter, in_person or email"),
                         (("--email", "f@desk.example"), "--via is needed"),
                         ((*who, "--at", "2035-01-01"), "nobody has said it yet"),
                         ((*who, "--reference", "a\ufffdb"), "/reference: A name in it"),
                         ((*who, "--words", "4111 1111 1111 1111"), "payment card")):
        done = stack.ctl("optout", "record", *wrong, check=False)
        assert done.returncode == 2 and words in done.stderr, done
    done = stack.ctl("consent", "record", *who, check=False)
    assert done.returncode == 2 and "--controller is needed" in done.stderr
