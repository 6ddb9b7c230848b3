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
    status, _, _ = lookup.ask("POST", "/v1/lists/promotional-email/acknowledgements", {
        "version": ".".join(["0"] * 16), "digest": "0" * 64, "entries": 0}, "mailing")
    assert status == 200
    return lookup


class Person:
    """Somebody at a browser."""

    def __init__(self, browser, lookup):
        self.browser, self.lookup, self.wrong = browser, lookup, []
        self.url = lookup.stack.url("lookup") + "/console/"
        browser.get(self.url)

    def sees(self, words, seconds=10):
        try:
            wait_until(lambda: words in self.browser.find("#main").text, seconds, repr(words))
        except AssertionError as error:
            raise AssertionError(f"{error}; it says: {self.browser.find('#main').text[:2000]}"
                                 f" and {self.browser.complaints()}") from error

    def heading(self):
        """By a script, for the view may be drawn again at this very moment."""
        return self.browser.driver.execute_script(
            "return (document.querySelector('h1') || document.body).textContent")

    def sign_in(self, token="ada"):
        self.sees("Your token")
        self.browser.find("#token").send_keys(self.lookup.tokens.get(token, token), Keys.ENTER)

    def goes(self, name, words):
        wait_until(lambda: name in self.browser.find("nav").text, what=f"the way to {name}")
        self.browser.find("nav").find_element(By.LINK_TEXT, name).click()
        wait_until(lambda: self.heading() == name, what=name)
        self.sees(words)

    def finds(self, email=EMAIL):
        if self.heading() != "Find a contact":
            self.goes("Find a contact", "Type an address")
        wait_until(lambda: self.browser.all("form.find"), what="the form")
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
        """Nothing that axe-core, a narrow screen or the browser itself objects to, by day and
        by night."""
        path = self.browser.shot(f"console-{name}")
        if self.browser.overflows():
            self.wrong.append(f"{name}: must be scrolled sideways, see {path}")
        self.wrong += [f"{name}: flows under its label: {cell!r}, see {path}" for cell in self.browser.strays()]
        found = self.browser.violations()
        self.scheme("dark")
        found += self.browser.violations("color-contrast")
        if name.startswith("contact"):
            self.browser.shot(f"console-{name}-dark")
        self.scheme("light")
        self.wrong += [f"{name}: {what}" for what in found + self.browser.complaints()]

    def scheme(self, name):
        self.browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": name}]})


def tour(person, name):
    """Every view once."""
    browser = person.browser
    person.right(f"sign-in-{name}")
    person.sign_in()
    person.sees("request is overdue")
    person.right(f"start-{name}")
    person.goes("Find a contact", "Type an address")
    person.right(f"empty-{name}")
    person.finds()
    person.opens("#answers details summary")
    person.right(f"contact-{name}")
    person.opens("[aria-label='Offers and newsletters by e-mail: deny, said no']")
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
    person.goes("Quarantine", "Event 1")
    person.right(f"quarantine-{name}")
    browser.click("Event 1")
    person.sees("As it came")
    person.right(f"quarantined-{name}")
    person.goes("Feeds", "thirty days")
    person.sees("acme-hosting")
    wait_until(lambda: "Counting" not in browser.text(), what="the quality")
    person.right(f"feeds-{name}")
    person.goes("Lists", "what we sent")
    assert "1 event, " in browser.text()
    person.right(f"lists-{name}")
    person.goes("Over time", "What time itself will change")
    person.right(f"trends-{name}")
    person.goes("Register", "Held back from being erased")
    person.right(f"register-{name}")
    person.goes("Write down", "When it was said (UTC)")
    person.right(f"telling-{name}")
    browser.click("Keyboard shortcuts")
    person.right(f"keys-{name}")


def test_every_view(world, browse):  # noqa: F811
    for name, size in (("desktop", DESKTOP), ("phone", PHONE)):
        person = Person(browse(**size), world)
        tour(person, name)
        assert not person.wrong, "\n".join(person.wrong)


