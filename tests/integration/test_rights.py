"""Rights requests from the feed to the answer: deadlines, extensions, refusals, referrals."""
import datetime
import json
import uuid

import pytest

from hands import wait_until

MAILBOX, SITE = "privacy-mailbox", "sectigo.com"
URN = {MAILBOX: "urn:consent:src:dpo:privacy-mailbox",
       SITE: "urn:consent:src:direct:sectigo.com",
       "acme-hosting": "urn:consent:src:reseller:acme-hosting"}


def day(days=0):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)


def text(when):
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def send(stack, source, kind, data, at=None, event_id=None):
    event = {"specversion": "1.0", "id": event_id or f"T-{uuid.uuid4()}",
             "source": URN[source], "type": kind, "time": text(at or day()), "data": data}
    stack.produce(f"feed.{source}", event)
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger WHERE event_id = %s",
                                   event["id"]) == 1, what=f"{kind} in the ledger")
    return event["id"]


def ask(stack, request, kinds, email="mine@example.com", source=MAILBOX, at=None, **more):
    contact = {"email": email, "country": more.pop("country", "ES")}
    return send(stack, source, "rights.requested.v1",
                {"contact": contact, "rights": {"request_id": request, "kinds": kinds},
                 **more}, at)


def answer(stack, *argv):
    said = stack.ctl_json("rights", *argv)
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger WHERE event_id = %s"
                                   " AND outcome = 1", said["event_id"]) == 1,
               what=f"the answer {said['event_id']} in the ledger")
    return said


def show(stack, request, *argv):
    return stack.ctl_json("rights", "show", request, *argv)


def decide(stack, email, purpose="marketing.promotional"):
    found = stack.ctl_json("decide", "--email", email, "--controller", "sectigo-limited",
                           "--purpose", purpose, "--channel", "email")
    return found["verdict"], found["reason"]


def refused(stack, *argv):
    done = stack.ctl("rights", *argv, check=False)
    assert done.returncode in (1, 2), done.stdout
    return done.stderr


@pytest.fixture
def taking(stack):
    stack.start("ingest")
    return stack


def consent(stack, email):
    send(stack, SITE, "consent.granted.v1", {
        "contact": {"email": email, "country": "GB", "subscriber": "individual"},
        "controllers": ["sectigo-limited"],
        "scope": [{"purpose": "marketing.promotional", "channels": ["email"]}],
        "basis": {"art6": "a", "type": "expressed"},
        "consent": {"method": "newsletter_form",
                    "statement": "Sectigo may send me offers by e-mail"},
        "provenance": {"source_type": "direct", "collection_point": "newsletter"}})


def test_the_example_objection_is_a_request_with_three_rights(taking):
    """DPO-2026-0311 writes withdraw_consent, and states the day it is due itself."""
    send(taking, MAILBOX, "objection.recorded.v1", {
        "contact": {"email": "helene@example.com", "country": "FR"}, "controllers": ["*"],
        "objection": {"via": "email:privacy@sectigo.com"},
        "rights": {"request_id": "RR-88", "received_at": "2026-04-22T09:12:00+02:00",
                   "kinds": ["object", "withdraw_consent", "opt_out_sale"],
                   "due_at": "2026-05-22"}},
        at=datetime.datetime(2026, 4, 22, 7, 12, tzinfo=datetime.timezone.utc))
    found = show(taking, "RR-88", "--at", "2026-05-20")
    assert found["kinds"] == ["withdraw", "object", "opt_out_sale"]
    assert (found["received"], found["due"]) == ("2026-04-22", "2026-05-22")
    assert (found["days_left"], found["overdue"]) == (2, False)
    assert found["due_rule"] == "calendar-month:last-day-if-absent:next-working-day:utc"
    assert show(taking, "RR-88", "--at", "2026-05-23")["overdue"] is True
    # what it asks for is granted by the law, not by us
    assert "'acess': access,rectify,erase," in refused(taking, "complete", "RR-88", "--kind", "acess")
    sentence = refused(taking, "refuse", "RR-88", "--reason", "EXCESSIVE")
    assert "cannot refuse the right 'withdraw'" in sentence
    answer(taking, "complete", "RR-88")
    assert show(taking, "RR-88")["state"] == "closed"
    assert taking.ctl_json("rights", "list") == []
    assert [r["request"] for r in taking.ctl_json("rights", "list", "--all")] == ["RR-88"]


def test_a_public_holiday_moves_the_date(taking):
    """The register's days of England: Good Friday and Easter Monday of 2026, and a weekend."""
    ask(taking, "RR-EASTER", ["access"],
        at=datetime.datetime(2026, 3, 3, 12, tzinfo=datetime.timezone.utc))
    assert show(taking, "RR-EASTER")["due"] == "2026-04-07"


