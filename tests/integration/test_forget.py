"""Forgetting a person: what goes, what stays and why, with a certificate."""
import datetime
import json
import uuid

import pytest

from asking import Lookup
from facts import token
from hands import wait_until
from stack import ROOT, fetch
from test_lists import calm, listed, more_lists
from test_restore import dump, restore

MAILBOX, SITE = "privacy-mailbox", "sectigo.com"
URN = {MAILBOX: "urn:consent:src:dpo:privacy-mailbox",
       SITE: "urn:consent:src:direct:sectigo.com",
       "contracts": "urn:consent:src:contracts:contracts"}


def ago(days):
    when = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def tell(stack, source, kind, data, days=0, event_id=None):
    event = {"specversion": "1.0", "id": event_id or f"F-{uuid.uuid4()}",
             "source": URN[source], "type": kind, "time": ago(days), "data": data}
    stack.produce(f"feed.{source}", event)
    return event


def send(stack, source, kind, data, days=0, event_id=None):
    event = tell(stack, source, kind, data, days, event_id)
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger WHERE event_id = %s",
                                   event["id"]) >= 1, what=f"{kind} in the ledger")
    return event


def consent(stack, email, purpose="marketing.promotional", days=20, by=send):
    return by(stack, SITE, "consent.granted.v1", {
        "contact": {"email": email, "country": "GB", "subscriber": "individual"},
        "controllers": ["sectigo-limited"],
        "scope": [{"purpose": purpose, "channels": ["email"]}],
        "basis": {"art6": "a", "type": "expressed"},
        "consent": {"method": "newsletter_form",
                    "statement": "Sectigo may send me offers by e-mail"},
        "provenance": {"source_type": "direct", "collection_point": "newsletter"}}, days)


def certificate(stack, email, until):
    send(stack, SITE, "retention.anchored.v1", {
        "contact": {"email": email, "country": "GB"}, "controllers": ["sectigo-limited"],
        "anchors": [{"event": "last_certificate_expired_or_revoked", "at": until,
                     "reference": "C-1"}],
        "provenance": {"source_type": "direct"}}, 10)


def optout(stack, email, days=8, by=send):
    by(stack, SITE, "optout.recorded.v1", {
        "contact": {"email": email, "country": "GB"}, "controllers": ["sectigo-limited"],
        "scope": [{"purpose": "*promotional", "channels": ["email"]}],
        "optout": {"via": "unsubscribe_link"},
        "provenance": {"source_type": "direct"}}, days)


def ask_and_answer(stack, email, request):
    send(stack, MAILBOX, "rights.requested.v1",
         {"contact": {"email": email, "country": "GB"}, "controllers": ["*"],
          "rights": {"request_id": request, "kinds": ["erase"]}}, 3)
    said = stack.ctl_json("rights", "complete", request)
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger WHERE event_id = %s",
                                   said["event_id"]) == 1, what="the answer in the ledger")


def by_itself(stack, tmp_path):
    """R12 goes without being asked for."""
    files = []
    for name in ("sectigo", "demo"):
        register = json.loads((ROOT / "schemas" / "register" / f"{name}.json").read_text())
        for row in register.get("retention", []):
            row["automatic"] = row["id"] == "R12"
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(json.dumps(register))
    stack.ctl("register", "apply", *files)


def erased(stack, n=1):
    return wait_until(lambda: stack.sql("SELECT contact, whole, events, certificate IS NOT NULL"
                                        " FROM erasure ORDER BY erasure")[n - 1:] or None,
                      what="an erasure")


