"""The programs of schemas/SOURCES.md, each as it stands: they send a consent, an opt-out and a
lead to a real gateway, read their receipts, and meet every kind of refusal."""
import contextlib
import http.server
import json
import os
import re
import subprocess
import threading

import pytest
from hands import ROOT, wait_until
from http_source import Source

PROGRAMS = ROOT / "schemas" / "examples" / "send"
COMMANDS = {"send.py": "/usr/bin/python3", "send.js": "node", "send.php": "php",
            "Send.java": "javac", "send.go": "go"}
ACME = {"SOURCE": "urn:consent:src:reseller:acme-hosting", "AGREEMENT": "AGR-2024-0117"}


@pytest.fixture(scope="module", params=sorted(COMMANDS))
def program(request, tmp_path_factory):
    """What starts it. What is compiled is compiled once, and go run hides the exit status."""
    name, path = request.param, PROGRAMS / request.param
    made = tmp_path_factory.mktemp("made")
    if name == "send.go":
        subprocess.run(["go", "build", "-o", made / "send", path], check=True, timeout=600,
                       env={**os.environ, "GO111MODULE": "off", "CGO_ENABLED": "0"})
        return name, [made / "send"]
    if name == "Send.java":
        subprocess.run(["javac", "-d", made, path], check=True, timeout=300)
        return name, ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", made, "Send"]
    return name, [COMMANDS[name], path]


def run(program, url, token, *words):
    env = {k: os.environ[k] for k in ("PATH", "HOME") if k in os.environ}
    return subprocess.run([*program[1], *words], capture_output=True, text=True, timeout=300,
                          env={**env, **ACME, "GATEWAY_URL": url, "GATEWAY_TOKEN": token})


@pytest.fixture(scope="module")
def acme(module_stack):
    for name in ("ingest", "gateway"):
        module_stack.start(name)
    return Source(module_stack, "acme-hosting").known()


def test_what_a_source_sends_and_learns(acme, program):
    stack, name = acme.stack, program[0]
    url, token = f"http://127.0.0.1:{stack.port('gateway', 'public')}", acme.token
    who = f"{name.replace('.', '-').lower()}@first-hour.example"
    before = run(program, url, token, "receipts")
    cursor = before.stderr.split("next:")[1].strip()
    for kind in ("consent", "optout", "lead"):
        done = run(program, url, token, kind, f"{name}-{kind}", who)
        assert done.returncode == 0 and '"outcome":"queued"' in done.stdout, (kind, done)
    refused = run(program, url, token, "consent", f"{name}-broken", "nobody at nowhere")
    assert refused.returncode == 1 and '"reason":"EMAIL_' in refused.stdout, refused
    again = run(program, url, token, "optout", f"{name}-quote", 'say "no" \\ @first-hour.example')
    assert again.returncode in (0, 1) and "{" in again.stdout, again  # it is JSON all the same
    assert run(program, url, token + "x", "consent", "x", who).returncode == 2
    wanted = {f"{name}-{kind}": "accepted" for kind in ("consent", "optout")}
    told = {}

    def learned():
        done = run(program, url, token, "receipts", cursor)
        assert done.returncode == 0, done
        told.update(line.split()[:2] for line in done.stdout.splitlines())
        return wanted.items() <= told.items() and f"{name}-lead" in told
    wait_until(learned, what="the receipts")
    decided = stack.ctl_json("decide", "--email", who, "--controller", "sectigo-limited",
                             "--purpose", "marketing.promotional", "--channel", "email")
    assert (decided["verdict"], decided["reason"]) == ("DENY", "OPTOUT")


def test_the_guides_first_ten_minutes(acme, tmp_path):
    """The commands of SOURCES.md print what stands below them, those with curl alone, too."""
    guide = (ROOT / "schemas" / "SOURCES.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", guide, re.M | re.S)
    block = next(b for b in blocks if "send.py" in b)
    env = {"GATEWAY_URL": f"http://127.0.0.1:{acme.stack.port('gateway', 'public')}",
           "GATEWAY_TOKEN_SOURCE": acme.token, "PATH": os.environ["PATH"]}
    local = ". build/local/env\n"
    assert block.startswith(local)
    said = re.findall(r"^# -> (.*)$", block, re.M)

    def told(text, folder=ROOT):
        return subprocess.run(["sh", "-e"], input=text, capture_output=True, text=True, env=env,
                              check=True, cwd=folder, timeout=300).stdout.splitlines()
    lines = told(block.removeprefix(local))
    assert lines[:2] == said[:2]
    again = "\n".join(line for line in block.splitlines() if "export" in line or "receipts" in line)
    wait_until(lambda: set(said[2:]) <= {line.strip() for line in told(again)}, what="the receipts")
    block = next(b for b in blocks if "cat > event.json" in b)
    env |= {**ACME, "GATEWAY_TOKEN": acme.token}
    *lines, receipts = told(block, tmp_path)
    said = re.findall(r"^# -> (.*)$", block, re.M)
    assert lines == said, lines
    assert json.loads(receipts)["receipts"], "those of before, at least"
    wait_until(lambda: acme.stack.ctl_json("decide", "--email", "ben@example.com", "--controller", "sectigo-limited",
                                           "--purpose", "marketing.promotional", "--channel", "email")["verdict"]
               == "PERMIT", what="the consent, which permits")


@contextlib.contextmanager
def gateway(answers):
    """Somebody who answers as told, one after the other, and keeps what was sent."""
    got = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            status, text = answers[min(len(got), len(answers)) - 1]
            self.send_response(status)
            if status in (429, 503):
                self.send_header("Retry-After", "0")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("answers, code, times", [
    ([(503, "{}"), (429, "{}"), (202, '{"id":"a","outcome":"queued"}\n')], 0, 3),
    ([(503, "{}")], 3, 5),
    ([(422, '{"reason":"MISSING"}')], 1, 1),
    ([(413, "{}")], 2, 1),
    ([(401, "{}")], 2, 1),
], ids=lambda x: str(x[0][0]) if isinstance(x, list) else str(x))
def test_each_refusal_is_met(program, answers, code, times):
    """Not now: the same again, with the same id. Refused: never again."""
    with gateway(answers) as (url, got):
        done = run(program, url, "token", "optout", "a", "ana@example.com")
        assert (done.returncode, len(got)) == (code, times), done
        assert all(one == got[0] for one in got)


def test_nobody_there_is_not_now(program):
    done = run(program, "http://127.0.0.1:1", "token", "optout", "a", "ana@example.com")
    assert done.returncode == 3, done


def test_what_is_not_set_is_named(program):
    done = subprocess.run([*program[1], "optout", "a", "ana@example.com"], capture_output=True, text=True, timeout=300,
                          env={k: os.environ[k] for k in ("PATH", "HOME") if k in os.environ} | {"SOURCE": ACME["SOURCE"]})
    assert (done.returncode, done.stderr) == (2, "not set in the environment: GATEWAY_URL GATEWAY_TOKEN AGREEMENT\n"), done
