"""The same event's id with other words: whom they are about they are forgotten with, too."""
import json

from hands import wait_until
from test_forget import SITE, ask_and_answer, consent, erased, taking  # noqa: F401

EMAIL = "ana@reuse.example"


def say(stack, was, statement):
    """Once more under its id; the number of the variant in the ledger."""
    event = json.loads(json.dumps(was))
    event["data"]["consent"]["statement"] = statement
    stack.produce(f"feed.{SITE}", event)
    return wait_until(lambda: stack.value(
        "SELECT max(l.ledger_id) FROM ledger l JOIN quarantine q USING (ledger_id)"
        " WHERE l.event_id = %s AND l.outcome = 3", event["id"]), what="the variant")


def readable(stack):
    """Of whose salts one is left: their numbers in the ledger."""
    return {n for n, in stack.sql("SELECT ledger_id FROM event_salt WHERE salt IS NOT NULL")}


def test_other_words_under_a_known_id_are_forgotten(taking):  # noqa: F811
    event = consent(taking, EMAIL)
    variant = say(taking, event, "Other words of Ana's")
    # an id that two people's events have: what is about Ben stays
    hers = consent(taking, EMAIL)
    hers["data"]["contact"]["email"] = "ben@reuse.example"
    bens = say(taking, hers, "Ben's own words")
    assert {variant, bens} <= readable(taking)
    ask_and_answer(taking, EMAIL, "RR-REUSE")
    key, whole, *_ = erased(taking)[0]
    assert whole
    left = readable(taking)
    assert variant not in left and bens in left
    assert taking.sql("SELECT contact, state, state_by FROM quarantine WHERE ledger_id = %s",
                      variant) == [(key, 2, "erased")]
    assert taking.value("SELECT state FROM quarantine WHERE ledger_id = %s", bens) == 0
    # and the feed that is read again does not bring it back
    assert taking.value("SELECT count(*) FROM erased_event x JOIN ledger l USING (digest)"
                        " WHERE l.ledger_id = %s AND x.forgotten", variant) == 1
    shown = taking.ctl("quarantine", "show", taking.value(
        "SELECT quarantine_id FROM quarantine WHERE ledger_id = %s", variant), check=False)
    assert EMAIL not in shown.stdout + shown.stderr