def test_nobody_is_erased_before_the_lists_know(stack):
    """A list's token is made of what an erasure takes away: a child's no that publish has not
    said yet waits for it. Of the second child nothing waits, and the keeper comes to the first
    before it."""
    stack.start("ingest")
    emails = [f"{name}@school.example" for name in ("first", "second")]
    for n, email in enumerate(emails):
        send(stack, SITE, "consent.granted.v1", {
            "contact": {"email": email, "country": "ES", "age": "under_16"},
            "controllers": ["sectigo-limited"],
            "scope": [{"purpose": "marketing.promotional", "channels": ["email"]}],
            "basis": {"art6": "a", "type": "expressed"},
            "consent": {"method": "web_form", "statement": "Yes"},
            "provenance": {"source_type": "direct"}}, 1)
        wait_until(lambda n=n: stack.value("SELECT count(*) FROM delete_task") == n + 1, what="the task")
    tasks = [contact for contact, in stack.sql("SELECT contact FROM delete_task ORDER BY opened")]
    assert stack.value("SELECT count(DISTINCT contact) FROM dirty") == 2
    stack.sql("DELETE FROM dirty WHERE contact = %s", tasks[1])  # as publish would
    stack.start("keeper")
    erased(stack)
    assert stack.sql("SELECT contact FROM erasure") == [(tasks[1],)]
    stack.start("publish")
    erased(stack, 2)
    assert stack.sql("SELECT contact FROM erasure ORDER BY erasure") == [(t,) for t in reversed(tasks)]
    said = wait_until(lambda: stack.read_table("suppression.promotional-email").get(token(emails[0])),
                      what="the first child's entry")
    assert said["status"] == "suppressed"


@pytest.fixture
def taking(stack):
    for name in ("ingest", "keeper", "publish"):
        stack.start(name)
    return stack


def test_an_answered_request_is_carried_out(taking):
    """All of Ana goes, but that she said no, her place on the list, and the certificate."""
    consent(taking, "ana@forget.example")
    optout(taking, "ana@forget.example")
    ask_and_answer(taking, "ana@forget.example", "RR-ANA")
    (row, *_) = erased(taking)
    assert row[1] is True
    assert taking.sql("SELECT wrapped_key, sealed FROM contact WHERE contact = %s", row[0]) == \
        [(None, None)]
    wait_until(lambda: taking.value("SELECT count(*) FROM erasure WHERE certificate IS NOT NULL"),
               what="the certificate in the ledger")
    wait_until(lambda: calm(taking), what="the lists")
    held = taking.ctl_json("export", "--email", "ana@forget.example")
    held.pop("contact")  # what was asked
    assert "ana@forget.example" not in json.dumps(held)
    decision = taking.ctl_json("decide", "--email", "ana@forget.example", "--controller",
                               "sectigo-limited", "--purpose", "marketing.promotional",
                               "--channel", "email")
    assert (decision["verdict"], decision["reason"]) == ("DENY", "ERASED")
    on_lists = dict(taking.sql("SELECT register_name('list', list), status FROM list_entry"
                               " WHERE contact = %s", row[0]))
    assert on_lists["promotional-email"] == 1 and 3 not in on_lists.values()
    assert taking.value("SELECT count(*) FROM delete_task WHERE done IS NULL") == 0
    history = taking.ctl_json("erase", "--email", "ana@forget.example", "--history")
    assert [(h["ground"], h["whole"]) for h in history] == [("request", True)]
    said = taking.ctl("erase", "--email", "ana@forget.example", "--history")
    assert "erased" in said and "by consent-keeper" in said and not said.lstrip().startswith("[")
    assert "Nothing was erased" in taking.ctl("erase", "--email", "no@forget.example", "--history")


