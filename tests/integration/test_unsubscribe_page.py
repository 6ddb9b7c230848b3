"""The unsubscribe page as people see them: clicked in Chromium, at phone and desktop width, in
every language, light and dark, without JavaScript; and looked at by axe-core."""
import re

import pytest
from browser import DESKTOP, PHONE, Browser, browse  # noqa: F401  (browse is a fixture)
from unsubscribe import Gateway
from hands import ROOT, wait_until
from stack import fetch

LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "pt", "sv", "da")
WORDS = dict(((language, name), words) for language, name, words in re.findall(
    r'^T\((\w+), (\w+), "(.*)"\)$',
    (ROOT / "services/gateway/unsubscribe/texts.def").read_text(encoding="utf-8"), re.M))


@pytest.fixture(scope="module")
def gateway(module_stack):
    module_stack.start("gateway")
    return Gateway(module_stack)


@pytest.fixture(scope="module")
def eyes():
    """A browser for each way of looking, opened when it is first needed."""
    made = {}

    def look(**how):
        key = tuple(sorted(how.items()))
        if key not in made:
            made[key] = Browser(**how)
        return made[key]
    yield look
    for one in made.values():
        one.close()


def sound(browser):
    """Nothing that axe-core, the browser, or a narrow screen would complain of."""
    assert browser.violations() == []
    # That a form was not accepted (422), or a link not read (404), it says as well; the page
    # does so in words.
    assert [c for c in browser.complaints() if "status of 422" not in c
            and "status of 404" not in c] == []
    assert not browser.overflows()
    return browser


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language(gateway, eyes, language):
    """Choices, the end of them, and a confirmation, on a phone."""
    browser = eyes(**PHONE)
    email = f"{language}@phone.example"
    browser.get(gateway.url(gateway.token(email), f"?lang={language}"))
    assert browser.find("html").get_attribute("lang") == language
    assert browser.find("h1").text == WORDS[language, "TITLE"]
    current = browser.find("nav [aria-current]")
    assert current.get_attribute("lang") == language
    assert len(browser.all("input[type=checkbox]")) == 11  # for.group is one
    sound(browser).shot(f"choices-{language}-phone")
    browser.follow(WORDS[language, "ALL"])
    assert browser.find("html").get_attribute("lang") == language
    assert browser.find("h1").text == WORDS[language, "DONE"]
    assert "Sectigo Limited" in browser.find("main").text
    assert not browser.overflows()
    browser.shot(f"done-{language}-phone")
    assert len(gateway.events(email)) == 1
    browser.get(gateway.url(gateway.confirmation(email), f"?lang={language}"))
    assert not browser.overflows()
    browser.shot(f"confirm-{language}-phone")
    browser.follow(WORDS[language, "C_YES"])
    assert browser.find("h1").text == WORDS[language, "C_DONE"]
    assert [e["type"] for e in gateway.events(email)].count("consent.granted.v1") == 1


@pytest.mark.parametrize("language", ("fr", "de"))
def test_the_page_of_preferences(gateway, eyes, language):
    """On a phone and without scripts: what holds, and a pause."""
    browser = eyes(**PHONE, scripts=False)
    email = f"{language}@prefer.example"
    browser.get(gateway.url(gateway.token(email), f"?lang={language}"))
    browser.follow(WORDS[language, "P_LINK"])
    assert browser.find("html").get_attribute("lang") == language
    assert browser.find("h1").text == WORDS[language, "P_TITLE"]
    assert [e.text for e in browser.all("h2")] == [
        WORDS[language, "P_NOW"].replace("{}", "Sectigo Limited"), WORDS[language, "P_CHANGE"]]
    # it waits 400 ms for the database, and then not for 5 s
    browser.wait(lambda: browser.all("td") or browser.driver.refresh(), "what holds")
    assert {e.text for e in browser.all("td")} == {WORDS[language, "P_OFF"]}
    assert browser.find("nav [aria-current]").get_attribute("lang") == language
    assert not browser.overflows()
    browser.shot(f"preferences-{language}-phone")
    tick(browser, WORDS[language, "NEWS"])
    browser.follow(WORDS[language, "P_PAUSE"])
    assert browser.find("h1").text == WORDS[language, "DONE"]
    assert [li.text for li in browser.all("main li")] == [WORDS[language, "NEWS"]]
    [event] = gateway.events(email)
    until = event["data"]["optout"]["until"][:10]
    assert WORDS[language, "P_DONE"].replace("{}", until) in browser.find("main").text
    assert not browser.overflows()
    browser.follow(WORDS[language, "BACK"])
    assert browser.find("h1").text == WORDS[language, "P_TITLE"]


