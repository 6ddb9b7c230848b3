"""What deploy/ hands to systemd and Prometheus: does it fit the programs?"""
import json
import os
import pathlib
import re
import subprocess

import pytest

from hands import PROGRAMS, ROOT
from stack import clean_environment

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_a_unit_sets_only_what_its_program_knows(unit):
    text = unit.read_text()
    name = re.search(r"^ExecStart=/usr/local/bin/(\S+) --config (\S+)( .*)?$", text, re.M)
    if name[1] == "consentctl":  # a command, which must be one
        options = re.search(r'SNAPSHOT_OPTIONS=(.*)"', text)
        asked = name[3].replace("$SNAPSHOT_OPTIONS", options[1] if options else "").split()
        assert subprocess.run([PROGRAMS / name[1], *asked, "--help"], check=False,
                              capture_output=True, env=clean_environment()).returncode == 0
        assert unit.with_suffix(".timer").exists()
    else:
        assert unit.name.startswith(name[1])
    sample = subprocess.run([PROGRAMS / name[1], "--sample"], text=True, check=True,
                            capture_output=True, env=clean_environment()).stdout
    known = set(re.findall(r"^#?([a-z_.]+) =", sample, re.M))
    for line in re.findall(r"^Environment=(.*)$", text, re.M):
        for setting in re.findall(r"CONSENT_([A-Z_]+)=", line):
            assert setting.lower() in known
    given = set(re.findall(r"LoadCredential=(\w+):", text))
    used = set(re.findall(r"%d/(\w+)", text))
    assert given == used


def test_each_program_has_a_user_of_its_own():
    """One that was taken over reads no secrets of the others."""
    users = {}
    for unit in UNITS:
        text = unit.read_text()
        program = re.search(r"ExecStart=/usr/local/bin/(\S+)", text)[1]
        users.setdefault(program, set()).add(re.search(r"^User=(\S+)$", text, re.M)[1])
    assert all(len(names) == 1 for names in users.values()), users
    assert len({name for names in users.values() for name in names}) == len(users), users
    made = (ROOT / "deploy/systemd/consentmq.sysusers.conf").read_text()
    for names in users.values():
        assert all(f"u {name} " in made for name in names), names


def test_debian_makes_the_users_and_the_folders(tmp_path):
    """By systemd's own programs, as the package's installation has them do it."""
    for folder in ("etc", "usr"):
        (tmp_path / folder).mkdir()
    for program, more in (("sysusers", []), ("tmpfiles", ["--create"])):
        subprocess.run([f"systemd-{program}", f"--root={tmp_path}", *more,
                        ROOT / f"deploy/systemd/consentmq.{program}.conf"], check=True)
    made = (tmp_path / "etc/passwd").read_text()
    users = {line.split(":")[0]: int(line.split(":")[2]) for line in made.splitlines()}
    for unit in UNITS:
        text = unit.read_text()
        user = re.search(r"^User=(\S+)$", text, re.M)[1]
        assert user in users
        for folder in re.findall(r"_SECRET_DIR=(\S+)$", text, re.M):
            there = (tmp_path / folder[1:]).stat()
            assert there.st_mode & 0o707 == 0o700
            owner = "consent-gateway" if user == "consent-mail" else user  # its group reads too
            assert os.geteuid() != 0 or there.st_uid == users[owner]
    assert (tmp_path / "etc/consentmq/secrets").stat().st_mode & 0o777 == 0o711


