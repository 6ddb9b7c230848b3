"""Two people for what cannot be undone, where the register asks for it."""
import json

import pytest
from asking import Lookup
from browser import DESKTOP, browse  # noqa: F401
from hands import ROOT, wait_until
from officer import Person
from selenium.webdriver.common.keys import Keys
from test_forget import MAILBOX, consent, send

EMAIL = "erase.me@example.com"
ERASE = ("erase", "--email", EMAIL, "--yes")


@pytest.fixture
def strict(stack, tmp_path, monkeypatch):
    """A register with two people for everything, and a hand for each of two people."""
    monkeypatch.delenv("SUDO_USER", raising=False)
    rules = json.loads((ROOT / "schemas/register/sectigo.json").read_text())
    rules["windows"][0]["two_people"] = ["erase", "discard", "register"]
    stack.ctl("register", "apply", write(tmp_path / "sectigo.json", rules))
    for name in ("ingest", "keeper", "publish"):
        stack.start(name)

    def hand(who):
        def run(*args, check=True):
            with monkeypatch.context() as m:
                m.setenv("SUDO_USER", who)
                return stack.ctl(*args, check=check)
        return run
    stack.ann, stack.ben, stack.rules = hand("ann"), hand("Ben@example.com"), rules
    return stack


def write(path, register):
    path.write_text(json.dumps(register))
    return str(path)


def waits(run, *args):
    done = run(*args, check=False)
    assert done.returncode == 1 and "another person has to do the same" in done.stderr, done


def open_asks(stack):
    return stack.sql("SELECT act, asked_by FROM second_ask WHERE done IS NULL ORDER BY ask")


def test_one_asks_and_another_erases(strict):
    consent(strict, EMAIL)
    waits(strict.ann, *ERASE, "--by", "Ann")
    waits(strict.ann, *ERASE, "--by", "Somebody else")  # a name is easily typed
    assert open_asks(strict) == [("erase", "ann")]
    assert "Nothing would go" in strict.ann("erase", "--email", EMAIL, "--dry-run")
    strict.ben(*ERASE, "--by", "Ben")
    assert strict.sql("SELECT asked_by, done_by FROM second_ask") == [("ann", "Ben@example.com")]
    waits(strict.ben, *ERASE, "--by", "Ben")  # spent: the next needs two again


def test_another_name_is_not_another_person(strict):
    """Who signs in has the name that the provider tells, which people can change there."""
    def session(name, subject):
        made = strict.value("SELECT session_open(3::smallint, %s, %s, sha256(%s::bytea), 8)",
                            name, subject, name)
        return f"{name} (token {made})"

    def go(who):
        return strict.value("SELECT second_person('discard', 'quarantine 7', %s)", who)
    first, renamed, other = session("Ann", "s-1"), session("Bea", "s-1"), session("Cem", "s-2")
    assert [go(first), go(first), go(renamed)] == [False] * 3
    assert go("Ann") is False and go("ann@example.com") is False
    assert go(other) is True


def test_the_register_changes_by_two(strict, tmp_path):
    """... of the very same difference; also the change that would let one do it alone."""
    del strict.rules["windows"][0]["two_people"]
    alone = write(tmp_path / "alone.json", strict.rules)
    waits(strict.ann, "register", "apply", alone)
    assert json.loads(strict.ann("register", "apply", alone, "--dry-run", "--json"))["changes"]
    strict.rules["windows"][0]["skew"] = "PT6M"
    waits(strict.ben, "register", "apply", write(tmp_path / "other.json", strict.rules))
    strict.ben("register", "apply", alone)
    assert strict.ann("register", "apply", str(tmp_path / "other.json")), "one is enough now"


def test_the_register_changes_by_two_at_desks(strict):
    """... with the same words for it as at the command line: one may ask here and another do it there."""
    lookup = Lookup(strict)
    for who in ("ana", "bob"):
        lookup.token(who, "dpo")
    strict.sql("INSERT INTO retention_day (day, due, counted) VALUES ('2099-01-01', 2, now())")
    due = lookup.ask("GET", "/v1/desk")[1]["retention_due"]
    for who, status in (("ana", 409), ("ana", 409), ("bob", 200)):
        assert lookup.ask("POST", "/v1/erasures/due", {"counted": due["counted"]}, who)[0] == status, who
    waits(strict.ann, "retention", "run", "--before", "2020-01-01", "--yes", "--by", "Ann")
    strict.ben("retention", "run", "--before", "2020-01-01", "--yes", "--by", "Ben")
    del strict.rules["windows"][0]["two_people"]
    asked = {"files": [{"name": "sectigo.json", "text": json.dumps(strict.rules)}], "why": "one is enough"}
    asked["difference"] = lookup.ask("POST", "/v1/register?dry_run=true", asked)[1]["difference"]
    for _ in range(2):
        status, problem, _ = lookup.ask("POST", "/v1/register", asked, "ana")
        assert status == 409 and problem["type"].endswith("second-person"), problem
    assert [act for act, _ in open_asks(strict)] == ["register"]
    assert lookup.ask("POST", "/v1/register", asked, "bob")[0] == 200
    assert open_asks(strict) == []


