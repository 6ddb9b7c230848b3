"""The console in a browser, as a person uses it: by clicking, on a phone, by the keyboard
alone, in the dark, with a token that ends, and without anything that axe-core objects to."""

import pytest
from asking import Lookup
from browser import DESKTOP, PHONE, browse  # noqa: F401
from officer import EMAIL, Person
from facts import now
from hands import wait_until
from partners import DAY, event, grant, optout, send
from selenium.webdriver.common.keys import Keys


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
    browser.click_on("#answers details summary")
    person.right(f"contact-{name}")
    browser.click_on("[aria-label='Offers and newsletters by e-mail: deny, said no']")
    person.sees("Decided by")
    browser.wait(lambda: browser.words(".explained").startswith("Offers and newsletters by e-mail"), "whose answer")
    browser.click_on(".explained summary")
    person.right(f"why-{name}")
    browser.click_on("#question form button")
    person.sees("No, not lawfully")
    browser.click_on("#question .panel summary")
    person.right(f"question-{name}")
    person.goes("Rights requests", "R-2031")
    person.right(f"rights-{name}")
    browser.click("R-2031")
    person.sees("Who asks")
    person.sees(EMAIL)
    person.right(f"right-{name}")
    person.goes("Quarantine", "Event 1")
    person.right(f"quarantine-{name}")
    browser.click("Event 1")
    person.sees("As it came")
    person.right(f"quarantined-{name}")
    person.goes("Feeds", "thirty days")
    person.sees("acme-hosting")
    browser.wait(lambda: "Counting" not in browser.words(), "the quality")
    person.right(f"feeds-{name}")
    person.goes("Lists", "what we sent")
    person.sees("1 event, ")
    person.right(f"lists-{name}")
    person.goes("Over time", "What time itself will change")
    person.right(f"trends-{name}")
    person.goes("Register", "Held back from being erased")
    person.right(f"register-{name}")
    person.goes("Write down", "When it was said (UTC)")
    person.right(f"telling-{name}")
    browser.click("Keyboard shortcuts")
    browser.wait(lambda: browser.find("#keys").is_displayed(), "the help")
    person.right(f"keys-{name}")


def test_every_view(world, browse):  # noqa: F811
    for name, size in (("desktop", DESKTOP), ("phone", PHONE)):
        person = Person(browse(**size), world)
        tour(person, name)
        assert not person.wrong, "\n".join(person.wrong)


def test_by_the_keyboard_alone(world, browse):  # noqa: F811
    """Signing in, asking, reading, discarding and finding help, without a mouse."""
    person = Person(browse(**DESKTOP), world)
    browser = person.browser

    def tab_to(css, most=60):
        for _ in range(most):
            if browser.driver.execute_script(
                    "return document.activeElement.matches(arguments[0])", css):
                assert person.stands()[2], f"{css} has the focus and does not show it"
                return
            browser.press(Keys.TAB)
        raise AssertionError(f"no way to {css}")

    def helped(yes):
        browser.wait(lambda: browser.find("#keys").is_displayed() == yes, "the help" if yes else "its end")
    person.sees("Your token")
    browser.press(world.tokens["ada"], Keys.ENTER)  # the field has the focus already
    person.sees("request is overdue")
    browser.press("c")
    person.sees("Type an address")
    browser.press(EMAIL, Keys.ENTER)
    browser.wait(lambda: browser.all("#question form"), "the whole answer")
    tab_to("[aria-label^='Invitations to events and forums by e-mail: permit']")
    browser.press(Keys.ENTER)
    person.sees("carry a working opt-out link")
    person.at("Why")
    browser.press("?")
    helped(True)
    browser.press(Keys.ESCAPE)
    helped(False)
    browser.press("q")
    person.at_title("Quarantine")
    person.sees("time in the future")
    tab_to("tbody a")
    browser.press(Keys.ENTER)
    person.sees("As it came")
    tab_to("textarea")
    browser.press("the year is a typing error; the source sends it again")
    tab_to("button:not(.primary)")
    browser.press(Keys.ENTER)
    person.sees("Nothing waits")
    row = world.stack.sql("SELECT state, note, state_by FROM quarantine")
    assert row == [(2, "the year is a typing error; the source sends it again",
                    f"token {world.ids['ada']}")]
    browser.press("?")
    helped(True)
    tab_to("#keys-on")
    browser.press(Keys.SPACE, Keys.ESCAPE)
    helped(False)
    at = browser.driver.current_url
    browser.press("f")  # switched off now
    assert browser.driver.current_url == at
    browser.driver.refresh()
    person.at_title("Quarantine")
    browser.press(Keys.TAB)
    tab_to("#skip")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.driver.execute_script("return document.activeElement.id") == "main",
                 "the way past the links")


def test_bad_days(world, browse):  # noqa: F811
    """A mistyped token, a spent budget, a database that is away, a token that is revoked:
    each is told in words, and none ends in an empty page."""
    person = Person(browse(**DESKTOP), world)
    browser = person.browser
    person.sign_in("cmq_1_" + "x" * 43)
    person.sees("That token is not accepted.")
    assert browser.violations() == []
    world.token("one", "dpo", "--budget", "1")
    person.sign_in("one")
    person.sees("request is overdue")
    person.finds()
    field = "form.find input[type=text]"
    browser.type(field, "somebody.else@example.com", Keys.ENTER)
    person.sees("The contacts of this token are spent for today.")
    person.sees("New ones from midnight UTC")
    browser.shot("console-budget")
    assert browser.violations() == []
    browser.type(field, "nobody", Keys.ENTER)
    person.sees("That cannot be asked.")
    world.stack.cluster.kill()
    try:
        person.goes("Feeds", "The database does not answer.")
        browser.shot("console-no-database")
        assert browser.violations() == []
    finally:
        world.stack.cluster.start()
    wait_until(lambda: world.ask("GET", "/readyz", token=None)[0] == 200, 30, "the database")
    browser.click("Try again")
    person.sees("acme-hosting")
    world.stack.ctl("token", "revoke", world.ids["one"])
    wait_until(lambda: world.ask("GET", "/v1/me", token="one")[0] == 401, what="the token's end everywhere")
    browser.click("Lists")
    person.sees("This token is not accepted any more.")
    assert browser.find("#token").get_attribute("value") == ""
    assert browser.driver.execute_script("return sessionStorage.length") == 0
    assert EMAIL not in browser.driver.page_source
    # the same when a tab that was left open is loaded again
    browser.driver.execute_script("sessionStorage.setItem('consentmq.token', arguments[0])", world.tokens["one"])
    browser.driver.refresh()
    person.sees("This token is not accepted any more.")
    person.sees("Your token")


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
    assert EMAIL not in browser.words()
    person.goes("Rights requests", "R-2031")
    browser.click("R-2031")
    person.sees("not for this token")
    assert EMAIL not in browser.words()
    browser.click("Sign out")
    person.sign_in("operator")
    browser.wait(lambda: person.heading() == "Feeds", "the feeds")
    assert browser.words("nav") == "Feeds"
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