def test_other_systems_erase_too_and_say_so(taking, tmp_path):
    """One order for each list's token, in one piece with the erasure, until the system of the
    recipient, and no other, has answered it."""
    more_lists(taking, tmp_path, listed("cleaning", recipient="cleaner"), recipients=[
        {"id": "cleaner", "name": "Data of leads", "country": "GB", "mechanism": "domestic",
         "deletes": True}])
    made = [t["topic"] for t in taking.ctl_json("feed", "create", "--all")["topics"]]
    assert "deletion.cleaner" in made and "deletion.mta-eu1" not in made
    taking.start("lookup")
    lookup = Lookup(taking)
    for name in ("cleaner", "mta-eu1"):
        lookup.tokens[name] = taking.ctl_json("token", "create", "--role", "mailing",
                                              "--recipient", name)["token"]
    optout(taking, "eve@forget.example")
    consent(taking, "eve@forget.example")
    wait_until(lambda: taking.value("SELECT count(*) FROM list_entry WHERE list ="
                                    " (SELECT number FROM register_number WHERE kind = 'list'"
                                    "   AND id = 'cleaning')") == 1, what="the list")
    ask_and_answer(taking, "eve@forget.example", "RR-EVE")
    erased(taking)
    wait_until(lambda: taking.value("SELECT count(*) FROM outbox") == 0, what="the outbox")
    (order,) = [json.loads(m.value()) for m in taking.read("deletion.cleaner")]
    assert order["token"] == token("eve@forget.example") and order["whole"] is True
    assert (order["system"], order["list"]) == ("cleaner", "cleaning")
    assert [o["order"] for o in lookup.ask("GET", "/v1/deletions", token="cleaner")[1]["orders"]] == \
        [order["order"]]
    assert lookup.ask("GET", "/v1/deletions", token="mta-eu1")[1]["orders"] == []
    assert "waits for its answer" in taking.ctl("rights", "show", "RR-EVE")
    assert "cleaner" in taking.ctl("deletion", "list")
    assert "cleaner has not answered 1 orders" in taking.ctl("doctor", check=False).stdout
    done = {"orders": [order["order"]]}
    for who, n in (("mta-eu1", 0), ("cleaner", 1), ("cleaner", 0)):
        assert lookup.ask("POST", "/v1/deletions/acknowledgements", done, who)[1] == \
            {"acknowledged": n}
    assert taking.sql("SELECT token, done_by FROM deletion_order") == [("", "cleaner")]
    assert "says cleaner" in taking.ctl("rights", "show", "RR-EVE")
    assert lookup.ask("GET", "/v1/deletions", token="cleaner")[1]["orders"] == []
    assert lookup.ask("POST", "/v1/deletions/acknowledgements", {"orders": [7]})[0] == 422


def test_marketing_goes_and_a_certificate_keeps_the_address(taking):
    """R12 lets go, R02 does not: the address is still there, and the answer says until when."""
    consent(taking, "bob@forget.example")
    certificate(taking, "bob@forget.example", ago(0))
    plan = taking.ctl_json("erase", "--email", "bob@forget.example")
    assert plan["events_that_go"] == 0
    foreseen = taking.ctl_json("erase", "--email", "bob@forget.example", "--dry-run", "--as-asked")
    taking.start("lookup")
    lookup = Lookup(taking)
    who = {"contact": {"email": "bob@forget.example"}}
    nothing = lookup.ask("POST", "/v1/erasures/preview?granted=false", who)[1]
    assert nothing["events"] == 0
    assert nothing["facts_that_stay"] == taking.value("SELECT count(*) FROM fact") > 0
    status, shown, _ = lookup.ask("POST", "/v1/erasures/preview", who)
    assert status == 200 and shown == {
        "granted": True, **{k: v for k, v in foreseen.items()
                            if k not in ("dry_run", "events_that_go")}}
    assert shown["types"] == {"consent.granted.v1": 1} and shown["events"] == 1
    assert taking.value("SELECT count(*) FROM erasure") == 0, "it was only looked at"
    assert taking.value("SELECT count(*) FROM event_salt WHERE salt IS NULL") == 0
    ask_and_answer(taking, "bob@forget.example", "RR-BOB")
    (row, *_) = erased(taking)
    assert row[1] is False
    rows = {r["row"]: r for r in taking.ctl_json(
        "erase", "--email", "bob@forget.example", "--history")[0]["rows"]}
    assert (rows["R12"]["goes"], rows["R12"]["article"]) == (True, "17(1)")
    assert (rows["R02"]["goes"], rows["R02"]["why"], rows["R02"]["article"]) == \
        (False, "certificate", "17(3)(b)")
    certified = taking.ctl_json("erase", "--email", "bob@forget.example", "--history")[0]
    assert certified["facts"] == shown["facts"]
    assert [(r["row"], r["goes"], r["why"]) for r in certified["rows"]] == \
        [(r["row"], r["goes"], r["why"]) for r in shown["rows"]]
    assert certified["events"] == shown["events"] + 2, "the request and its answer went as well"
    assert taking.value("SELECT sealed IS NOT NULL FROM contact WHERE contact = %s", row[0])
    kinds = {k for k, in taking.sql("SELECT kind FROM fact WHERE contact = %s", row[0])}
    assert 1 not in kinds and 22 in kinds  # the grant went, the anchor stays