def test_each_unit_is_given_every_secret_of_its_program():
    """Root's files nobody else reads: a program of which one is missing cannot work."""
    for unit in UNITS:
        text = unit.read_text()
        program = re.search(r"ExecStart=/usr/local/bin/(\S+)", text)[1]
        if program == "consentctl":
            continue
        sample = subprocess.run([PROGRAMS / program, "--sample"], capture_output=True, text=True,
                                check=True).stdout
        asked = set(re.findall(r"^#?(\w+_secret_(?:file|dir)) =", sample, re.M))
        asked -= {"oidc_client_secret_file"}  # whoever signs people in that way adds it
        given = {name.lower() for name in re.findall(r"CONSENT_(\w+_SECRET_(?:FILE|DIR))=", text)}
        assert given == asked, unit.name


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_a_unit_is_shut_in(unit):
    """Of what a program does not need it has nothing; its memory is in no swap and no core."""
    text = unit.read_text()
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "LimitCORE=0",
                 "MemorySwapMax=0", "CapabilityBoundingSet=", "SystemCallArchitectures=native",
                 "SystemCallFilter=@system-service", "RestrictNamespaces=yes",
                 "MemoryDenyWriteExecute=yes", "PrivateDevices=yes"):
        assert re.search(rf"^{re.escape(line)}$", text, re.M), line
    # what the keeper writes is for everybody: the tiles of proof_dir
    mask = "0022" if unit.stem == "consent-keeper" else "00[07]7"
    assert re.search(rf"^UMask={mask}$", text, re.M)


def test_a_daemon_that_is_set_up_wrongly_ends_with_2(tmp_path):
    """RestartPreventExitStatus=2 rests on it."""
    conf = tmp_path / "x.conf"
    conf.write_text("no_such_setting = 1\n")
    for program in sorted(PROGRAMS.glob("consent-*")):
        if program.name != "consent-devbroker":
            # for a pipe the mail program says "not now" instead, so that the mail waits
            more = ["--mailbox", "optout", "--maildir", tmp_path] \
                if program.name == "consent-mail" else []
            done = subprocess.run([program, "--config", conf, *more], capture_output=True,
                                  text=True, check=False, timeout=60,
                                  env=clean_environment())
            assert done.returncode == 2, (program.name, done.stderr)


def test_each_alert_has_a_page_to_act_by():
    """OPERATIONS.md has a heading for each alert, with its severity, and each alert links to it."""
    alerts = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text()
    pages = (ROOT / "deploy" / "OPERATIONS.md").read_text()
    named = [text.split("\n", 1) for text in alerts.split("- alert: ")[1:]]
    assert len(named) > 30
    for name, text in named:
        severity = re.search(r"severity: (\w+)", text)[1]
        assert f"\n### {name}\n\n**{severity}.** " in pages, name
        assert f"runbook: deploy/OPERATIONS.md#{name.lower()}\n" in text, name
    assert set(re.findall(r"^### (Consent\w+)$", pages, re.M)) == {name for name, _ in named}


def test_alerts_ask_for_metrics_that_exist():
    code = "".join(path.read_text() for layer in ("services", "common")
                   for path in pathlib.Path(ROOT / layer).rglob("*.[ch]"))
    alerts = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text()
    asked = set(re.findall(r"\bconsent_(?:ingest|publish|keeper|lookup|gateway|quarantine)_[a-z0-9_]+", alerts))
    assert len(asked) > 10
    for name in asked:
        assert f'"{name.removesuffix("_bucket")}"' in code, name


def test_the_bill_of_materials_names_what_is_loaded():
    """SPDX with a Debian package for each library; those that we link by name are in it."""
    done = subprocess.run([ROOT / "deploy/sbom", PROGRAMS / "consent-gateway",
                           PROGRAMS / "consent-mail"], text=True, check=True, capture_output=True)
    said = json.loads(done.stdout)
    assert said["spdxVersion"] == "SPDX-2.3" and said["packages"][0]["name"] == "consentmq"
    names = {package["name"] for package in said["packages"]}
    assert {"libc6", "librdkafka1", "libpq5", "libmicrohttpd12", "libjansson4", "libssl3"} <= names
    ids = [package["SPDXID"] for package in said["packages"]]
    assert len(ids) == len(set(ids)) and all(p["versionInfo"] for p in said["packages"])
    assert {r["relatedSpdxElement"] for r in said["relationships"]} == set(ids)
