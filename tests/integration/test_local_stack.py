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
                          capture_output=True, timeout=300,
                          env=dict(clean_environment(), LOCAL_DIR=str(directory), MODE=MODE,
                                   BROKER=BROKER, **env))


@pytest.fixture
def place(tmp_path):
    yield tmp_path
    deploy("down", tmp_path)
    postgres.Postgres(tmp_path).destroy()


def pids(place):
    return {name: proc.Daemon(place, name).pid()
            for name in (*BUILT, "postgres", "kafka" if BROKER == "apache" else "devbroker")}


def test_up_is_harmless_twice_and_down_stops_it(place):
    first = deploy("up", place)
    assert first.returncode == 0, first.stderr
    running = pids(place)
    assert all(running.values())
    again = deploy("up", place)
    assert again.returncode == 0, again.stderr
    assert pids(place) == running
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        down = deploy("down", place)
        assert down.returncode == 0, down.stderr
        assert not any(pids(place).values())
        assert bystander.poll() is None
        assert "nothing of ours" in deploy("down", place).stdout
    finally:
        bystander.kill()
        bystander.wait()


def test_env_is_all_that_a_shell_needs(place):
    assert deploy("up", place).returncode == 0
    assert (place / "env").stat().st_mode & 0o077 == 0
    done = subprocess.run(
        ["sh", "-c", f". {place}/env && kcat -L -b $KAFKA_BROKERS && "
         f"{PROGRAMS}/consentctl decide --email ana@example.com --controller sectigo-limited "
         "--purpose marketing.promotional --channel email --json"],
        env=clean_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert 'topic "feed.acme-hosting"' in done.stdout
    assert '"DENY"' in done.stdout


def test_secrets_are_for_their_owner_alone_and_stay(place):
    assert deploy("up", place).returncode == 0
    files = [f for f in (place / "secrets").rglob("*") if f.is_file()]
    kept = {f: f.read_bytes() for f in files}
    assert len(files) >= 3
    assert all(f.stat().st_mode & 0o077 == 0 for f in files)
    assert deploy("down", place).returncode == 0
    assert deploy("up", place).returncode == 0
    assert {f: f.read_bytes() for f in files} == kept


@pytest.mark.parametrize("victim", [*BUILT, "broker", "postgres"])
def test_up_brings_back_what_was_killed(place, victim):
    assert deploy("up", place).returncode == 0
    name = {"broker": "kafka" if BROKER == "apache" else "devbroker"}.get(victim, victim)
    daemon = proc.Daemon(place, name)
    os.kill(daemon.pid(), signal.SIGKILL)
    wait_until(daemon.gone, what="its end")
    again = deploy("up", place)
    assert again.returncode == 0, again.stderr
    assert all(pids(place).values())
    if victim == "broker" and BROKER == "embedded":
        assert "began anew" in again.stdout


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
    done = subprocess.run([ROOT / "deploy" / "up"], text=True, check=False, timeout=120,
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