def test_retention_is_carried_out_and_a_hold_stops_it(taking):
    consent(taking, "carl@forget.example")
    optout(taking, "carl@forget.example")
    run = ("retention", "run", "--before", ago(0)[:10], "--row", "R12")
    hold = ("retention", "hold", "add", "--matter", "2026/17", "--reason", "a claim", "--by", "Kim",
            "--email", "carl@forget.example")
    assert taking.ctl(*hold, "--row", "R99", check=False).returncode == 2, "it would hold nothing"
    taking.ctl(*hold)
    assert taking.ctl(*run, "--yes", "--by", "Kim") == ""
    taking.ctl("retention", "hold", "lift", "--matter", "2026/17", "--by", "Kim")
    assert taking.ctl_json("retention", "hold", "list") == []
    assert "would go" in taking.ctl(*run, "--dry-run")
    # no row goes by itself here: the keeper counts what waits for a person, and does so
    # too while publish has too much to do for anybody to be woken
    for name in ("keeper", "publish"):
        taking.daemon(name).stop()
    taking.sql("DELETE FROM retention_day")
    taking.sql("INSERT INTO dirty (contact, shard, cause, known)"
               " SELECT contact, shard_of(contact), 5, now() FROM contact")
    taking.sql("INSERT INTO due SELECT contact, now() FROM contact"
               " ON CONFLICT (contact) DO UPDATE SET at = excluded.at")
    taking.start("keeper", retention_hour=0, backlog_rows=1)
    assert wait_until(lambda: taking.value("SELECT max(due) FROM retention_day"), 60, "the count") == 1
    assert taking.value("SELECT count(*) FROM due WHERE at <= now()") > 0, "somebody was woken"
    assert taking.value("SELECT count(*) FROM erasure") == 0
    # whom a mark waits for, not even a person can erase: the lists could not say it afterwards
    early = taking.ctl(*run, "--yes", "--by", "Kim", check=False)
    assert early.returncode == 1 and "consent-publish has not said on the lists yet" in early.stderr, early
    assert taking.value("SELECT count(*) FROM erasure") == 0
    taking.start("publish")
    wait_until(lambda: calm(taking), what="the lists")
    # at a desk it is seen by row, and asked for; the keeper erases it, and counts again
    taking.start("lookup")
    desk = Lookup(taking)
    due = desk.ask("GET", "/v1/desk")[1]["retention_due"]
    assert (due["contacts"], due["asked"]) == (1, None) and {"R12"} <= {r["row"] for r in due["rows"]}, due
    assert desk.ask("POST", "/v1/erasures/due", {"counted": ago(0)})[0] == 409, "another count"
    assert desk.ask("POST", "/v1/erasures/due", {"counted": due["counted"]})[0] == 200
    wait_until(lambda: taking.value("SELECT due FROM retention_day") == 0, 60, "the next count")
    asked = desk.ask("GET", "/v1/desk")[1]["retention_due"]["asked"]
    assert asked["done"] and asked["contacts"] == 1
    assert taking.sql("SELECT by, ground, whole FROM erasure") == [(f"token {desk.ids['dpo']}", "retention", True)]
    assert desk.ask("POST", "/v1/erasures/due", {"counted": due["counted"]})[0] == 409, "once"
    consent(taking, "cora@forget.example")
    optout(taking, "cora@forget.example")
    wait_until(lambda: calm(taking), what="the lists")
    assert "erased" in taking.ctl(*run, "--yes", "--by", "Kim")
    assert ("Kim", "retention", True) in taking.sql("SELECT by, ground, whole FROM erasure")
    assert taking.ctl(*run, "--yes", "--by", "Kim") == ""  # once
    # two of one person go in one run: the mark that an erasure leaves is nobody's word
    both = {"contact": {"email": "dan@forget.example", "phone": "+442079460000", "country": "GB",
                        "subscriber": "individual"}, "controllers": ["sectigo-limited"],
            "provenance": {"source_type": "direct"}}
    send(taking, SITE, "consent.granted.v1", {
        **both, "scope": [{"purpose": "marketing.promotional", "channels": ["email", "phone"]}],
        "basis": {"art6": "a", "type": "expressed"}, "consent": {"method": "web_form", "statement": "Yes"}}, 20)
    send(taking, SITE, "optout.recorded.v1", {
        **both, "scope": [{"purpose": "*promotional", "channels": ["email", "phone"]}],
        "optout": {"via": "letter"}}, 8)
    wait_until(lambda: calm(taking), what="the lists")
    taking.daemon("publish").stop()
    said = taking.ctl(*run, "--yes", "--by", "Kim")
    assert said.count("erased") == 2, said
    decision = taking.ctl_json("decide", "--email", "carl@forget.example", "--controller",
                               "sectigo-limited", "--purpose", "marketing.promotional",
                               "--channel", "email")
    assert (decision["verdict"], decision["reason"]) == ("DENY", "OPTOUT")


