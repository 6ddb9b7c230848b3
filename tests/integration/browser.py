"""Headless Chromium as a person would use it, and axe-core for what a person could not use.

    browser = Browser(width=390, height=844, language="fr")     # or the fixture `browse`
    browser.get(url)
    browser.follow("Tout arrêter")                              # a button or link by its words
    browser.wait(lambda: browser.words("h1") == "C'est fait")   # never at once: a page takes its time
    assert browser.violations() == []
    browser.shot("opt-out-fr-phone")                            # PNG in build/MODE/screenshots

Pages are drawn again at any moment, so nothing here trusts an element that it found: what acts on
one finds it once more when it has gone. BROWSER_SLOW=10 shows who did not wait: everything takes
ten times as long.

axe-core comes from a Python package that carries it (pinned.py).
"""
import base64
import glob
import os
import pathlib
import subprocess

import pytest
from selenium import webdriver
from selenium.common.exceptions import (ElementClickInterceptedException, ElementNotInteractableException,
                                        NoSuchElementException, StaleElementReferenceException, WebDriverException)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from hands import MODE, ROOT, wait_until
from pinned import environment

AXE_PACKAGE = "axe-playwright-python==0.1.8"  # carries axe-core 4.12.1
AXE_FILE = "axe_playwright_python/axe.min.js"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
# WCAG 2.2 A and AA, and what axe-core's makers hold for good practice besides.
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SLOW = int(os.environ.get("BROWSER_SLOW", "1"))
# What the driver says before it has touched anything: it can be tried again.
NOT_YET = (ElementClickInterceptedException, ElementNotInteractableException, NoSuchElementException,
           StaleElementReferenceException)
SHOTS = ROOT / "build" / MODE / "screenshots"


def axe_source():
    """The text of axe.min.js."""
    venv = environment(AXE_PACKAGE, "--no-deps")
    found = glob.glob(str(venv / "lib/*/site-packages" / AXE_FILE))
    return pathlib.Path(found[0]).read_text(encoding="utf-8")


def deaf():
    """What keeps Chromium from hearing of network interfaces (no_netlink.c), compiled once."""
    source = pathlib.Path(__file__).with_name("no_netlink.c")
    made = SHOTS.parent / "no_netlink.so"
    if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
        made.parent.mkdir(parents=True, exist_ok=True)
        part = made.with_suffix(f".{os.getpid()}")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", part, source], check=True)
        part.replace(made)
    return str(made)


