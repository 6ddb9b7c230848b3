"""Links as they come back: garbled on their way, or in requests of an unusual form. Each is one
event about the person they were made for, or it is told that nothing was changed."""
import socket
import subprocess

import pytest
from hands import wait_until
from unsubscribe import FORM, ONE_CLICK, Gateway, raw

# {} is the token, {1} and {2} its halves. Paths, as a client puts them on the wire.
GARBLED = {
    "as-it-is": "/u/{}",
    "full-stop": "/u/{}.",
    "comma": "/u/{},",
    "semicolon": "/u/{};",
    "bracket": "/u/{})",
    "angle": "/u/{}>",
    "quote": "/u/{}\"",
    "apostrophe": "/u/{}'",
    "equals": "/u/{}=",
    "sentence": "/u/{}).",
    "escaped-blank": "/u/{}%20",
    "escaped-line-end": "/u/{}%0D%0A",
    "escaped-angle": "/u/{}%3E",
    "escaped-lower": "/u/{}%3e",
    "escaped-quote": "/u/{}%22",
    "escaped-equals": "/u/{}%3D",
    "escaped-twice": "/u/{}%253E",
    "escaped-badly": "/u/{}%",
    "escaped-badly-2": "/u/{}%zz",
    "escaped-nul": "/u/{}%00",
    "escaped-hash": "/u/{}%23top",
    "fragment": "/u/{}#top",
    "slash": "/u/{}/",
    "slashes": "/u/{}//",
    "more-path": "/u/{}/unsubscribe.html",
    "double-slash": "//u/{}",
    "double-slashes": "/u//{}",
    "all-slashes": "///u///{}///",
    "dot-segment": "/u/./{}",
    "upper-case": "/U/{}",
    "upper-case-slash": "/U/{}/",
    "escaped-slash": "/u%2F{}",
    "escaped-letter": "/%75/{}",
    "absolute": "http://gateway.example/u/{}",
    "absolute-tls": "https://gateway.example:443/U/{}?a=b",
    "tracked": "/u/{}?utm_source=news&utm_medium=email&utm_campaign=may&fbclid=x&gclid=y&_hsenc=z",
    "tracked-badly": "/u/{}&utm_source=news",
    "tracked-escaped": "/u/{}%3Futm_source=news",
    "tracked-entity": "/u/{}&amp;utm_source=news",
    "empty-query": "/u/{}?",
    "odd-query": "/u/{}?%zz&=&&a=%00&lang=%ff",
    "language-twice": "/u/{}?lang=fr&lang=de",
    "soft-break": "/u/{1}=%0D%0A{2}",
    "soft-break-escaped": "/u/{1}%3D%0D%0A{2}",
    "soft-break-joined": "/u/{1}={2}",
    "folded": "/u/{1}%0D%0A%20{2}",
    "wrapped": "/u/{1}%20{2}",
    "soft-hyphen": "/u/{1}%C2%AD{2}",
    "zero-width": "/u/{1}%E2%80%8B{2}",
    "markdown": "/u/{}](http://x/",
    "emphasis": "/u/{}**",
    "quoted-printable": "/u/{}=3D",
    "left-of-it": "/u/{}3D",
    "before": "/u/%3C{}%3E",
    "twice": "/u/u/{}",
    "long-tail": "/u/{}." + "x" * 3000,
}


def spoil(how, token):
    half = len(token) // 2
    return how.replace("{1}", token[:half]).replace("{2}", token[half:]).replace("{}", token)


@pytest.fixture(scope="module")
def gateway(module_stack):
    module_stack.start("gateway")
    made = Gateway(module_stack)
    wait_until(lambda: made.post(made.token("first@garbled.example"))[0] == 200,
               what="the first event, which may take longer than others")
    return made


def post(gateway, path, body=ONE_CLICK, *fields):
    head = [f"POST {path} HTTP/1.1", "Host: gateway.example", f"Content-Type: {FORM}",
            "Connection: close", *(fields or [f"Content-Length: {len(body)}"])]
    return raw(gateway, "\r\n".join([*head, "", ""]).encode() + body)


def test_garbled_links_opt_out_their_person(gateway):
    for name, how in GARBLED.items():
        answer = post(gateway, spoil(how, gateway.token(f"{name}@garbled.example")))
        assert answer.startswith("HTTP/1.1 200 "), (name, answer)
    for name in GARBLED:
        [event] = gateway.events(f"{name}@garbled.example")
        assert event["data"]["optout"]["via"] == "rfc8058_one_click", name


def test_garbled_links_show_their_page(gateway):
    for name, how in GARBLED.items():
        path = spoil(how, gateway.token(f"{name}@shown.example"))
        answer = raw(gateway, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                     .encode())
        assert answer.startswith("HTTP/1.1 200 "), (name, answer)
        assert f"{name[0]}…@shown.example" in answer, name
        assert 'name="address"' not in answer, name