# What one contact's erasure meets: the connection ends. And beside another's the register
# becomes a new version.
TROUBLE = """
CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF NEW.contact = '{poison}' THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
    ELSIF NEW.contact = '{first}' THEN
        UPDATE register_version SET version = version + 1;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trouble BEFORE INSERT ON erasure FOR EACH ROW EXECUTE FUNCTION trouble()"""


def test_the_daily_run_goes_on(taking, tmp_path):
    """One contact that cannot be erased is passed over alone, and a new register in the
    middle ends nothing. Of 17 contacts two stand in the same part of the walk."""
    for i in range(17):
        consent(taking, f"e{i}@forget.example", by=tell)
        optout(taking, f"e{i}@forget.example", by=tell)
    wait_until(lambda: taking.value("SELECT count(*) FROM ledger") >= 34, 60, "all of them")
    wait_until(lambda: calm(taking), what="the lists")
    taking.daemon("keeper").stop()
    by_itself(taking, tmp_path)
    keys = [k for k, in taking.sql("SELECT contact::text FROM contact ORDER BY contact")]
    assert len(keys) == 17
    poison = next(k for k, after in zip(keys, keys[1:]) if k[0] == after[0])
    first = next(k for k in keys if k != poison)
    wait_until(lambda: calm(taking), what="the lists under the new register")
    taking.sql(TROUBLE.format(poison=poison, first=first))
    taking.sql("DELETE FROM retention_day")
    taking.start("keeper", retention_hour=0)
    wait_until(lambda: taking.value("SELECT max(due) FROM retention_day") is not None, 60,
               "the end of the run")
    assert {k for k, in taking.sql("SELECT contact::text FROM erasure")} == set(keys) - {poison}
    assert taking.metrics("keeper")["consent_keeper_erase_passed_over_total"] == 1
    # a person who has it done hears of it as well, here with a connection that goes on
    taking.sql("CREATE OR REPLACE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS"
               " $$ BEGIN RAISE 'not this one'; END $$")
    said = taking.ctl("retention", "run", "--before", ago(0)[:10], "--row", "R12", "--yes",
                      "--by", "Kim", check=False)
    assert said.returncode == 1 and "1 were passed over" in said.stderr, said
    taking.sql("DROP TRIGGER trouble ON erasure")
    wait_until(lambda: calm(taking), what="the lists")
    assert "erased" in taking.ctl("retention", "run", "--before", ago(0)[:10], "--row", "R12",
                                  "--yes", "--by", "Kim")
    # what an event asks for: one that cannot be erased does not stop those behind it
    for i in (17, 18):
        consent(taking, f"e{i}@forget.example")
    stuck, behind = [k for k, in taking.sql("SELECT contact::text FROM contact WHERE contact::text <> ALL (%s)",
                                            keys)]
    taking.sql("CREATE OR REPLACE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
               f" IF NEW.contact = '{stuck}' THEN RAISE 'not this one'; END IF; RETURN NEW; END $$")
    taking.sql("CREATE TRIGGER trouble BEFORE INSERT ON erasure FOR EACH ROW EXECUTE FUNCTION trouble()")
    wait_until(lambda: calm(taking), what="the lists, for which a task waits")
    taking.sql("INSERT INTO delete_task SELECT k::uuid, 1, 'UNDER_16', now() - ago * interval '1 hour'"
               " FROM (VALUES (%s, 2), (%s, 1)) AS v (k, ago)", stuck, behind)
    done = "SELECT done IS NOT NULL FROM delete_task WHERE contact = %s"
    wait_until(lambda: taking.value(done, behind), what="the task behind it")
    assert not taking.value(done, stuck)
    taking.sql("DROP TRIGGER trouble ON erasure")
    wait_until(lambda: taking.value(done, stuck), what="its own, when nothing is in its way")


