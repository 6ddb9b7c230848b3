"""Every act of the console by the keyboard alone, on a narrow screen: each field and button can be
reached and shows that it is, no place holds the keyboard, and after an act it stands at what came of it."""
import json

from asking import Lookup
from browser import PHONE, browse  # noqa: F401
from hands import wait_until
from officer import Person
from partners import DAY, grant, send
from selenium.webdriver.common.keys import Keys
from test_rights import ask, consent, show

def test_every_act_by_the_keyboard(stack, browse):  # noqa: F811
    for name in ("ingest", "publish"):
        stack.start(name)
    desk = Lookup(stack)
    consent(stack, "mine@example.com")
    send(stack, grant("acme-hosting", 1, "c1@example.com", ago=2 * DAY))
    ask(stack, "R-7", ["access"])
    ask(stack, "R-8", ["withdraw", "complaint"], email="another@example.com")
    for i in range(3):
        stack.produce("feed.sectigo.com", {
            "specversion": "1.0", "id": f"F-{i}", "source": "urn:consent:src:direct:sectigo.com",
            "type": "optout.recorded.v1", "time": "2031-01-01T00:00:00Z", "data": {"contact": {"email": "x"}}})
    wait_until(lambda: stack.value("SELECT count(*) FROM quarantine") == 3, what="the three")
    three = [n for n, in stack.sql("SELECT quarantine_id FROM quarantine ORDER BY 1")]
    stack.sql("INSERT INTO retention_day (day, due, counted, due_rows) VALUES (current_date, 2, now(),"
              " '[{\"row\": \"R12\", \"controller\": \"sectigo-limited\", \"contacts\": 2}]')")
    hand = Person(browse(**PHONE), desk)
    hand.sees("Your token")
    hand.browser.press(desk.tokens["dpo"], Keys.ENTER)
    hand.sees("events in quarantine")
    hand.sees("2 contacts something is due to be erased")
    hand.tabs_to("To go on, type how many", "2")
    hand.right("keys-start")
    hand.tabs_to("Have it erased", Keys.ENTER)
    hand.sees("The keeper erases it")
    hand.not_lost()
    asked = desk.ask("GET", "/v1/desk")[1]["retention_due"]["asked"]
    assert (asked["by"], asked["done"]) == (f"token {desk.ids['dpo']}", None), "no keeper runs here"
    quarantine(hand, stack, *three)
    identity(hand, stack)
    agreement(hand, stack)
    register(hand, stack, desk)
    holds(hand, stack)
    tokens(hand, stack)
    telling(hand)
    assert not hand.wrong, "\n".join(hand.wrong)


def quarantine(hand, stack, first, second, third):
    hand.browser.press("q")
    hand.sees("Mark all that are shown")
    hand.sees(f"Event {first}")
    hand.tabs_to(f"Event {first}", Keys.ENTER)
    hand.sees("As it came")
    hand.tabs_to("Discard", Keys.ENTER)
    hand.sees("Say why")
    hand.at("Why")
    hand.browser.press("a clock that was wrong")
    hand.tabs_to("Discard", Keys.ENTER)
    hand.at_title("Quarantine")
    hand.sees(f"Event {second}")
    assert stack.value("SELECT note FROM quarantine WHERE state = 2") == "a clock that was wrong"
    hand.tabs_to(f"Event {second}", Keys.ENTER)
    hand.sees("As it came")
    hand.tabs_to("Replay", Keys.ENTER)
    hand.sees("Waits again as")
    hand.at("Quarantined event")
    hand.right("keys-replayed")
    hand.browser.press("q")
    hand.sees("Mark all that are shown")
    hand.sees(f"Event {third}")
    hand.tabs_to("Mark all", Keys.SPACE)
    hand.tabs_to("Why, for all of them", "the same clock")
    hand.tabs_to("Discard them", Keys.ENTER)
    hand.sees("2 discarded.")
    hand.at("Discard them")
    hand.right("keys-quarantine")


def identity(hand, stack):
    """Who are they? And then they have shown it. A list takes the first letter of what is chosen: of
    more letters only those that come fast."""
    hand.browser.press("r")
    hand.sees("R-7")
    hand.tabs_to("R-8", Keys.ENTER)
    hand.sees("asks for withdrawal of a consent (art. 7(3)), and complains.")
    hand.sees("it counts as withdrawn")
    hand.tabs_to("← All requests", Keys.ENTER)
    hand.sees("R-7")
    hand.tabs_to("R-7", Keys.ENTER)
    hand.sees("Make the document below, and send it")
    for answer, then in (("A", "Paused The person asks"), ("T", "left The person asks")):
        hand.tabs_to("Answer", answer)
        hand.tabs_to("See what it would do", Keys.ENTER)
        hand.at("What it would do")
        hand.right(f"keys-identity-{then.split()[0].lower()}")
        hand.tabs_to("Give this answer", Keys.ENTER)
        hand.sees(then)
        hand.at("Request R-7")
    assert show(stack, "R-7")["state"] == "open"