def test_what_is_left_of_a_link_is_told_to_be_nothing(gateway):
    token = gateway.token("lost@garbled.example")
    before = len(gateway.stack.read("feed.sectigo.com"))
    for path in ("/u/", "/u", "/U", "/u//", f"/u/{token[:-2]}", f"/u/{token[1:]}",
                 f"/u/{token.lower()}", f"/u/{token.upper()}", f"/u/{token[:90]}/{token[94:]}",
                 "/u/{{unsubscribe_token}}", "/u/%7B%7Btoken%7D%7D", "/u/" + "%41" * 3000):
        answer = post(gateway, path)
        assert answer.startswith("HTTP/1.1 404 ") and "urn:consent:problem:link" in answer, path
        assert "nothing was changed" in answer
        person = post(gateway, path, ONE_CLICK, "Content-Length: 26", "Accept: text/html")
        assert person.startswith("HTTP/1.1 404 ") and 'name="address"' in person, path
    for path in ("/", "/x", f"/x/{token}", f"/uu/{token}", f"/{token}", f"/v1/u/{token}"):
        assert post(gateway, path).startswith("HTTP/1.1 404 "), path
    assert len(gateway.stack.read("feed.sectigo.com")) == before


# --- chunked bodies ------------------------------------------------------------------------
CHUNKS = b"5\r\nList-\r\n15;x=y\r\nUnsubscribe=One-Click\r\n0\r\n\r\n"
EVIL = b"POST /u/%s HTTP/1.1\r\nHost: x\r\n\r\n"


def test_chunked_bodies_are_taken(gateway):
    for name, body in (("chunks", CHUNKS), ("trailer", CHUNKS[:-2] + b"X-Sum: 1\r\n\r\n"),
                       ("nothing", b"0\r\n\r\n")):
        answer = post(gateway, f"/u/{gateway.token(f'{name}@chunked.example')}", body,
                      "Transfer-Encoding: chunked")
        assert answer.startswith("HTTP/1.1 200 "), (name, answer)
        assert "\r\nconnection: close\r\n" in answer.lower()
        assert len(gateway.events(f"{name}@chunked.example")) == 1
    form = b"do=all&lang=it"
    answer = post(gateway, f"/u/{gateway.token('form@chunked.example')}",
                  b"%x\r\n%s\r\n0\r\n\r\n" % (len(form), form), "Transfer-Encoding: chunked")
    assert answer.startswith("HTTP/1.1 200 ") and 'lang="it"' in answer
    done = subprocess.run(["curl", "-sS", "--fail", "-H", "Transfer-Encoding: chunked", "-d",
                           ONE_CLICK.decode(), gateway.url(gateway.token("curl@chunked.example"))],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "received" in done.stdout, done.stderr


def test_a_length_or_another_coding_beside_it_is_refused(gateway):
    """And nothing that stands behind such a body is taken for a request."""
    token = gateway.token("smuggled@chunked.example")
    evil = EVIL % token.encode()
    for fields, body in (
            (("Transfer-Encoding: chunked", "Content-Length: 4"), b"0\r\n\r\n" + evil),
            (("Content-Length: 5", "Transfer-Encoding: chunked"), b"0\r\n\r\n" + evil),
            (("Transfer-Encoding: gzip, chunked",), b"0\r\n\r\n" + evil),
            (("Transfer-Encoding: chunked, identity",), b"0\r\n\r\n" + evil),
            (("Transfer-Encoding: xchunked",), b"0\r\n\r\n" + evil),
            (("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), b"0\r\n\r\n" + evil),
            (("Transfer-Encoding:\x0bchunked",), b"0\r\n\r\n" + evil),
            (("Transfer-Encoding: chunked",), b"0x3\r\nabc\r\n0\r\n\r\n" + evil),
            (("Transfer-Encoding: chunked",), b"-1\r\nabc\r\n0\r\n\r\n" + evil),
            (("Transfer-Encoding: chunked",), b"3\r\nabcdef\r\n0\r\n\r\n" + evil)):
        head = ["POST /u/x HTTP/1.1", "Host: x", *fields, "", ""]
        answer = raw(gateway, "\r\n".join(head).encode() + body)
        assert answer.startswith("HTTP/1.1 4"), (fields, answer)
        assert answer.count("HTTP/1.1 ") == 1, (fields, answer)
    answer = post(gateway, "/u/x", b"0\r\n\r\n" + evil, "Transfer-Encoding: chunked")
    assert answer.count("HTTP/1.1 ") == 1
    assert gateway.events("smuggled@chunked.example") == []


def test_half_a_chunked_body_records_nothing(gateway):
    """Until its end has come nobody knows what the form says."""
    token = gateway.token("half@chunked.example")
    with socket.create_connection(("127.0.0.1", gateway.stack.port("gateway", "public")), 30) as s:
        s.sendall(f"POST /u/{token} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n1a\r\nList-Unsub".encode())
    whole = gateway.token("whole@chunked.example")
    assert gateway.post(whole)[0] == 200
    wait_until(lambda: gateway.events("whole@chunked.example"), what="another's")
    assert gateway.events("half@chunked.example") == []