def test_every_page(gateway, eyes):
    """axe-core has seen each of them, light and dark."""
    for dark in (False, True):
        browser = eyes(**DESKTOP, language="de-AT", dark=dark)
        token = gateway.token(f"every-{dark}@example.com")
        for url, button in ((gateway.url(token), "ALL"),
                            (gateway.url(gateway.confirmation("every@example.com")), "C_YES"),
                            (gateway.url(gateway.confirmation("every@example.com", issued=9)), None),
                            (gateway.url(token, "?view=preferences"), "P_PAUSE"),
                            (gateway.url("of-nobody"), None)):
            browser.get(url)
            sound(browser)
            if button:
                browser.follow(WORDS["de", button])
                sound(browser)


@pytest.mark.parametrize("how", ("desktop", "phone-dark", "no-scripts"))
def test_choosing(gateway, eyes, how):
    """As a person does it: look, read in another language, tick, change one's mind, send."""
    browser = eyes(**(PHONE if how.startswith("phone") else DESKTOP), language="de-AT",
                   dark=how.endswith("dark"), scripts=how != "no-scripts")
    email = f"choose-{how}@example.com"
    browser.get(gateway.url(gateway.token(email)))
    assert browser.find("h1").text == WORDS["de", "TITLE"]
    browser.follow("Svenska")
    assert browser.find("h1").text == WORDS["sv", "TITLE"]
    browser.follow(WORDS["sv", "SAVE"])
    assert browser.find("[role=alert]").text == WORDS["sv", "NOTHING"]
    tick(browser, WORDS["sv", "SURVEYS"])
    tick(browser, WORDS["sv", "NEWS"])
    tick(browser, WORDS["sv", "NEWS"])
    tick(browser, WORDS["sv", "EMAIL"])
    if how != "no-scripts":
        sound(browser)
    browser.shot(f"choosing-{how}")
    browser.follow(WORDS["sv", "SAVE"])
    assert browser.find("h1").text == WORDS["sv", "DONE"]
    assert [li.text for li in browser.all("main li")] == [WORDS["sv", "SURVEYS"],
                                                          WORDS["sv", "EMAIL"]]
    browser.shot(f"chosen-{how}")
    [event] = gateway.events(email)
    assert [s["purpose"] for s in event["data"]["scope"]] == ["communication.surveys",
                                                              "*promotional"]
    assert event["data"]["optout"]["language"] == "sv"
    browser.follow(WORDS["sv", "BACK"])
    assert browser.find("h1").text == WORDS["sv", "TITLE"]


def tick(browser, words):
    [label] = [e for e in browser.all("label.box") if e.text == words]
    label.click()


def test_by_keyboard(gateway, eyes):
    """Tab reaches everything in the order of reading; the space bar ticks, Enter sends."""
    from selenium.webdriver.common.keys import Keys
    browser = eyes(**DESKTOP)
    browser.get(gateway.url(gateway.token("keys@example.com")))
    order = []
    for _ in range(len(LANGUAGES) + 14):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        at = browser.driver.switch_to.active_element
        order.append(at.get_attribute("name") or at.get_attribute("hreflang") or at.tag_name)
        if order[-1] == "about.communication.news":
            at.send_keys(Keys.SPACE)
        if at.get_attribute("value") == "choose":
            outline = at.value_of_css_property("outline-style")
            assert outline == "solid", "the focus cannot be seen"
            browser.follow("", by=lambda: at.send_keys(Keys.ENTER))
            break
    assert order[:9] == list(LANGUAGES) and order[9:11] == ["for.group", "do"]
    assert order[11] == "about.marketing.promotional" and order[-1] == "do"
    assert browser.find("h1").text == WORDS["en", "DONE"]
    assert [s["purpose"] for s in gateway.events("keys@example.com")[0]["data"]["scope"]] == \
        ["communication.news"]


