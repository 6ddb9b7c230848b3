"""The programs do their work with the system calls that their units leave them, and nobody beside
them reads their memory."""
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys

import pytest
from feeding import settled
from hands import PROGRAMS, ROOT, wait_until
from stack import clean_environment
from receiver import Receiver
from test_consentctl import ingested, optout
from test_mail import message, taken
from test_postfix import REFUSED, Socket, door
from test_proof import Logs, Witness, feed
from test_webhook import QUICK, hooks  # noqa: F401 - a fixture
from unsubscribe import Gateway

DAEMONS = ("ingest", "publish", "keeper", "lookup", "gateway")
OTHERS = ("mail", "postfix", "webhook", "witness")
LAUNCHER = ROOT / "tests" / "integration" / "shut_in.py"


def unit_of(program):
    found = [u for u in (ROOT / "deploy/systemd").glob("*.service")
             if re.fullmatch(rf"{program}@?\.service", u.name)]
    assert len(found) == 1, (program, found)
    return found[0]


@pytest.fixture
def shut_in(stack, tmp_path):
    """The stack, with every program behind its unit's filter."""
    for program in PROGRAMS.iterdir():
        path = tmp_path / program.name
        if program.name.split("-")[-1] in DAEMONS + OTHERS:
            path.write_text(f"#!/bin/sh\nexec {sys.executable} -B {LAUNCHER} "
                            f"{shlex.quote(str(unit_of(program.name)))} "
                            f"{shlex.quote(str(program))} \"$@\"\n")
            path.chmod(0o755)
        else:
            path.symlink_to(program)
    stack.programs = tmp_path
    return stack


@pytest.mark.plain
def test_the_filter_bites(tmp_path):
    """What no unit leaves its program ends it."""
    done = subprocess.run([sys.executable, "-B", LAUNCHER, unit_of("consent-ingest"), "/bin/sh",
                           "-c", f"exec {sys.executable} -c 'import os; os.chroot(\"/\")'"],
                          check=False, capture_output=True)
    assert done.returncode == -signal.SIGSYS, done


def test_from_a_click_to_a_list_behind_the_filters(shut_in):
    stack = shut_in
    stack.ctl("list", "create", "--all")
    for program in DAEMONS:
        stack.start(program)
    stack.produce("feed.mta-eu1", optout(1, "a@example.com"))
    ingested(stack, 1)
    gateway = Gateway(stack)
    assert gateway.post(gateway.token("b@example.com"))[0] == 200
    ingested(stack, 2)
    assert wait_until(lambda: stack.value("SELECT count(DISTINCT contact) FROM list_entry") == 2)
    for program in DAEMONS:
        status = open(f"/proc/{stack.daemon(program).pid()}/status").read()
        assert re.search(r"^Seccomp:\t2$", status, re.M), program
        os.kill(stack.daemon(program).pid(), signal.SIGHUP)
    stack.produce("feed.mta-eu1", optout(2, "c@example.com"))
    ingested(stack, 3)
    assert stack.stop() == []
    for program in DAEMONS:
        log = (stack.dir / f"{program}.log").read_text()
        assert "event=stopped status=0" in log, (program, log[-500:])


def test_a_letter_a_recipient_and_a_webhook_behind_the_filters(shut_in, hooks):  # noqa: F811
    """A letter with a wrapped charset and HTML, as GMime, libxml2 and iconv have to read it."""
    stack = shut_in
    for program in ("ingest", "publish"):
        stack.start(program)
    html = "Abmelden, bitte. <b>Gr\xfc\xdfe</b>"
    taken(stack, message(html, who="d@example.com", MIME_Version="1.0",
                         Content_Type="text/html; charset=iso-8859-1",
                         Content_Transfer_Encoding="8bit"), "optout")
    ingested(stack, 1)
    where = door(stack)
    wait_until(lambda: Socket(where).ask("d@example.com") == REFUSED, what="the refusal")
    with Receiver() as mailer:
        hooks(mails=(mailer, {"list": "promotional-email"}))
        stack.start("webhook", **QUICK)
        wait_until(lambda: mailer.tries, what="the webhook")
    assert stack.stop() == []


def test_a_witness_behind_its_filter(shut_in, tmp_path):
    logs = Logs(shut_in, tmp_path)
    witness = Witness(logs, tmp_path)
    shut_in.start("ingest")
    logs.keeper()
    settled(shut_in, feed(shut_in, 6))
    logs.sealed()
    assert witness.look() == (0, ["witness_first"])


def test_keys_stay_in_memory(stack):
    """No core, no dump, no swap: the pages with keys are locked, and left out of dumps."""
    for program in ("ingest", "publish", "lookup", "gateway"):
        stack.start(program)
        folder = f"/proc/{stack.daemon(program).pid()}"
        limits = open(f"{folder}/limits").read()
        assert re.search(r"^Max core file size +0 +0 ", limits, re.M), program
        flags = re.findall(r"^VmFlags: (.*)$", open(f"{folder}/smaps").read(), re.M)
        assert any({"lo", "dd"} <= set(one.split()) for one in flags), program


@pytest.mark.plain
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become two others")
def test_not_even_its_own_user_reads_its_memory():
    """Of a program that another process of the same user started, too."""
    settings = {"CONSENT_DATABASE_URL": "postgresql://127.0.0.1:1/none",
                "CONSENT_HTTP_PORT": "0", **clean_environment()}
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    read = "import sys; open(sys.argv[1], 'rb')"
    with subprocess.Popen([*nobody, PROGRAMS / "consent-keeper"], env=settings,
                          stderr=subprocess.PIPE, text=True) as one, \
            subprocess.Popen([*nobody, "sleep", "60"]) as other:
        try:
            assert "event=starting" in one.stderr.readline()
            name = pathlib.Path(f"/proc/{other.pid}/comm")
            wait_until(lambda: name.read_text() == "sleep\n", what="the other to be itself")
            for pid, refused in ((one.pid, True), (other.pid, False)):
                done = subprocess.run([*nobody, sys.executable, "-c", read, f"/proc/{pid}/mem"],
                                      check=False, capture_output=True, text=True)
                assert ("PermissionError" in done.stderr) == refused, (pid, done.stderr)
        finally:
            one.kill()
            other.kill()