def test_the_list_has_the_overdue_first(taking):
    ask(taking, "LATER", ["access"], at=day(-5))
    ask(taking, "LATE", ["access"], at=day(-60))
    ask(taking, "SOON", ["portability"], at=day(-20))
    found = taking.ctl_json("rights", "list")
    assert [r["request"] for r in found] == ["LATE", "SOON", "LATER"]
    assert [r["overdue"] for r in found] == [True, False, False]
    lines = taking.ctl("rights", "list").splitlines()
    assert "days late" in lines[0] and "days left" in lines[1]
    assert "@" not in "".join(lines)


def test_extended_within_the_first_month_or_not_at_all(taking):
    ask(taking, "YOUNG", ["access"], at=day(-10))
    ask(taking, "OLD", ["access"], at=day(-40))
    before = show(taking, "YOUNG")["due"]
    assert "--reason" in refused(taking, "extend", "YOUNG")
    answer(taking, "extend", "YOUNG", "--reason", "a great many records")
    found = show(taking, "YOUNG")
    assert found["extended"] and found["due"] > before and found["state"] == "open"
    assert "once is all" in refused(taking, "extend", "YOUNG", "--reason", "still more")
    assert "first month is over" in refused(taking, "extend", "OLD", "--reason", "busy")
    # one that somebody sends all the same is on record, and does not count
    send(taking, MAILBOX, "rights.completed.v1",
         {"contact": {"email": "mine@example.com"},
          "rights": {"request_id": "OLD", "kinds": ["access"], "outcome": "extended",
                     "extension": {"reason": "busy"}}})
    found = show(taking, "OLD")
    assert (found["extended"], found["extension_void"]) == (False, True)
    assert found["overdue"]


def test_the_clock_stands_while_identity_is_awaited(taking):
    ask(taking, "WHO", ["access"], at=day(-20))
    before = show(taking, "WHO")["due"]
    answer(taking, "complete", "WHO", "--outcome", "identity_requested",
           "--at", text(day(-15)))
    found = show(taking, "WHO")
    assert (found["state"], found["due"]) == ("paused", None)
    answer(taking, "complete", "WHO", "--outcome", "identity_confirmed",
           "--at", text(day(-5)))
    found = show(taking, "WHO")
    assert (found["state"], found["paused_days"]) == ("open", 10)
    assert found["due"] > before


def test_who_must_answer_follows_from_the_companies(taking):
    """Their countries' holidays count: named by id or by web site, all of several, else the default's."""
    ask(taking, "HD-1", ["access"])
    ask(taking, "HD-2", ["access"], controllers=["ssl247-sas"])
    ask(taking, "HD-3", ["access"], website="shop.ssl247.fr")
    ask(taking, "HD-4", ["access"], controllers=["ssl247-sas", "sectigo-limited"])
    assert [show(taking, f"HD-{n}")["answered_from"] for n in (1, 2, 3, 4)] == ["GB", "FR", "FR", "FR GB"]


def test_an_erasure_refused_says_why_and_where_to_complain(taking):
    consent(taking, "holder@example.com")
    assert decide(taking, "holder@example.com") == ("PERMIT", "CONSENT")
    ask(taking, "RR-7", ["erase", "access"], "holder@example.com", country="FR")
    # marketing stops at once; the account is still there, and what serves it goes on
    assert decide(taking, "holder@example.com") == ("DENY", "ERASED")
    assert decide(taking, "holder@example.com", "billing")[0] == "PERMIT"
    answer(taking, "extend", "RR-7", "--reason", "old backups")
    assert decide(taking, "holder@example.com") == ("DENY", "ERASED")
    why = refused(taking, "refuse", "RR-7", "--reason", "CERTIFICATE_PUBLIC_RECORD", "--kind", "erase")
    assert "certificate was ever issued" in why  # whose would it be?
    send(taking, SITE, "retention.anchored.v1", {
        "contact": {"email": "holder@example.com"}, "controllers": ["sectigo-limited"],
        "anchors": [{"event": "last_certificate_expired_or_revoked", "at": text(day()), "reference": "C-1"}]})
    said = answer(taking, "refuse", "RR-7", "--reason", "CERTIFICATE_PUBLIC_RECORD",
                  "--kind", "erase", "--explanation", "It stands in a certificate.")
    assert said["refusal"]["authority"]["country"] == "FR"
    assert "informatique" in said["refusal"]["authority"]["name"]
    found = show(taking, "RR-7")
    assert found["open"] == ["access"]
    assert found["answers"]["erase"] == {"outcome": "refused", "article": "17(3)(b)",
                                         "reason": "CERTIFICATE_PUBLIC_RECORD"}
    # the data stay, and are not used to promote anything
    assert decide(taking, "holder@example.com")[0] == "DENY"
    assert decide(taking, "holder@example.com", "billing")[0] == "PERMIT"
    # the event that says so went the way of all events, and repeats the person alone
    sent = [e for e in taking.read_json("feed.privacy-mailbox")
            if e["id"] == said["event_id"]][0]
    assert sent["data"]["contact"]["email"] == "holder@example.com"
    assert sent["data"]["rights"]["due_rule"] == found["due_rule"]
    assert sent["data"]["rights"]["source"] == MAILBOX