def counted(stack, day, contacts, rows, ago):
    stack.sql("INSERT INTO retention_day (day, due, due_rows, counted)"
              " VALUES (%s, %s, %s, now() - %s * interval '1 hour')",
              day, contacts, json.dumps([{"row": r, "controller": "sectigo-limited", "contacts": n}
                                         for r, n in rows.items()]), ago)


def test_what_one_asked_for_stands_until_the_next_count(strict):
    """... as long as nothing more is due by any row; then what was counted first goes, and no more."""
    strict.daemon("keeper").stop()
    lookup = Lookup(strict)
    for who in ("ana", "bob", "cem"):
        lookup.token(who, "dpo")

    def go(who):
        due = lookup.ask("GET", "/v1/desk")[1]["retention_due"]
        return lookup.ask("POST", "/v1/erasures/due", {"counted": due["counted"]}, who)[0]
    counted(strict, "2099-01-01", 7, {"R10": 4, "R12": 3}, 5)
    assert [go("ana"), go("ana")] == [409, 409]
    # the same number of contacts, but more of one row: both begin again
    counted(strict, "2099-01-02", 7, {"R10": 3, "R12": 4}, 4)
    assert go("bob") == 409
    assert sorted(strict.sql("SELECT subject FROM second_ask")) == [
        ("retention 2099-01-01, 7 contacts",), ("retention 2099-01-02, 7 contacts",)]
    # less of both: of the two that wait the second has been asked for by bob himself
    counted(strict, "2099-01-03", 6, {"R10": 3, "R12": 3}, 3)
    assert go("bob") == 200
    assert strict.sql("SELECT day::text, before = (SELECT counted FROM retention_day d WHERE d.day = a.day),"
                      " asked_by FROM retention_ask a") == [("2099-01-01", True, strict.value(
                          "SELECT done_by FROM second_ask WHERE done IS NOT NULL"))]
    # the keeper counts again under the day of the last count, so that no older one is shown
    strict.start("keeper", retention_hour=-1)
    wait_until(lambda: strict.value("SELECT done IS NOT NULL FROM retention_ask"), what="the run")
    wait_until(lambda: strict.sql("SELECT day::text, due FROM retention_day"
                                    " WHERE day > '2099-01-01'::date - 1 ORDER BY day")
               == [("2099-01-01", 7), ("2099-01-02", 7), ("2099-01-03", 0)], what="the next count")


def test_an_answer_that_erases_and_a_discard(strict, browse):  # noqa: F811
    consent(strict, EMAIL)
    send(strict, MAILBOX, "rights.requested.v1",
         {"contact": {"email": EMAIL, "country": "GB"}, "controllers": ["*"],
          "rights": {"request_id": "RR-2", "kinds": ["erase"]}}, 3)
    strict.produce("feed.sectigo.com", {
        "specversion": "1.0", "id": "empty", "source": "urn:consent:src:direct:sectigo.com",
        "type": "consent.granted.v1", "time": "2026-01-01T00:00:00Z", "data": {}})
    wait_until(lambda: strict.value("SELECT count(*) FROM quarantine") == 1, what="the quarantine")
    [row] = strict.ctl_json("quarantine", "list")
    waits(strict.ann, "quarantine", "discard", str(row["id"]), "--reason", "a slip")
    waits(strict.ann, "rights", "complete", "RR-2")
    lookup = Lookup(strict)
    desk = lookup.ask("GET", "/v1/desk")[1]["second_person"]
    assert [(a["act"], a["by"]) for a in desk] == [("discard", "ann"), ("erase", "ann")]
    person = Person(browse(**DESKTOP), lookup)
    person.sign_in("dpo")
    person.sees("What one person has asked for, and another has to do within seven days")
    person.right("second-person")
    # the officer of the console is another person than who typed the command
    path = f"/v1/quarantine/{row['id']}/discard"
    assert lookup.ask("POST", path, {"note": "a slip"})[0] == 200
    # the request is answered where the start page leads to, by keyboard, after a look at what would go
    person.browser.click(desk[1]["subject"])
    person.sees("Answer it")
    person.browser.send("form.acting button.primary", Keys.ENTER)
    person.sees("If the person's request were granted now: 2 events, 1 fact")
    person.sees("To go on, type the request’s id: RR-2")
    person.right("erasure-answer")
    person.fills("To go on, type the request’s id: RR-2", "RR-2")
    person.tabs_to("Give this answer", Keys.ENTER)
    wait_until(lambda: strict.value("SELECT count(*) FROM erasure") == 1, what="the erasure")
    assert open_asks(strict) == []
    assert not person.wrong, "\n".join(person.wrong)


def test_where_the_register_does_not_ask_one_is_enough(stack):
    for name in ("ingest", "keeper", "publish"):
        stack.start(name)
    consent(stack, EMAIL)
    stack.ctl(*ERASE, "--by", "Kim")
    assert stack.value("SELECT count(*) FROM second_ask") == 0
