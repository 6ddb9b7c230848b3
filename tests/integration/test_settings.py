"""Every setting of every program refuses what it cannot take: by its name, with the place it
stands at, and with what is allowed. The rows are in tests/golden/settings.tsv; neither
PostgreSQL nor Kafka is needed, since all of it is said before anybody is asked."""
import concurrent.futures
import functools
import os
import re
import socket
import subprocess

import pytest

from certificates import Authority
from hands import MODE, ROOT
from stack import clean_environment

TABLE = ROOT / "tests" / "golden" / "settings.tsv"
BIN = ROOT / "build" / MODE / "bin"
SECRET = "5ec12e7" * 9 + "0"

# What each needs beside the setting in question; {tmp} as in the table.
GOOD = {
    "database_url": "postgresql://nobody@127.0.0.1:1/none",
    "kafka_brokers": "127.0.0.1:1",
    "contact_secret_file": "{tmp}/secret",
    "seal_secret_file": "{tmp}/secret",
    "link_secret_dir": "{tmp}/links",
    "recipient_secret_dir": "{tmp}/links",
    "webhook_secret_dir": "{tmp}/links",
    "unsubscribe_feed": "sectigo.com",
    "mailbox": "optout",
    "http_port": "0",
    "public_port": "0",
    "socket": "127.0.0.1:0",
    "log_url": "file:///nowhere",
    "log_key_file": "{tmp}/log.vkey",
    "witness_key_file": "{tmp}/witness.key",
    "state_dir": "{tmp}",
}
# consentctl reads some only in the commands that use them.
ASKS = {
    "recipient_secret_dir": ["key", "recipient", "somebody"],
    "link_secret_dir": ["key", "link", "mta-eu1"],
    "contact_secret_file": ["key", "contact"],
    "contact_former": ["key", "contact"],
    "archive_dir": ["archive", "run"],
    "snapshot_dir": ["list", "snapshot", "--all"],
    "schemas": ["migrate", "--dry-run"],
}


def program(name):
    return BIN / ("consentctl" if name == "ctl" else f"consent-{name}")


@functools.cache
def settings_of(name):
    done = subprocess.run([program(name), "--sample"], capture_output=True, text=True, check=True)
    return re.findall(r"^#?([a-z_]+) =", done.stdout, re.M)


def rows():
    lines = [line for line in TABLE.read_text(encoding="ascii").splitlines()
             if not line.startswith("#")]
    for line in lines:
        programs, setting, value, beside, status, words = line.split("\t")
        for name in programs.split(","):
            yield name, setting, value, beside, int(status), words


def names():
    return sorted("ctl" if path.name == "consentctl" else path.name.removeprefix("consent-")
                  for path in BIN.iterdir()
                  if (ROOT / "deploy" / f"{path.name}.conf.sample").exists())


@pytest.fixture(scope="module")
def tmp(tmp_path_factory):
    folder = tmp_path_factory.mktemp("settings")
    for name, text, mode in (("secret", SECRET, 0o600), ("open", SECRET, 0o644),
                             ("short", "short", 0o600)):
        (folder / name).touch(mode)
        (folder / name).chmod(mode)
        (folder / name).write_text(text)
    for name, keys in (("links", ["1-mta-eu1"]), ("twice", ["1-mta-eu1", "1-webform"])):
        (folder / name).mkdir()
        for key in keys:
            (folder / name / key).touch(0o600)
            (folder / name / key).write_text(SECRET)
    for directory in ("new", "cur", "tmp"):
        (folder / directory).mkdir()
    authority = Authority(folder, "ca")
    for name, host in (("cert", "one"), ("other", "two")):
        for path, end in zip(authority.issue(host), ("", ".key")):
            (folder / f"{name}{end}").touch(0o600)
            (folder / f"{name}{end}").write_text(path.read_text())
    for name, more in (("log", []), ("witness", ["--witness"])):
        done = subprocess.run([program("ctl"), "proof", "key", *more, "--name", "l.example",
                               "--output", folder / f"{name}.key"], env=clean_environment(),
                              capture_output=True, text=True, check=True)
        (folder / f"{name}.vkey").write_text(done.stdout)
    return folder


@pytest.fixture(scope="module")
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def argv(name, conf, setting, tmp):
    return [program(name), "--config", conf,
            *(ASKS.get(setting, ["register", "show"]) if name == "ctl" else []),
            *(["--maildir", tmp] if name == "mail" else [])]


def asked(row, number, tmp, taken):
    """What is wrong with the answer to a row; None: nothing."""
    name, setting, value, beside, status, words = row
    known = settings_of(name)
    chosen = {**GOOD, **dict(pair.split("=", 1) for pair in beside.split()), setting: value}
    lines = [f"{k} = {v.replace('{tmp}', str(tmp)).replace('{taken}', str(taken))}"
             for k, v in chosen.items() if (k in known or k.startswith("kafka.")) and (k, v) != (setting, "-")]
    conf = tmp / f"{number}.conf"
    conf.touch(0o600)
    conf.write_text("\n".join(lines) + "\n")
    done = subprocess.run(argv(name, conf, setting, tmp), capture_output=True, text=True,
                          timeout=120, env=clean_environment(), check=False)
    at = next((n for n, line in enumerate(lines, 1) if line.startswith(f"{setting} =")), None)
    place = f"line {at} " if at else ""
    if done.returncode == status and setting in done.stderr and words in done.stderr \
            and place in done.stderr:
        return None
    return f"{'  '.join(map(str, row))}: {done.returncode}, {place}\n    {done.stderr.strip()}"


def test_every_setting_of_every_program_has_a_row():
    have = {row[:2] for row in rows()}
    wanted = {(name, setting) for name in names() for setting in settings_of(name)}
    have = {row for row in have if not row[1].startswith("kafka.")}
    assert names() and wanted == have, (wanted - have, have - wanted)


def test_what_a_setting_cannot_take_is_refused_by_its_name(tmp, taken):
    with concurrent.futures.ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        wrong = list(pool.map(lambda row: asked(row[1], row[0], tmp, taken), enumerate(rows())))
    wrong = [each for each in wrong if each]
    assert not wrong, "\n".join(wrong)