@pytest.mark.parametrize("country, authority", [("DE", "DE"), ("GB", "GB"), ("US", "US"),
                                                ("CH", "CH"), ("CA", "CA"), ("BR", "GB"),
                                                (None, "GB")])
def test_whom_to_complain_to(taking, country, authority):
    """The person's own authority; where there is none, the controller's."""
    contact = {"email": "mine@example.com", **({"country": country} if country else {})}
    send(taking, SITE, "rights.requested.v1",
         {"contact": contact, "rights": {"request_id": "C-1", "kinds": ["access"]}})
    said = answer(taking, "refuse", "C-1", "--reason", "MANIFESTLY_UNFOUNDED")
    assert said["refusal"]["authority"]["country"] == authority
    if country == "DE":  # a company's is the Land's, not the federal one
        assert "Bundesland" in said["refusal"]["authority"]["name"]


def test_restriction_and_its_lifting_take_effect_at_once(taking):
    consent(taking, "still@example.com")
    ask(taking, "R-1", ["restrict"], "still@example.com", controllers=["sectigo-limited"])
    assert decide(taking, "still@example.com") == ("DENY", "RESTRICTED")
    found = show(taking, "R-1")
    assert "billing" in found["would_stop"]
    assert "legal.claims" not in found["would_stop"]
    assert "marketing.promotional" not in found["would_stop"]
    answer(taking, "complete", "R-1")
    assert decide(taking, "still@example.com") == ("DENY", "RESTRICTED")
    answer(taking, "complete", "R-1", "--outcome", "lifted")
    assert decide(taking, "still@example.com") == ("PERMIT", "CONSENT")


@pytest.mark.parametrize("kind", ["object", "withdraw"])
def test_what_says_no_takes_effect_at_once(taking, kind):
    consent(taking, "no@example.com")
    assert decide(taking, "no@example.com")[0] == "PERMIT"
    ask(taking, "N-1", [kind], "no@example.com")
    assert decide(taking, "no@example.com")[0] == "DENY"


def test_a_directive_after_death_is_french(taking):
    ask(taking, "D-ES", ["post_mortem_directive"], "es@example.com", country="ES")
    ask(taking, "D-FR", ["post_mortem_directive"], "fr@example.com", country="FR")
    assert show(taking, "D-ES")["not_in_france"] and not show(taking, "D-FR")["not_in_france"]
    assert "France alone" in refused(taking, "complete", "D-ES")
    assert answer(taking, "refuse", "D-ES", "--reason", "NOT_IN_FRANCE")
    answer(taking, "complete", "D-FR")
    assert decide(taking, "fr@example.com") == ("DENY", "DECEASED")


def test_a_customers_data_are_referred_and_enter_no_decision(taking):
    consent(taking, "user@example.com")
    ask(taking, "CG-1", ["erase", "object"], "user@example.com", source=SITE,
        role="processor")
    assert decide(taking, "user@example.com") == ("PERMIT", "CONSENT")
    assert show(taking, "CG-1")["customer_wanted"]
    assert "which we only process" in refused(taking, "complete", "CG-1")
    assert "names no customer" in refused(taking, "complete", "CG-1",
                                          "--outcome", "referred")
    answer(taking, "complete", "CG-1", "--outcome", "referred", "--to", "CUST-7")
    found = show(taking, "CG-1")
    assert (found["state"], found["answers"]["erase"]["outcome"]) == ("closed", "referred")
    assert decide(taking, "user@example.com") == ("PERMIT", "CONSENT")


def test_who_may_ask_and_who_may_answer(taking):
    """A reseller's relay of a request waits for an answer; its own answer is none."""
    ask(taking, "RS-1", ["access"], source="acme-hosting")
    assert show(taking, "RS-1")["state"] == "open"
    taking.produce("feed.acme-hosting", {
        "specversion": "1.0", "id": "RS-DONE", "source": URN["acme-hosting"],
        "type": "rights.completed.v1", "time": text(day()),
        "data": {"contact": {"email": "mine@example.com"},
                 "rights": {"request_id": "RS-1", "kinds": ["access"], "outcome": "done"}}})
    wait_until(lambda: taking.value("SELECT count(*) FROM quarantine"
                                    " WHERE event_id = 'RS-DONE'") == 1, what="quarantine")
    assert show(taking, "RS-1")["state"] == "open"
    answer(taking, "complete", "RS-1")
    assert show(taking, "RS-1")["state"] == "closed"


