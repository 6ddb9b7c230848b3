"""alerts.py - alerts, their pages in OPERATIONS.md, and the panels that they point to; and what
containers are told."""
import functools
import json
import re
import shutil
import subprocess
import tempfile

import yaml

from docs import metrics
from tree import ROOT, Skip, text

ALERTS = "deploy/prometheus/alerts.yml"
DASHBOARDS = "deploy/grafana"
FIRED = "tests/integration/test_alerts.py"
# of prometheus-postgres-exporter
OTHERS = {"pg_stat_database_xact_commit", "pg_stat_database_xact_rollback",
          "pg_database_size_bytes", "pg_stat_activity_count", "pg_stat_archiver_failed_count"}


def alerts():
    return [rule for group in yaml.safe_load(text(ALERTS))["groups"] for rule in group["rules"]]


def panels():
    """{(uid, id): (file, panel)}"""
    found = {}
    for path in sorted((ROOT / DASHBOARDS).glob("*.json")):
        board = json.loads(path.read_text(encoding="utf-8"))
        for panel in board["panels"]:
            found[board["uid"], str(panel["id"])] = (f"{DASHBOARDS}/{path.name}", panel)
    return found


@functools.lru_cache(maxsize=None)
def known():
    """The names of all metrics: all code is read for them, so once."""
    return frozenset({name for name, _ in metrics()} | OTHERS)


def used(expr):
    """The metrics of an expression; a pattern of names is one of those that it fits."""
    names = set()
    for pattern in re.findall(r'__name__=~"([^"]*)"', expr):
        names |= {name for name in known() if re.fullmatch(pattern, name)}
    for name in re.findall(r"\b(?:consent|pg)_[a-z0-9_]+", re.sub(r'"[^"]*"', '""', expr)):
        base = re.sub(r"_(bucket|sum|count)$", "", name)
        names.add(base if base in known() and name not in known() else name)
    return names


def metrics_there():
    """every metric that an alert or a panel asks for exists"""
    asked = [(rule["alert"], rule["expr"]) for rule in alerts()]
    asked += [(f"{path}, {panel['title']}", target["expr"]) for path, panel in panels().values()
              for target in panel["targets"]]
    for where, expr in asked:
        if not used(expr):
            yield f"{where}: asks for no metric"
        for name in sorted(used(expr) - known()):
            yield f"{where}: there is no metric {name}"


def alerts_lead_on():
    """every alert has its page, a panel with its metric, and was made to fire"""
    pages = set(re.findall(r"^### (\w+)$", text("deploy/OPERATIONS.md"), re.M))
    boards = panels()
    fired = text(FIRED)
    for rule in alerts():
        name, notes = rule["alert"], rule["annotations"]
        if name not in pages or notes.get("runbook") != f"deploy/OPERATIONS.md#{name.lower()}":
            yield f"{name}: no page of its own in deploy/OPERATIONS.md"
        place = re.fullmatch(r"/d/([\w-]+)\?viewPanel=(\d+)", notes.get("dashboard", ""))
        if place is None or place.groups() not in boards:
            yield f"{name}: its annotation dashboard names no panel"
            continue
        path, panel = boards[place.groups()]
        if not used(rule["expr"]) & {m for t in panel["targets"] for m in used(t["expr"])}:
            yield f"{name}: the panel '{panel['title']}' of {path} shows another metric"
        if f'"{name}"' not in fired:
            yield f"{name}: {FIRED} does not make it fire"
    for page in pages - {rule["alert"] for rule in alerts()}:
        yield f"deploy/OPERATIONS.md has a page for {page}, which is no alert"


def dashboards_written():
    """the dashboards are what deploy/grafana/dashboards writes, in PromQL that is one"""
    done = subprocess.run([ROOT / DASHBOARDS / "dashboards", "--check"], text=True,
                          capture_output=True, check=False)
    yield from done.stdout.splitlines()
    if not shutil.which("promtool"):
        raise Skip("promtool is not installed (Debian's prometheus)")
    rules = [{"record": f"panel:{n}", "expr": target["expr"].replace("$__rate_interval", "5m")}
             for n, (_, panel) in enumerate(panels().values()) for target in panel["targets"]]
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}, file)
        file.flush()
        for path in (file.name, ROOT / ALERTS):
            done = subprocess.run(["promtool", "check", "rules", path], text=True,
                                  capture_output=True, check=False)
            if done.returncode != 0:
                yield from (done.stdout + done.stderr).splitlines()


def environments():
    """(file, program, {name}) of every container that runs one of our programs"""
    compose = yaml.safe_load(text("deploy/containers/compose.yaml"))
    for service in compose["services"].values():
        if str(service["image"]).startswith("consentmq"):
            yield ("deploy/containers/compose.yaml", service["command"][0],
                   set(service["environment"]))
    shared = {literal.split("=")[0] for source in yaml.safe_load(text(
        "deploy/kubernetes/kustomization.yaml"))["configMapGenerator"]
        for literal in source["literals"]}
    for made in yaml.safe_load_all(text("deploy/kubernetes/programs.yaml")):
        one = made["spec"]["template"]["spec"]["containers"][0]
        yield ("deploy/kubernetes/programs.yaml", one["command"][0],
               {e["name"] for e in one["env"]} | (shared if "envFrom" in one else set()))


def containers_told():
    """what containers are told are settings of their programs, and each program is there"""
    seen = {}
    for path, program, names in environments():
        seen.setdefault(path, set()).add(program)
        sample = text(f"deploy/{program}.conf.sample")
        known = {"CONSENT_" + name.upper() for name in re.findall(r"^#?\s?([a-z_]+) =", sample,
                                                                 re.M)}
        for name in sorted(names - known):
            if not (name.startswith("CONSENT_KAFKA_") and "CONSENT_KAFKA_BROKERS" in known):
                yield f"{path}: {program} has no setting {name}"
    for path, programs in seen.items():
        for name in ("ingest", "publish", "keeper", "lookup", "gateway"):
            if f"consent-{name}" not in programs:
                yield f"{path}: consent-{name} is missing"


CHECKS = (containers_told, metrics_there, alerts_lead_on, dashboards_written)