def test_by_the_keyboard_alone(world, browse):  # noqa: F811
    """Signing in, asking, reading, discarding and finding help, without a mouse."""
    person = Person(browse(**DESKTOP), world)
    driver = person.browser.driver

    def press(*keys):
        driver.switch_to.active_element.send_keys(*keys)

    def tab_to(css, most=60):
        for _ in range(most):
            if driver.execute_script(
                    "return document.activeElement.matches(arguments[0])", css):
                shown = driver.execute_script(
                    "return getComputedStyle(document.activeElement).outlineStyle")
                assert shown != "none", f"{css} has the focus and does not show it"
                return
            press(Keys.TAB)
        raise AssertionError(f"no way to {css}")
    person.sees("Your token")
    press(world.tokens["ada"], Keys.ENTER)  # the field has the focus already
    person.sees("request is overdue")
    press("c")
    person.sees("Type an address")
    press(EMAIL, Keys.ENTER)
    person.sees("Time line")
    tab_to("[aria-label^='Invitations to events and forums by e-mail: permit']")
    press(Keys.ENTER)
    person.sees("carry a working opt-out link")
    assert driver.switch_to.active_element.text == "Why"
    press("?")
    wait_until(lambda: person.browser.find("#keys").is_displayed(), what="the help")
    press(Keys.ESCAPE)
    press("q")
    person.sees("time in the future")
    assert driver.switch_to.active_element.tag_name == "h1"
    tab_to("tbody a")
    press(Keys.ENTER)
    person.sees("As it came")
    tab_to("textarea")
    press("the year is a typing error; the source sends it again")
    tab_to("button:not(.primary)")
    press(Keys.ENTER)
    person.sees("Nothing waits")
    row = world.stack.sql("SELECT state, note, state_by FROM quarantine")
    assert row == [(2, "the year is a typing error; the source sends it again",
                    f"token {world.ids['ada']}")]
    press("?")
    tab_to("#keys-on")
    press(Keys.SPACE, Keys.ESCAPE)
    press("f")  # switched off now
    assert person.heading() == "Quarantine"
    person.browser.driver.refresh()
    wait_until(lambda: person.heading() == "Quarantine", what="the view again")
    press(Keys.TAB)
    tab_to("#skip")
    press(Keys.ENTER)
    assert driver.switch_to.active_element.get_attribute("id") == "main"


def test_bad_days(world, browse):  # noqa: F811
    """A mistyped token, a spent budget, a database that is away, a token that is revoked:
    each is told in words, and none ends in an empty page."""
    person = Person(browse(**DESKTOP), world)
    browser = person.browser
    person.sign_in("cmq_1_" + "x" * 43)
    person.sees("That token is not accepted.")
    assert browser.violations() == []
    world.token("one", "dpo", "--budget", "1")
    browser.find("#token").clear()
    person.sign_in("one")
    person.sees("request is overdue")
    person.finds()
    field = browser.find("form.find input[type=text]")
    field.clear()
    field.send_keys("somebody.else@example.com", Keys.ENTER)
    person.sees("The contacts of this token are spent for today.")
    person.sees("New ones from midnight UTC")
    browser.shot("console-budget")
    assert browser.violations() == []
    field.clear()
    field.send_keys("nobody", Keys.ENTER)
    person.sees("That cannot be asked.")
    world.stack.cluster.kill()
    try:
        browser.find("nav").find_element(By.LINK_TEXT, "Feeds").click()
        person.sees("The database does not answer.", 30)
        browser.shot("console-no-database")
        assert browser.violations() == []
    finally:
        world.stack.cluster.start()
    wait_until(lambda: world.ask("GET", "/readyz", token=None)[0] == 200, 30, "the database")
    browser.click("Try again")
    person.sees("acme-hosting")
    world.stack.ctl("token", "revoke", world.ids["one"])
    time.sleep(1.2)  # as long as a token is believed
    browser.find("nav").find_element(By.LINK_TEXT, "Lists").click()
    person.sees("This token is not accepted any more.")
    assert browser.find("#token").get_attribute("value") == ""
    assert browser.driver.execute_script("return sessionStorage.length") == 0
    assert EMAIL not in browser.driver.page_source


def test_who_sees_what(world, browse):  # noqa: F811
    """An auditor sees no identifiers and settles nothing; others see what they may; and no
    contact is ever part of an address."""
    person = Person(browse(**PHONE), world)
    browser = person.browser
    person.sign_in("auditor")
    person.sees("request is overdue")
    person.finds()
    assert "@" not in browser.driver.current_url
    person.goes("Quarantine", "Event 1")
    browser.click("Event 1")
    person.sees("is not for this token")
    person.sees("for the data protection officer")
    assert EMAIL not in browser.text()
    person.goes("Rights requests", "R-2031")
    browser.click("R-2031")
    person.sees("not for this token")
    assert EMAIL not in browser.text()
    browser.click("Sign out")
    person.sign_in("operator")
    wait_until(lambda: person.heading() == "Feeds", what="the feeds")
    assert [a.text for a in browser.all("nav a")] == ["Feeds"]
    browser.click("Sign out")
    person.sign_in("mailing")
    person.sees("promotional-email")
    status, text, headers = world.ask("GET", "/console/", token=None)
    assert status == 200 and "script-src 'self'" in headers["Content-Security-Policy"]
    assert "'none'" in headers["Content-Security-Policy"] and "unsafe" not in str(headers)
    assert world.ask("GET", "/console/main.js", token=None)[2]["Content-Type"].startswith(
        "text/javascript")
    assert world.ask("GET", "/console/..", token=None)[0] == 404
    assert world.ask("GET", "/console/main.js?x=1", token=None)[0] == 400
    log = (world.stack.dir / "lookup.log").read_text()
    assert "@" not in log and "cmq_" not in log