def test_one_id_used_by_two_sources(taking):
    ask(taking, "1", ["access"], "a@example.com", source=SITE)
    ask(taking, "1", ["erase"], "b@example.com", source=MAILBOX)
    assert "--source" in refused(taking, "complete", "1")
    answer(taking, "complete", "1", "--source", SITE)
    assert show(taking, "1", "--source", SITE)["state"] == "closed"
    assert show(taking, "1", "--source", MAILBOX)["state"] == "open"
    assert decide(taking, "b@example.com")[1] == "ERASED"


def test_binary_mode_and_what_is_no_json(taking):
    data = {"contact": {"email": "bin@example.com"},
            "rights": {"request_id": "BIN-1", "kinds": ["access"]}}
    taking.produce(f"feed.{MAILBOX}", json.dumps(data).encode(), headers=[
        ("ce_specversion", b"1.0"), ("ce_id", b"BIN-1"), ("ce_time", text(day()).encode()),
        ("ce_source", URN[MAILBOX].encode()), ("ce_type", b"rights.requested.v1"),
        ("content-type", b"application/json")])
    taking.produce(f"feed.{MAILBOX}", b'{"specversion":"1.0","id":"CUT","source":"' +
                   URN[MAILBOX].encode() + b'","type":"objection.recorded.v1","time":"' +
                   text(day()).encode() + b'","data":{"contact":{"email":"c@example.com"},')
    wait_until(lambda: taking.value("SELECT count(*) FROM ledger") == 2, what="both")
    assert [r["request"] for r in taking.ctl_json("rights", "list")] == ["BIN-1"]


def test_wrong_usage(taking):
    assert taking.ctl("rights", "show", "NOBODY", check=False).returncode == 1
    done = taking.ctl("rights", "refuse", "NOBODY", check=False)
    assert done.returncode == 2 and "ART_17_3_E" in done.stderr
    assert taking.ctl("rights", "complete", "X", "--outcome", "refused",
                      check=False).returncode == 2
    ask(taking, "U-1", ["access"])
    assert taking.ctl("rights", "complete", "U-1", "--kind", "acess",
                      check=False).returncode == 2
    assert "not asked for" in refused(taking, "complete", "U-1", "--kind", "erase")


def test_the_keeper_counts_and_says_what_is_late(taking):
    ask(taking, "K-LATE", ["access"], "late@example.com", at=day(-60))
    ask(taking, "K-SOON", ["access"], at=day(-27))
    ask(taking, "K-DONE", ["access"], at=day(-60))
    answer(taking, "complete", "K-DONE")
    taking.start("keeper")
    wait_until(lambda: taking.metrics("keeper").get("consent_keeper_rights_open") == 2,
               what="the count")
    seen = taking.metrics("keeper")
    assert seen["consent_keeper_rights_overdue"] == 1
    # one at most dates: holidays before and after a weekend can make it eight days
    assert seen["consent_keeper_rights_due_in_7_days"] == (show(taking, "K-SOON")["days_left"] <= 7)
    log = (taking.dir / "keeper.log").read_text()
    assert log.count("event=rights_overdue") == 1 and "request=K-LATE" in log
    assert "example.com" not in log
    # with the keeper's own rights alone
    taking.sql("SET ROLE consent_keeper")
    assert taking.value("SELECT count(*) FROM v_rights_event") == 4
    taking.sql("RESET ROLE")


def test_a_consent_from_before_the_policy_in_force_can_be_imported(taking):
    """A purpose names the earlier versions under which it was disclosed; another waits."""
    for n, purpose in enumerate(("marketing.promotional", "marketing.targeted_advertising")):
        taking.produce(f"feed.{SITE}", {
            "specversion": "1.0", "id": f"old-{n}", "source": URN[SITE],
            "type": "consent.granted.v1", "time": "2020-05-01T10:00:00Z", "importbatch": "archive",
            "data": {"contact": {"email": f"old{n}@example.com", "country": "GB"},
                     "controllers": ["sectigo-limited"],
                     "scope": [{"purpose": purpose, "channels": ["email"]}],
                     "basis": {"art6": "a", "type": "expressed"},
                     "consent": {"method": "form", "statement": "offers by e-mail"},
                     "provenance": {"source_type": "direct"}}})
    wait_until(lambda: taking.value("SELECT count(*) FROM quarantine WHERE event_id = 'old-1'"
                                    " AND reason = 'PURPOSE_NOT_DISCLOSED'") == 1,
               what="the purpose of today alone")
    wait_until(lambda: taking.value("SELECT count(*) FROM ledger WHERE event_id = 'old-0'") == 1,
               what="the consent of then")
    assert decide(taking, "old0@example.com") == ("PERMIT", "CONSENT")
    assert decide(taking, "old1@example.com")[0] == "DENY"
