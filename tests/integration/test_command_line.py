"""The command line itself: help, man pages, completion, slips of the pen, and how it ends.
Nothing here asks a database or a broker."""
import os
import pathlib
import re
import shlex
import signal
import subprocess

import pytest
from hands import PROGRAMS, wait_until

CTL = pathlib.Path(PROGRAMS) / "consentctl"
NOWHERE = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def ctl(*args, **more):
    return subprocess.run([CTL, *args], capture_output=True, text=True, env=NOWHERE,
                          timeout=60, **more)


def leaves():
    """"list scrub LIST FILE" as help has them, without the arguments."""
    commands = ctl("help").stdout.split("Commands:\n")[1].split("\n\n")[0]
    for line in commands.splitlines():
        words = re.split(r" {2,}", line.strip())[0].split()
        yield " ".join(w for w in words if re.fullmatch(r"[a-z]+", w))


LEAVES = list(leaves())


def test_version_is_asked_for_in_each_program():
    for program in sorted(pathlib.Path(PROGRAMS).iterdir()):
        if program.name == "consent-devbroker":
            continue
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60)
        assert re.fullmatch(rf"{program.name} \d+\.\d+.*\n", said.stdout), said


@pytest.mark.parametrize("path", LEAVES)
def test_help_shows_examples_that_work(path):
    shown = ctl("help", *path.split()).stdout
    assert shown == ctl(*path.split(), "--help").stdout
    examples = [line.strip() for line in shown.split("Example")[1].splitlines()[1:]]
    assert examples, f"services/consentctl/examples.c has nothing for '{path}'"
    for line in examples:
        words = shlex.split(line.split(" > ")[0])
        assert words[0] == "consentctl" and " ".join(words[1:]).startswith(path)
        done = ctl(*words[1:], "--help")  # the line is read as a whole before help is given
        assert done.returncode == 0, (line, done.stderr)


@pytest.mark.parametrize("wrong, meant", [
    (["lst"], "'list'"), (["list", "sho"], "'show'"), (["dceide"], "'decide'"),
    (["decide", "--emial", "a@example.com"], "--email"), (["decide", "--jsno"], "--json"),
    (["import", "x.csv", "--sorce=s"], "--source"), (["help", "trce"], "'trace'"),
    (["scrub", "x.csv"], "'list scrub'"),
])
def test_a_slip_is_told_what_was_meant(wrong, meant):
    done = ctl(*wrong)
    assert done.returncode == 2 and f"did you mean {meant}?" in done.stderr, done
    assert done.stdout == ""


def test_nothing_near_points_to_the_help():
    for wrong in (["xyzzy"], ["decide", "--xyzzy"]):
        done = ctl(*wrong)
        assert done.returncode == 2 and "--help shows what there is" in done.stderr, done


def test_what_is_missing_is_named():
    """The others of a group, and the whole line where a word is missing."""
    for wrong, words in ((["key", "create"], "here: contact, link"), (["token", "revoke"], "consentctl token revoke ID")):
        done = ctl(*wrong)
        assert done.returncode == 2 and words in done.stderr, done


def test_man_pages_are_sound():
    for program in sorted(pathlib.Path(PROGRAMS).iterdir()):
        if program.name == "consent-devbroker":
            continue
        page = subprocess.run([program, "--manual"], capture_output=True, timeout=60).stdout
        done = subprocess.run(["groff", "-man", "-ww", "-Tutf8"], input=page,
                              capture_output=True, timeout=60)
        text = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout.decode())
        assert done.returncode == 0 and done.stderr == b"", (program.name, done.stderr)
        assert program.name in text and "EXIT STATUS" in text
        if program.name == "consentctl":
            for path in LEAVES:
                assert re.search(rf"^ +{path}\b", text, re.MULTILINE), path


def completed(*words):
    script = ('. /dev/stdin; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _consentctl; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script, "bash", "consentctl", *words], text=True,
                          input=ctl("completion", "bash").stdout, capture_output=True)
    assert done.stderr == "", done.stderr
    return done.stdout.split()


def test_bash_finishes_a_line():
    assert completed("quar") == ["quarantine"]
    assert set(completed("quarantine", "")) >= {"list", "show", "replay", "discard", "--json"}
    assert completed("list", "scrub", "offers", "--for") == ["--format"]
    assert completed("help", "list", "sc") == ["scrub"]
    assert "--explain" in completed("decide", "--email", "a@example.com", "--e")
    assert completed("decide", "nothing-like-it") == []


def test_zsh_is_given_a_function_of_its_own():
    said = ctl("completion", "zsh").stdout
    assert said.startswith("#compdef consentctl\n") and "compadd" in said
    assert ctl("completion", "fish").returncode == 2


def test_who_reads_no_further_is_no_fault():
    with subprocess.Popen([CTL, "--manual"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=NOWHERE) as running:
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(60) == 128 + signal.SIGPIPE


@pytest.fixture
def conf(tmp_path):
    """Settings with a secret and nothing else."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"s" * 32)
    secret.chmod(0o600)
    path = tmp_path / "ctl.conf"
    path.write_text(f"contact_secret_file = {secret}\n")
    return path


def test_interrupted_is_130(conf):
    """While it waits for an address nobody has looked for a signal yet: it ends at once."""
    with subprocess.Popen([CTL, "trace", "--email", "-", "--config", conf], env=NOWHERE,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        status = pathlib.Path(f"/proc/{running.pid}/status")
        asleep = re.compile(r"^State:\s+S", re.MULTILINE)
        caught = re.compile(r"^SigCgt:\s+\w*[2367abef]$", re.MULTILINE)  # SIGINT: bit 2
        wait_until(lambda: all(x.search(status.read_text()) for x in (asleep, caught)),
                   what="its reading")
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130


def test_an_address_comes_from_standard_input(conf):
    for line, words in (("no-at.example\n", "no @"), ("", "a line on standard input"),
                        ("a" * 2000 + "\n", "too long"),
                        (" ana@example.com \r\n", "DATABASE_URL")):
        done = ctl("trace", "--email", "-", "--config", conf, input=line)
        assert done.returncode == 2 and words in done.stderr, (line, done.stderr)
