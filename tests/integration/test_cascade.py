"""What becomes of the grants under an agreement that ends, is terminated or was never true:
first as a dry run, then through ingest, keeper and publish to the lists."""
import hashlib

from hands import wait_until
from partners import DAY, at, decide, grant, on_list, optout, said, send

AGREEMENT = "AGR-2024-0117"
LIST = "suppression.promotional-email"


def token(email):
    return hashlib.sha256(email.encode()).hexdigest()


def status(stack, email):
    entry = stack.read_table(LIST).get(token(email))
    return (entry["status"], entry["reason"]) if entry else None


def start(stack):
    for program in ("ingest", "publish", "keeper"):
        stack.start(program)


def settled(stack):
    """Nothing is on its way to the lists."""
    wait_until(lambda: stack.value("SELECT (SELECT count(*) FROM cascade)"
                                   " + (SELECT count(*) FROM dirty)") == 0,
               what="the lists to follow")


def taken_in(stack):
    return stack.value("SELECT count(*) FROM agreement_fact")


def test_a_breach_takes_the_grants_that_rest_on_the_agreement_alone(stack):
    start(stack)
    send(stack,
         grant("acme-hosting", 1, "only@example.com", ago=2 * DAY),
         grant("acme-hosting", 2, "seen@example.com", ago=2 * DAY, state="verified"),
         grant("acme-hosting", 3, "both@example.com", ago=2 * DAY),
         grant("sectigo.com", 4, "both@example.com", ago=DAY),
         grant("acme-hosting", 5, "early@example.com", ago=20 * DAY),
         grant("nordhost", 6, "else@example.com", ago=2 * DAY),
         grant("acme-hosting", 7, "gone@example.com", ago=2 * DAY),
         optout("mta-eu1", 8, "gone@example.com"))
    settled(stack)
    assert status(stack, "only@example.com") is None
    since = at(-10 * DAY)

    dry = stack.ctl_json("agreement", "breach", AGREEMENT, "--from", since, "--dry-run")
    assert dry["dry_run"] and "event_id" not in dry
    assert dry["impact"]["contacts"] == 5  # those with facts under it
    deny = on_list(dry["impact"], "promotional-email")
    assert deny["suppressed"]["contacts"] == 1 and deny["released"]["contacts"] == 0
    key = stack.value("SELECT contact::text FROM fact f JOIN ledger l USING (ledger_id)"
                      " WHERE l.event_id = '1' LIMIT 1")
    assert deny["suppressed"]["examples"] == [key]
    assert on_list(dry["impact"], "marketing-email-permit")["revoked"]["contacts"] == 1
    assert taken_in(stack) == 0 and not stack.read("feed.contracts")

    sent = stack.ctl_json("agreement", "breach", AGREEMENT, "--from", since, "--yes")
    assert sent["impact"] == dry["impact"] and sent["topic"] == "feed.contracts"
    wait_until(lambda: status(stack, "only@example.com") == ("suppressed", "INVALIDATED"),
               what="the list to follow the breach")
    settled(stack)
    assert stack.value("SELECT event_id FROM ledger JOIN agreement_fact USING (ledger_id)") \
        == sent["event_id"]
    for email in ("seen", "both", "early", "else"):
        assert status(stack, f"{email}@example.com") is None, email
        assert decide(stack, f"{email}@example.com")["verdict"] == "PERMIT", email
    assert status(stack, "gone@example.com") == ("suppressed", "OPTOUT")
    # ex tunc: also for a time long before the breach was known; but not as known then
    then = at(-DAY)
    assert said(decide(stack, "only@example.com", "--at", then)) \
        == ("DENY", "P14", "INVALIDATED")
    shown = stack.ctl_json("agreement", "show", AGREEMENT)
    assert shown["breached"] and shown["breach_from"] == since
    # said again it changes nothing
    again = stack.ctl_json("agreement", "breach", AGREEMENT, "--from", since, "--dry-run")
    assert again["impact"]["changed"] == 0


def test_a_warranty_that_was_never_true(stack):
    start(stack)
    send(stack, grant("acme-hosting", 1, "early@example.com", ago=29 * DAY))
    settled(stack)
    stack.ctl("agreement", "breach", AGREEMENT, "--yes")
    wait_until(lambda: status(stack, "early@example.com") == ("suppressed", "INVALIDATED"),
               what="the list to follow the breach")
    assert stack.ctl_json("agreement", "show", AGREEMENT)["breach_from"] \
        == "2024-02-01T00:00:00Z"


def test_a_termination_counts_from_now_on(stack):
    start(stack)
    send(stack, grant("acme-hosting", 1, "a@example.com", ago=2 * DAY))
    settled(stack)
    before = at()
    stack.ctl("agreement", "terminate", AGREEMENT, "--yes", "--reason", "contract cancelled")
    wait_until(lambda: status(stack, "a@example.com") == ("suppressed", "TERMINATED"),
               what="the list to follow the termination")
    assert said(decide(stack, "a@example.com")) == ("DENY", "P14", "TERMINATED")
    # lawful before it, in fact too
    assert said(decide(stack, "a@example.com", "--at", before)) \
        == ("PERMIT", "P19", "CONSENT")
    # what is handed on under it from now on is worth nothing
    send(stack, grant("acme-hosting", 2, "b@example.com", ago=0))
    assert said(decide(stack, "b@example.com")) == ("DENY", "P12", "NO_AGREEMENT")


def test_an_end_to_come_comes_by_itself(stack):
    start(stack)
    send(stack, grant("acme-hosting", 1, "a@example.com", ago=2 * DAY))
    settled(stack)
    end = at(20)
    dry = stack.ctl_json("agreement", "end", AGREEMENT, "--at", end, "--dry-run")
    assert on_list(dry["impact"], "promotional-email")["suppressed"]["contacts"] == 1
    stack.ctl("agreement", "end", AGREEMENT, "--at", end, "--yes")
    wait_until(lambda: taken_in(stack) == 1, what="the event to be taken in")
    settled(stack)
    before = decide(stack, "a@example.com")["verdict"], status(stack, "a@example.com")
    if at() < end:
        assert before == ("PERMIT", None)
    wait_until(lambda: status(stack, "a@example.com") == ("suppressed", "AGREEMENT_EXPIRED"),
               seconds=90, what="the keeper to wake the contact when the term ends")
    assert at() >= end


def test_what_agreement_refuses(stack):
    for words, code in ((["end", AGREEMENT], 2), (["show", "AGR-0"], 2),
                        (["end", AGREEMENT, "--yes", "--dry-run"], 2),
                        (["breach", AGREEMENT, "--from", "soon", "--dry-run"], 2),
                        (["terminate", "AGR-0", "--dry-run"], 2)):
        done = stack.ctl("agreement", *words, check=False)
        assert done.returncode == code and done.stderr.count("\n") == 1, words
    assert not stack.read("feed.contracts")