def test_a_link_that_cannot_be_read(gateway, eyes):
    browser = eyes(**PHONE)
    browser.get(gateway.url("of-nobody", "?lang=it"))
    sound(browser).shot("unreadable-it-phone")
    browser.follow(WORDS["it", "ALL"])
    assert browser.find("[role=alert]").text == WORDS["it", "BAD_ADDRESS"]
    field = browser.find("#address")
    assert browser.find("label[for=address]").text == WORDS["it", "ASK"]
    field.send_keys("g" * 65 + "@example.com")  # fine for the browser, no address for us
    browser.follow(WORDS["it", "ALL"])
    assert browser.find("[role=alert]").text == WORDS["it", "BAD_ADDRESS"]
    sound(browser).shot("bad-address-it-phone")
    browser.find("#address").clear()
    browser.find("#address").send_keys("gianni@example.com")
    browser.follow(WORDS["it", "ALL"])
    assert browser.find("h1").text == WORDS["it", "DONE"]
    assert gateway.events("gianni@example.com")[0]["data"]["controllers"] == ["*"]


def test_looking_opts_nobody_out(gateway, eyes):
    """Reading, switching, going back and reloading change nothing."""
    browser = eyes(**DESKTOP)
    for token in (gateway.token("look@example.com"), gateway.confirmation("look@example.com")):
        browser.get(gateway.url(token))
        for name in ("Français", "Dansk"):
            browser.follow(name)
        browser.driver.back()
        browser.driver.refresh()
        browser.driver.execute_script("const l = document.createElement('link');"
                                      "l.rel = 'prefetch'; l.href = location.href;"
                                      "document.head.append(l)")
        browser.complained("Content Security Policy")  # that is forbidden, too
    assert gateway.events("look@example.com") == []
    assert browser.driver.get_cookies() == []


def test_when_the_broker_is_away(gateway, eyes):
    """503 and a page that says so, and never "done"."""
    stack = gateway.stack
    stack.start("gateway", name="gateway-away", wait=False, kafka_brokers="127.0.0.1:1",
                deliver_ms=300)
    away = Gateway(stack, "gateway-away")
    wait_until(lambda: stack.metrics("gateway-away").get("consent_gateway_register_version", -1)
               > 0, what="the register's names")
    assert fetch(stack.url("gateway-away") + "/readyz")[0] == 503
    token = away.token("away@example.com")
    for body, words in ((b"List-Unsubscribe=One-Click", "Not now"),
                        (b"do=all", "Not done yet"),
                        (b"do=choose&about.communication.news=stop", "Not done yet")):
        status, text, headers = away.post(token, body)
        assert status == 503 and words in text and int(headers["Retry-After"]) > 0
        assert away.post("unreadable", body + b"&address=a%40example.com")[0] == \
            (404 if b"do=" not in body else 503)
    status, text, _ = away.post(away.confirmation("away@example.com"), b"do=confirm")
    assert status == 503 and "Not done yet" in text
    browser = eyes(**PHONE)
    browser.get(away.url(token, "?lang=fr"))
    browser.follow(WORDS["fr", "ALL"])
    assert browser.find("h1").text == WORDS["fr", "LATER"]
    browser.complained("503")
    assert "DPOfficer@sectigo.com" in browser.find("[role=alert]").text
    assert browser.violations() == []
    browser.shot("later-fr-phone")
    browser.follow(WORDS["fr", "AGAIN"])
    assert browser.find("h1").text == WORDS["fr", "TITLE"]
    assert gateway.events("away@example.com") == []
    wait_until(lambda: stack.metrics("gateway-away")[
        'consent_gateway_unsubscribe_total{what="choice",status="503",recorded="no"}'] >= 2,
        what="the metric")