def agreement(hand, stack):
    hand.browser.press("g")
    hand.sees("AGR-2024-0117")
    hand.tabs_to("AGR-2024-0117", Keys.ENTER)
    hand.sees("It ends, or was breached")
    hand.tabs_to("What", Keys.ARROW_DOWN)
    hand.tabs_to("See what it would do", Keys.ENTER)
    hand.at("What it would do")
    hand.tabs_to("Why", "they gave notice")
    hand.tabs_to("Say that it is so", Keys.ENTER)
    wait_until(lambda: stack.value("SELECT count(*) FROM agreement_fact") == 1, what="the end")
    hand.at("Agreement AGR-2024-0117")
    hand.right("keys-agreement")


def register(hand, stack, desk):
    demo = desk.ask("GET", "/v1/register/demo")[1]
    demo["parties"][0]["name"] = "Acme, renamed"
    path = stack.dir / "demo.json"
    path.write_text(json.dumps(demo))
    hand.browser.press("g")
    hand.sees("Change it")
    hand.tabs_to("Register files")
    hand.browser.send("input[type=file]", str(path))  # it takes no keys but the space bar's
    hand.tabs_to("See what it would change", Keys.ENTER)
    hand.at("It would change: 1 changed")
    hand.tabs_to("Why", "a new name")
    hand.tabs_to("Put it in force", Keys.ENTER)
    hand.sees("In force: 1 changed")
    hand.not_lost()


def holds(hand, stack):
    """Set for one contact, and lifted; Escape lets it be."""
    hand.tabs_to("Matter", "7 O 12/26")
    hand.tabs_to("Why it must stay", "a lawsuit")
    hand.tabs_to("Address or number to hold", "mine@example.com")
    hand.tabs_to("See what the hold", Keys.ENTER)
    hand.at("What it would do")
    assert stack.value("SELECT count(*) FROM retention_hold") == 0, "it was only looked at"
    hand.tabs_to("Set the hold", Keys.ENTER)
    hand.sees("It holds from now on")
    number = stack.value("SELECT hold FROM retention_hold WHERE lifted IS NULL")
    hand.at(f"Hold {number} is set")
    hand.right("keys-held")
    for key in (Keys.ESCAPE, Keys.ENTER):
        hand.tabs_to(f"Lift hold {number}", Keys.ENTER)
        hand.at(f"Lift hold {number}, 7 O 12/26")
        hand.browser.press(key)
        hand.browser.wait(lambda: not hand.stands()[0].startswith(f"Lift hold {number}, "), "the answer")
    hand.sees("Nothing is held back")
    hand.not_lost()
    assert stack.value("SELECT lifted_by FROM retention_hold").startswith("token ")


def tokens(hand, stack):
    hand.tabs_to("Source", "s")
    hand.tabs_to("Who has it", "the new web shop")
    hand.tabs_to("Make a token", Keys.ENTER)
    hand.sees("It is shown this once.")
    number = stack.value("SELECT token_id FROM access_token WHERE note = 'the new web shop'")
    hand.at(f"Token {number}")
    for key in (Keys.ESCAPE, Keys.ENTER):
        # the list stands before what was made: the page is walked around
        hand.tabs_to(f"Revoke token {number}", Keys.ENTER)
        hand.at(f"Revoke token {number} for ever")
        hand.browser.press(key)
        hand.browser.wait(lambda: not hand.stands()[0].endswith(" for ever"), "the answer")
    wait_until(lambda: stack.value("SELECT revoked_by FROM access_token WHERE token_id = %s", number), what="the end")
    hand.sees("by desk: token")
    hand.not_lost()
    hand.right("keys-tokens")


def telling(hand):
    hand.browser.press("w")
    hand.sees("What a person said to you")
    hand.tabs_to("Address or number", "mine@example.com")
    hand.tabs_to("In which words", "Please stop.")
    hand.tabs_to("See what it would do", Keys.ENTER)
    hand.at("What it would do")
    hand.right("keys-told")
    hand.tabs_to("Write it down", Keys.ENTER)
    hand.sees("Written down for mine@example.com, as desk-")
    hand.not_lost()
    hand.tabs_to("Look at the contact", Keys.ENTER)
    hand.sees("Make the document")
    hand.tabs_to("Make the document", Keys.ENTER)
    hand.at("Language of the document")
    hand.sees("What we hold about you")
    hand.sees("a request about your data: a copy of your data")
    for words, then in (("Show what an erasure", "If the person's request were granted"), ("Show the audit", "Who has looked"),
                        ("Show how long", "Backups until")):
        hand.tabs_to(words, Keys.ENTER)
        # heads of tables are not drawn on a narrow screen
        hand.browser.wait(lambda then=then: then in hand.browser.find("#main").get_attribute("textContent"), then)
    hand.right("keys-contact")
