"""The console in a browser, as a person uses it: by clicking, on a phone, by the keyboard
alone, in the dark, with a token that ends, and without anything that axe-core objects to."""
import time

import pytest
from asking import Lookup
from browser import DESKTOP, PHONE, browse  # noqa: F401
from facts import now
from hands import wait_until
from partners import DAY, event, grant, optout, send
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

EMAIL = "ada@example.com"


@pytest.fixture
def world(stack):
    """A contact with a story, an event that waits, two requests, lists."""
    lookup = Lookup(stack)
    for daemon in ("ingest", "publish"):
        stack.start(daemon)
    lookup.token("ada", "dpo", "--budget", "500", "--note", "Ada Byron, legal")
    send(stack, grant("acme-hosting", 1, EMAIL, ago=20 * DAY),
         grant("sectigo.com", 2, EMAIL, ago=12 * DAY), optout("mta-eu1", 3, EMAIL, ago=2 * DAY),
         grant("leadmart", 4, EMAIL, ago=DAY, warranty=False),
         {**grant("leadmart", 5, EMAIL), "time": now(400 * DAY).isoformat()},
         event("sectigo.com", "consent.granted.v1", 6, EMAIL, 3600,
               scope=[{"purpose": "communication.events", "channels": ["email"]}],
               basis={"art6": "a", "type": "expressed"},
               consent={"method": "web_form", "statement": "Tell me of events"},
               provenance={"source_type": "direct", "collected_at": now(-3600).isoformat()}))
    lookup.requested(900001, email=EMAIL, request="R-2031", days_ago=40)
    lookup.requested(900002, request="R-2044", days_ago=26, kinds=("access", "portability"))
    wait_until(lambda: stack.value("SELECT count(*) FROM list_entry") > 0, what="the lists")
    return lookup


class Person:
    """Somebody at a browser."""

    def __init__(self, browser, lookup):
        self.browser, self.lookup, self.wrong = browser, lookup, []
        self.url = lookup.stack.url("lookup") + "/console/"
        browser.get(self.url)

    def sees(self, words, seconds=10):
        wait_until(lambda: words in self.browser.find("#main").text, seconds, repr(words))

    def sign_in(self, token="ada"):
        self.sees("Your token")
        self.browser.find("#token").send_keys(self.lookup.tokens.get(token, token), Keys.ENTER)

    def goes(self, name, words):
        self.browser.find("nav").find_element(By.LINK_TEXT, name).click()
        wait_until(lambda: self.browser.find("h1").text == name, what=name)
        self.sees(words)

    def finds(self, email=EMAIL):
        field = self.browser.find("form.find input[type=text]")
        field.clear()
        field.send_keys(email)
        self.browser.click("Look it up")
        self.sees(email)
        wait_until(lambda: self.browser.all("#question form"), what="the whole answer")

    def opens(self, css):
        """Clicks what is in the middle of the screen by then."""
        found = self.browser.find(css)
        self.browser.driver.execute_script(
            "arguments[0].scrollIntoView({block: 'center'})", found)
        found.click()

    def right(self, name):
        """Nothing that axe-core, a narrow screen or the browser itself objects to."""
        time.sleep(0.1)
        path = self.browser.shot(f"console-{name}")
        if self.browser.overflows():
            self.wrong.append(f"{name}: must be scrolled sideways, see {path}")
        self.wrong += [f"{name}: {what}" for what in
                       self.browser.violations() + self.browser.complaints()]


def tour(person, name):
    """Every view once."""
    browser = person.browser
    person.right(f"sign-in-{name}")
    person.sign_in()
    person.sees("Type an address")
    person.right(f"empty-{name}")
    person.finds()
    person.opens("#answers details summary")
    person.right(f"contact-{name}")
    person.opens("[aria-label='Offers and newsletters by e-mail: deny, said no to us']")
    person.sees("Decided by")
    assert browser.find(".explained").text.startswith("Offers and newsletters by e-mail")
    person.opens(".explained summary")
    person.right(f"why-{name}")
    person.opens("#question form button")
    person.sees("No, not lawfully")
    person.opens("#question .panel summary")
    person.right(f"question-{name}")
    person.goes("Rights requests", "R-2031")
    person.right(f"rights-{name}")
    browser.click("R-2031")
    person.sees("Who asks")
    assert EMAIL in browser.text()
    person.right(f"right-{name}")
    person.goes("Quarantine", "time in the future")
    person.right(f"quarantine-{name}")
    browser.click("Event 1")
    person.sees("As it came")
    person.right(f"quarantined-{name}")
    person.goes("Feeds", "thirty days")
    person.sees("acme-hosting")
    wait_until(lambda: "Counting" not in browser.text(), what="the quality")
    person.right(f"feeds-{name}")
    person.goes("Lists", "promotional-email")
    person.right(f"lists-{name}")
    browser.click("Keyboard shortcuts")
    person.right(f"keys-{name}")


@pytest.mark.parametrize("name, size, dark", [
    ("desktop", DESKTOP, False), ("desktop-dark", DESKTOP, True),
    ("phone", PHONE, False), ("phone-dark", PHONE, True)])
def test_every_view(world, browse, name, size, dark):  # noqa: F811
    person = Person(browse(**size, dark=dark), world)
    tour(person, name)
    assert not person.wrong, "\n".join(person.wrong)
