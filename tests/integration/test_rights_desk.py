"""Requests answered at a desk: POST /v1/rights/{id}/answers, and the console's way to settle a letter."""
import pytest

from asking import Lookup
from browser import browse  # noqa: F401
from hands import wait_until
from officer import Person
from test_rights import ask, consent, decide, send, show


@pytest.fixture
def desk(stack):
    for name in ("ingest", "publish"):
        stack.start(name)
    return Lookup(stack)


def number_of(lookup, request):
    status, found, _ = lookup.ask("GET", "/v1/rights?state=all")
    assert status == 200
    return next(r["ledger_id"] for r in found["requests"] if r["request"] == request)


def settle(lookup, request, body, token="dpo"):
    status, found, _ = lookup.ask("POST", f"/v1/rights/{number_of(lookup, request)}/answers", body, token)
    if status == 202:
        wait_until(lambda: lookup.stack.value("SELECT count(*) FROM ledger WHERE event_id = %s AND outcome = 1",
                                              found["event_id"]) == 1, what="the answer in the ledger")
    return status, found


def test_the_first_request_of_a_worker_may_be_an_answer(stack):
    """It has no register yet."""
    stack.start("ingest")
    ask(stack, "L-0", ["unclassified"])
    number = stack.value("SELECT max(ledger_id) FROM ledger")
    lookup = Lookup(stack)
    path = f"/v1/rights/{number}/answers"
    assert lookup.ask("POST", path, {"outcome": "read", "as": []}, "dpo")[0] == 202


def test_a_letter_is_settled_with_one_act(desk):
    stack = desk.stack
    consent(stack, "mine@example.com")
    ask(stack, "L-1", ["unclassified"])
    assert decide(stack, "mine@example.com")[0] == "DENY", "what nobody has read stops marketing"
    status, found = settle(desk, "L-1", {"outcome": "read", "as": []})
    assert (status, found["feed"], found["outcome"]) == (202, "privacy-mailbox", "read")
    assert decide(stack, "mine@example.com")[0] == "PERMIT"
    assert show(stack, "L-1")["state"] == "closed"
    ask(stack, "L-2", ["unclassified"])
    assert settle(desk, "L-2", {"outcome": "read", "as": ["object", "access"]})[0] == 202
    assert decide(stack, "mine@example.com")[0] == "DENY"
    assert set(show(stack, "L-2")["open"]) >= {"access"}
    # whoever did it is in the audit, and in the event's provenance
    assert stack.value("SELECT count(*) FROM v_lookup_audit WHERE route = 'rights' AND outcome = 'settled'") == 2
    assert settle(desk, "L-1", {"outcome": "read", "as": []})[0] == 409


def test_the_same_checks_as_on_the_command_line(desk):
    stack = desk.stack
    ask(stack, "R-1", ["object", "erase"])
    status, problem = settle(desk, "R-1", {"outcome": "refused", "reason": "NOT_CONTROLLER", "kinds": ["object"]})
    assert status == 409 and "21(3)" in problem["detail"], problem
    status, found = settle(desk, "R-1", {"outcome": "refused", "reason": "ART_17_3_E", "kinds": ["erase"],
                                         "explanation": "a court case"})
    assert status == 202 and found["refusal"]["authority"]["country"] == "ES", found
    assert settle(desk, "R-1", {"outcome": "done", "at": "2020-01-01T00:00:00Z"})[0] == 409
    assert settle(desk, "R-1", {"outcome": "done"})[0] == 202
    assert show(stack, "R-1")["state"] == "closed"
    for body in ({"outcome": "forgotten"}, {"outcome": "read"}, {"outcome": "done", "as": []}, {"outcom": "done"},
                 {"outcome": "read", "as": ["unclassified"]}, {"outcome": "refused"}, {"outcome": "done", "kinds": "erase"}):
        assert settle(desk, "R-1", body)[0] == 422, body
    assert settle(desk, "R-1", {"outcome": "done"}, token="auditor")[0] == 403
    assert desk.ask("POST", "/v1/rights/999999/answers", {"outcome": "done"})[0] == 404


def test_an_officer_settles_a_letter_in_the_console(desk, browse):  # noqa: F811
    """The officer sees the letter, what holds meanwhile, and ends it with one click."""
    stack = desk.stack
    consent(stack, "mine@example.com")
    send(stack, "privacy-mailbox", "rights.requested.v1", {
        "contact": {"email": "mine@example.com"},
        "rights": {"request_id": "L-9", "kinds": ["unclassified"], "subject": "Your letter",
                   "verbatim": "Thank you for the quick help with my order."}})
    person = Person(browse(), desk)
    person.sign_in("dpo")
    person.sees("letter that nobody has read")
    person.goes("Rights requests", "L-9")
    person.browser.click("L-9")
    person.sees("Thank you for the quick help")
    person.sees("No marketing, and no sale or rental")
    person.right("letter")
    person.browser.click("It asks for what is marked")
    person.sees("Mark what the letter asks for")
    person.browser.click("Not an objection: it asks for nothing")
    wait_until(lambda: decide(stack, "mine@example.com")[0] == "PERMIT", what="the letter settled")
    assert not person.wrong, "\n".join(person.wrong)


def test_without_kafka_nothing_is_answered(stack):
    lookup = Lookup(stack, kafka_brokers="")
    status, problem, _ = lookup.ask("POST", "/v1/rights/1/answers", {"outcome": "done"})
    assert status == 501 and "consentctl" in problem["detail"]
