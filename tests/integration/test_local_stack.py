"""make up, make down and make demo, as a person calls them, in a directory of the test's."""
import os
import signal
import socket
import subprocess

import pytest

import brokers
import postgres
import proc
from hands import BROKER, MODE, PROGRAMS, ROOT, wait_until
from stack import DAEMONS, clean_environment

BUILT = [d for d in DAEMONS if (PROGRAMS / f"consent-{d}").exists()]


def deploy(script, directory, **env):
    return subprocess.run([ROOT / "deploy" / script], text=True, check=False,
                          capture_output=True, timeout=900,
                          env=dict(clean_environment(), LOCAL_DIR=str(directory), MODE=MODE,
                                   BROKER=BROKER, **env))


def end(directory):
    deploy("down", directory)
    postgres.Postgres(directory).destroy()


@pytest.fixture
def place(tmp_path):
    """A directory for a stack of this test alone."""
    yield tmp_path
    end(tmp_path)


@pytest.fixture(scope="module")
def standing(run_dir):
    """A stack that stands; each test leaves it standing."""
    directory = run_dir / "standing"
    done = deploy("up", directory)
    assert done.returncode == 0, done.stderr
    yield directory
    end(directory)


def pids(place):
    return {name: proc.Daemon(place, name).pid()
            for name in (*BUILT, "postgres", "kafka" if BROKER == "apache" else "devbroker")}


def shell(standing, script):
    """What a person types after `. build/local/env`."""
    return subprocess.run(["sh", "-c", f". {standing}/env && {script}"], text=True,
                          capture_output=True, check=False, timeout=600,
                          env=dict(clean_environment(), LOCAL_DIR=str(standing), MODE=MODE,
                                   BROKER=BROKER))


def test_everything_runs(standing):
    assert all(pids(standing).values())


def test_a_second_up_is_harmless(standing):
    """Files stay as they are, too: a program that has just started may be reading its own."""
    def settings():
        return {f.name: f.stat().st_mtime_ns for f in standing.glob("*.conf")}
    running, files = pids(standing), settings()
    again = deploy("up", standing)
    assert again.returncode == 0, again.stderr
    assert pids(standing) == running
    assert len(files) > 3 and settings() == files


def test_env_is_all_that_a_shell_needs(standing):
    assert (standing / "env").stat().st_mode & 0o077 == 0
    done = shell(standing, "kcat -L -b $KAFKA_BROKERS && "
                 f"{PROGRAMS}/consentctl decide --email ana@example.com "
                 "--controller sectigo-limited --purpose marketing.promotional "
                 "--channel email --json")
    assert done.returncode == 0, done.stderr
    assert 'topic "feed.acme-hosting"' in done.stdout
    assert '"DENY"' in done.stdout


def test_a_newcomer_clicks_once(standing):
    """The link of build/local/env is one click from the list."""
    said = shell(standing, 'curl -sS --fail -d List-Unsubscribe=One-Click "$OPTOUT_URL"')
    assert said.returncode == 0 and "received" in said.stdout, said.stderr
    said = shell(standing, 'case "$OPTOUT_URL" in "$GATEWAY_URL"/u/*) echo there;; esac')
    assert said.stdout.strip() == "there"


def test_up_again_in_a_shell_that_knows_the_addresses(standing):
    running = pids(standing)
    done = shell(standing, f"{ROOT}/deploy/up")
    assert done.returncode == 0, done.stderr
    assert "(given)" not in done.stdout
    assert pids(standing) == running


@pytest.mark.parametrize("victim", [*BUILT, "broker", "postgres"])
def test_up_brings_back_what_was_killed(standing, victim):
    name = {"broker": "kafka" if BROKER == "apache" else "devbroker"}.get(victim, victim)
    daemon = proc.Daemon(standing, name)
    os.kill(daemon.pid(), signal.SIGKILL)
    wait_until(daemon.gone, what="its end")
    again = deploy("up", standing)
    assert again.returncode == 0, again.stderr
    assert all(pids(standing).values())
    if victim == "broker" and BROKER == "embedded":
        assert "began again" in again.stdout


def test_down_stops_it_and_nothing_else(place):
    assert deploy("up", place).returncode == 0
    files = [f for f in (place / "secrets").rglob("*") if f.is_file()]
    kept = {f: f.read_bytes() for f in files}
    assert {"contact", "seal", "mta-eu1"} <= {f.name for f in files}
    assert all(f.stat().st_mode & 0o077 == 0 for f in files)
    bystander = subprocess.Popen(["sleep", "3600"])
    try:
        down = deploy("down", place)
        assert down.returncode == 0, down.stderr
        assert not any(pids(place).values())
        assert bystander.poll() is None
        assert "nothing of ours" in deploy("down", place).stdout
    finally:
        bystander.kill()
        bystander.wait()
    assert deploy("up", place).returncode == 0
    # Look-up tokens belong to a database, and the embedded broker's is a new one.
    lasting = [f for f in files if "tokens" not in f.parts]
    assert {f: f.read_bytes() for f in lasting} == {f: kept[f] for f in lasting}, \
        "a contact would not be known again"


def test_up_goes_on_where_an_earlier_one_was_cut_short(place):
    cluster = postgres.Postgres(place)
    cluster.start()
    cluster.stop()
    (place / "pg.ready").unlink()  # initdb was running when the power went
    (place / "devbroker.pid").write_text("")
    again = deploy("up", place)
    assert again.returncode == 0, again.stderr


def test_a_taken_port_is_named(place):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = deploy("up", place, LOCAL_PG_PORT=port)
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr and "taken" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("env, words", [
    ({"LOCAL_PG_PORT": "many"}, "is a port from 1024"),
    ({"BROKER": "rabbit"}, "'embedded' or 'apache'"),
    ({"KAFKA_BROKERS": "127.0.0.1:1"}, "No Kafka broker answers"),
    ({"MODE": "nosuch"}, "'make' builds them"),
])
def test_what_cannot_work_is_said_in_a_sentence(place, env, words):
    done = subprocess.run([ROOT / "deploy" / "up"], text=True, check=False, timeout=600,
                          capture_output=True,
                          env=dict(clean_environment(), LOCAL_DIR=str(place),
                                   **{"MODE": MODE, "BROKER": BROKER, **env}))
    assert done.returncode == 1
    assert words in done.stderr and "Traceback" not in done.stderr


def test_a_given_cluster_is_used_and_left_alone(place, tmp_path):
    given = brokers.Embedded(tmp_path / "theirs", PROGRAMS)
    given.start()
    try:
        done = deploy("up", place, KAFKA_BROKERS=given.address)
        assert done.returncode == 0, done.stderr
        assert f"{given.address} (given)" in done.stdout
        assert deploy("down", place).returncode == 0
        assert given.running()
    finally:
        given.stop()


def test_the_demo_tells_its_story(place):
    done = deploy("demo", place)
    assert done.returncode == 0, done.stderr + done.stdout
    for words in ("unsubscribe", "suppressed", "OBJECTION", "PERMIT", "sha256sum"):
        assert words in done.stdout
    assert not any(pids(place).values())
