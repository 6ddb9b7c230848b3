"""Somebody at the console in a browser, with a mouse or by the keyboard alone.

Every way here waits for what it needs: the view may be loading, or be drawn again at this moment.
A test asserts at once only what cannot come later.
"""
from browser import DESKTOP, PHONE  # noqa: F401  (for who imports a person)
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

EMAIL = "ada@example.com"
STANDS = """
const e = document.activeElement || document.body, style = getComputedStyle(e);
const name = e.getAttribute('aria-label') || (e.labels && e.labels[0] ? e.labels[0].textContent : e.textContent);
const moved = window.stoodOn !== e;
window.stoodOn = e;
return [name.trim(), e.tagName, style.outlineStyle !== 'none' && style.outlineWidth !== '0px', moved];
"""
# What axe-core can find at one width alone: the rest is the same page.
BY_WIDTH = ("target-size", "scrollable-region-focusable", "color-contrast", "link-in-text-block", "region",
            "aria-hidden-focus", "bypass")
LABELLED = """
const found = [...document.querySelectorAll('label')].find((l) => l.textContent === arguments[0]);
return found && found.control.offsetParent !== null ? found.control : null;
"""


class Person:
    def __init__(self, browser, lookup):
        self.browser, self.lookup, self.wrong = browser, lookup, []
        browser.get(lookup.stack.url("lookup") + "/console/")

    # --- what they see ------------------------------------------------------------------

    def sees(self, words, seconds=20):
        self.browser.wait(lambda: words in self.browser.words("#main"), repr(words), seconds)

    def heading(self):
        return self.browser.driver.execute_script(
            "return (document.querySelector('h1') || document.body).textContent")

    def right(self, name):
        """Nothing that axe-core, a narrow screen or the browser itself objects to, by day and
        by night, and at the other width, too."""
        self.fits(name)
        found = self.browser.violations()
        mine = self.browser.size
        other = PHONE if mine["width"] >= 600 else DESKTOP
        self.browser.resize(**other)
        self.fits(f"{name}-{other['width']}")
        found += [f"{other['width']} wide: {what}" for what in self.browser.violations(*BY_WIDTH)]
        self.browser.resize(**mine)
        self.scheme("dark")
        found += self.browser.violations("color-contrast")
        if name.startswith("contact"):
            self.browser.shot(f"console-{name}-dark")
        self.scheme("light")
        self.wrong += [f"{name}: {what}" for what in found + self.browser.complaints()]

    def fits(self, name):
        path = self.browser.shot(f"console-{name}")
        if self.browser.overflows():
            self.wrong.append(f"{name}: must be scrolled sideways, see {path}")
        self.wrong += [f"{name}: flows under its label: {cell!r}, see {path}" for cell in self.browser.strays()]

    def scheme(self, name):
        self.browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": name}]})

    # --- where they go, and what they do there ------------------------------------------

    def sign_in(self, token="ada"):
        self.sees("Your token")
        self.browser.type("#token", self.lookup.tokens.get(token, token), Keys.ENTER)

    def goes(self, name, words):
        self.browser.on(lambda: self.browser.find("nav").find_element(By.LINK_TEXT, name),
                        lambda link: link.click(), f"the way to {name}")
        self.browser.wait(lambda: self.heading() == name, name)
        self.sees(words)

    def finds(self, email=EMAIL):
        if self.heading() != "Find a contact":
            self.goes("Find a contact", "Type an address")
        self.browser.type("form.find input[type=text]", email)
        self.browser.click("Look it up")
        self.sees(email)
        self.browser.wait(lambda: self.browser.all("#question form"), "the whole answer")

    def chooses(self, label, value):
        self.browser.on(lambda: self.labelled(label), lambda box: Select(box).select_by_value(value),
                        f"{value} at {label!r}")

    def fills(self, label, text):
        def write(box):
            box.clear()
            box.send_keys(text)
        self.browser.on(lambda: self.labelled(label), write, f"the field {label!r}")

    def labelled(self, label):
        return self.browser.driver.execute_script(LABELLED, label)

    # --- by the keyboard ----------------------------------------------------------------

    def stands(self):
        """(name, element, does it show, has it moved)"""
        return self.browser.driver.execute_script(STANDS)

    def tabs_to(self, words, *keys, most=200):
        """Tabs to what begins with these words, and presses keys there."""
        for _ in range(most):
            name, tag, shows, _ = self.stands()
            if name.startswith(words) and tag not in ("H1", "H2", "H3", "H4", "BODY"):
                assert shows, f"{words} has the keyboard and does not show it"
                if keys:
                    self.browser.press(*keys)
                return
            self.browser.press(Keys.TAB)
            assert self.stands()[3], f"{name!r} ({tag}) does not let go"
        raise AssertionError(f"no way to {words!r}")

    def at(self, name):
        """They stand at what begins so, wherever they were before."""
        self.browser.wait(lambda: self.stands()[0].startswith(name), f"the keyboard at {name!r}")

    def at_title(self, name):
        """A view of that name is there, and they stand at its beginning."""
        self.browser.wait(lambda: self.heading() == name and self.stands()[:2] == [name, "H1"],
                          f"the keyboard at the title {name!r}")

    def not_lost(self):
        """At the page's beginning it would be for whoever sees it not."""
        self.browser.wait(lambda: self.browser.driver.execute_script(
            "return document.getElementById('main').contains(document.activeElement)"),
            "the keyboard to stand in the view")