def test_a_restored_database_forgets_again(taking, tmp_path):
    """An erasure that is not in the database any more is in the journal: nothing is said of
    anybody until it is carried out again, and what the feeds bring again stays away."""
    consent(taking, "dora@forget.example")
    taking.start("lookup")
    lookup = Lookup(taking)
    dump(taking, tmp_path / "before")
    late = consent(taking, "dora@forget.example", "communication.news")
    ask_and_answer(taking, "dora@forget.example", "RR-DORA")
    (row, *_) = erased(taking)
    wait_until(lambda: any(json.loads(m.value())["certificate"]
                           for m in taking.read("consent.erasures")), what="the journal")
    for name in ("ingest", "keeper", "publish"):
        taking.daemon(name).stop()
    restore(taking, tmp_path / "before")
    assert taking.value("SELECT sealed IS NOT NULL FROM contact WHERE contact = %s", row[0])
    taking.start("publish", wait=False)
    wait_until(lambda: "erased" in fetch(taking.url("lookup") + "/readyz")[1],
               what="the look-up to say nothing")
    assert fetch(taking.url("lookup") + "/readyz")[0] == 503
    assert lookup.ask("POST", "/v1/decisions", {"queries": []}, "dpo")[0] == 503
    done = taking.ctl_json("restored", "--reason", "a disk")
    assert done["erasures"] >= 1 and done["erased_again"] == 1
    taking.start("ingest")
    wait_until(lambda: taking.value("SELECT count(*) FROM ledger WHERE event_id = %s",
                                    late["id"]) == 1, what="the feed once more")
    assert taking.sql("SELECT wrapped_key, sealed FROM contact WHERE contact = %s", row[0]) == \
        [(None, None)]
    assert taking.value("SELECT count(*) FROM fact WHERE contact = %s AND kind = 1", row[0]) == 0
    wait_until(lambda: fetch(taking.url("lookup") + "/readyz")[0] == 200, what="the look-up")