class Browser:
    def __init__(self, width=1280, height=900, language="en", dark=False, scripts=True):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
                     "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update",
                     f"--window-size={width},{height}", f"--accept-lang={language}"):
            options.add_argument(flag)
        prefs = {"intl.accept_languages": language}
        if not scripts:
            prefs["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", prefs)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service(
            "/usr/bin/chromedriver", env={**os.environ, "LD_PRELOAD": deaf()}), options=options)
        # axe-core on a large page, on a busy machine
        self.driver.set_page_load_timeout(120 * SLOW)
        self.driver.set_script_timeout(120 * SLOW)
        self.resize(width, height)
        if dark:
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
                {"name": "prefers-color-scheme", "value": "dark"}]})
        if SLOW > 1:
            self.driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": SLOW})
            self.driver.execute_cdp_cmd("Network.enable", {})
            self.driver.execute_cdp_cmd("Network.emulateNetworkConditions", {
                "offline": False, "latency": 50 * SLOW, "downloadThroughput": -1, "uploadThroughput": -1})
        self._axe, self._complaints = None, []

    def resize(self, width, height):
        """The window has a least width; a phone's is set from within."""
        self.size = {"width": width, "height": height}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})

    def wait(self, condition, what, seconds=20, passing=WebDriverException):
        """Waits for condition() to be true, and returns its value. That an element or a whole page
        went while it was looked at is "not yet"."""
        last = []

        def there():
            try:
                return condition()
            except passing as error:
                last[:] = [error.msg]
                return None
        try:
            return wait_until(there, seconds * SLOW, what)
        except AssertionError as error:
            raise AssertionError(f"{error}; {last} the page says: {self.words('body')[:2000]} and "
                                 f"{self.complaints()}") from error

    def get(self, url):
        self.driver.get(url)

    def find(self, css):
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def words(self, css="body"):
        """What a person reads in the first of these, and "" when there is none."""
        while True:
            try:
                return self.find(css).text
            except NoSuchElementException:
                return ""
            except StaleElementReferenceException:
                pass  # drawn again since it was found

    def on(self, find, act, what):
        """Does act(element) to what find() gives, as soon as both are possible."""
        def done():
            element = find()
            if element is None or not element.is_enabled():
                return False
            act(element)
            return True
        self.wait(done, what, passing=NOT_YET)

    def click(self, words):
        """The one button or link that says so, whole or in part."""
        quoted = '"' + words + '"'

        def one():
            found = [e for e in self.driver.find_elements(
                By.XPATH, f"//button[contains(normalize-space(.),{quoted})]"
                          f"|//a[contains(normalize-space(.),{quoted})]") if e.is_displayed()]
            return found[0] if len(found) == 1 else None
        self.on(one, lambda element: element.click(), f"one button or link that says {words!r}")

    def click_on(self, css):
        """The first of these, in the middle of the screen by then."""
        def click(element):
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
            element.click()
        self.on(lambda: self.find(css), click, f"{css} to be clicked")

    def type(self, css, text, *keys):
        """Into a field, in the place of what is there."""
        def write(element):
            element.clear()
            element.send_keys(text, *keys)
        self.on(lambda: self.find(css), write, f"the field {css}")

    def send(self, css, *keys):
        """Keys, or a file, to one element, as it is."""
        self.on(lambda: self.find(css), lambda element: element.send_keys(*keys), f"{css} to take keys")

    def press(self, *keys):
        """To whatever has the keyboard."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def follow(self, words, by=None):
        """click() where it leads to another page: returns when that is there. by: another
        way to set out than clicking."""
        before = self.find("html")
        by() if by else self.click(words)
        # In between a page may be neither the old nor the new.
        self.wait(lambda: self.find("html") != before, f"the page behind {words!r}", 30)
        self.wait(lambda: self.driver.execute_script("return document.readyState") == "complete",
                  f"all of the page behind {words!r}", 30)

    def violations(self, *rules):
        """What axe-core finds wrong with the page, one line each; by these rules alone, if
        any are named, for instance when only the colours have changed."""
        if self._axe is None:
            self._axe = axe_source()
        # By the driver, so that the page's own content security policy stays as it is; once
        # a document, for it is half a megabyte.
        if not self.driver.execute_script("return Boolean(window.axe)"):
            self.driver.execute_script(self._axe)
        found = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document, {runOnly: arguments[0], resultTypes: ['violations']}).then("
            "  (said) => done({rules: said.passes.length, wrong: said.violations.flatMap((v) =>"
            "    v.nodes.map((n) => `${v.impact} ${v.id}: ${v.help}: ${n.html.slice(0, 160)}`))}),"
            "  (e) => done(String(e)));",
            {"type": "rule", "values": rules} if rules else AXE_TAGS)
        assert isinstance(found, dict), f"axe-core did not run: {found}"
        assert found["rules"], "axe-core looked at nothing"
        return found["wrong"]

    def overflows(self):
        """Must a person scroll sideways?"""
        return self.driver.execute_script(
            "return document.documentElement.scrollWidth"
            " > document.documentElement.clientWidth;")

    def strays(self):
        """Cells of tables that are cards on a phone, whose text flows under its column's name."""
        return self.driver.execute_script(
            "return [...document.querySelectorAll("
            "'.stack td, .trace td, .events td:not(:last-child)')].filter((td) => td.offsetParent !== null"
            "  && getComputedStyle(td).display !== 'table-cell' && [...td.children].some((one) =>"
            "    one.getBoundingClientRect().left < td.getBoundingClientRect().left + 120))"
            " .map((td) => td.textContent.slice(0, 60));")

    def complaints(self):
        """What the browser itself has said since it was last asked: broken policy, failed loads,
        scripts' errors."""
        said = self._complaints + self._log()
        self._complaints = []
        return said

    def complained(self, words):
        """Waits until the browser has said so, and forgets that: it may say it later than the page
        does, which would be in the way of whoever comes next."""
        def heard():
            self._complaints += self._log()
            found = [c for c in self._complaints if words in c]
            self._complaints = [c for c in self._complaints if words not in c]
            return found
        self.wait(heard, f"the browser to complain of {words!r}")

    def _log(self):
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] in ("SEVERE", "WARNING")]

    def shot(self, name):
        """A picture of the whole page."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        png = self.driver.execute_cdp_cmd("Page.captureScreenshot", {
            "captureBeyondViewport": True, "format": "png", "optimizeForSpeed": True,
            "clip": {"x": 0, "y": 0, "scale": 1, "width": size["width"],
                     "height": size["height"]}})
        path = SHOTS / f"{name}.png"
        path.write_bytes(base64.b64decode(png["data"]))
        return path

    def close(self):
        self.driver.quit()


@pytest.fixture
def browse():
    """A maker of browsers that are closed with the test: browse(**PHONE, language="de")."""
    made = []

    def make(**options):
        made.append(Browser(**options))
        return made[-1]
    yield make
    for browser in made:
        browser.close()
