"""Every alert fires by what it is for, and is silent otherwise: by promtool, on series made up
for it; and the real metrics of a real stack under real faults, fed to the same rules."""
import re
import subprocess

import pytest
import story
import yaml

from hands import wait_until
from stack import fetch
from test_consentctl import optout

RULES = story.ROOT / "deploy/prometheus/alerts.yml"
END = "59m"


def series(name, values):
    return {"series": name, "values": f"{values}x60"}


def histogram(name, within, beyond):
    """Counts a minute of what took up to a second, and of what took up to a minute."""
    return [series(f'{name}_bucket{{le="1"}}', f"0+{within}"),
            series(f'{name}_bucket{{le="60"}}', f"0+{within + beyond}"),
            series(f'{name}_bucket{{le="+Inf"}}', f"0+{within + beyond}")]


def one(name, fires, calm):
    return [series(name, fires)], [series(name, calm)]


SHARDS = 'consent_publish_shards_held{instance="%s"}'
LINKS = 'consent_gateway_refused_links_total{why="%s"}'
# alert: (series by which it fires, series by which it does not)
FIRES = {
    "ConsentOptOutsSlow": (
        histogram("consent_publish_known_to_published_seconds", 50, 10),
        histogram("consent_publish_known_to_published_seconds", 60, 0)),
    "ConsentPublishStuck": one("consent_publish_dirty_age_seconds", "61+0", "59+0"),
    "ConsentDatabaseOlder": one("consent_publish_database_older", "1+0", "0+0"),
    "ConsentLogLost": one("consent_publish_logs_lost", "1+0", "0+0"),
    "ConsentPublishCannot": one('consent_publish_up{what="kafka",instance="a"}', "0+0", "1+0"),
    "ConsentShardsWithoutPublisher": (
        [series(SHARDS % "a", "8+0"), series(SHARDS % "b", "7+0")],
        [series(SHARDS % "a", "8+0"), series(SHARDS % "b", "8+0")]),
    "ConsentOptOutsTurnedAway": one('consent_gateway_unsubscribe_total{status="503"}', "0+1", "7+0"),
    "ConsentGatewayGone": ([], [series('consent_gateway_up{what="kafka"}', "1+0")]),
    "ConsentConfirmationsRefused": one(LINKS % "confirmation", "0+10", "0+1"),
    "ConsentLinksRefused": (
        [series(LINKS % "unreadable", "0+10"),
         series('consent_gateway_unsubscribe_total{status="200"}', "0+100")],
        [series(LINKS % "unreadable", "0+10"),
         series('consent_gateway_unsubscribe_total{status="200"}', "0+1000")]),
    "ConsentIngestLags": one("consent_ingest_lag_records", "200000+10", "200000-100"),
    "ConsentGrantsSurge": (
        [series('consent_ingest_grants_total{source="a"}', "0+200")],
        [series('consent_ingest_grants_total{source="a"}', "0+20")]),
    "ConsentGrantsHeld": one('consent_ingest_faults_total{reason="OVER_BUDGET"}', "0+1", "5+0"),
    "ConsentSourceUnusable": (
        [series('consent_ingest_events_total{source="a",outcome="quarantined"}', "0+60"),
         series('consent_ingest_events_total{source="a",outcome="accepted"}', "0+20")],
        [series('consent_ingest_events_total{source="a",outcome="quarantined"}', "0+60"),
         series('consent_ingest_events_total{source="a",outcome="accepted"}', "0+90")]),
    "ConsentIngestGone": ([], [series('consent_ingest_up{what="kafka"}', "1+0")]),
    "ConsentIngestCutOff": one('consent_ingest_up{what="kafka"}', "0+0", "1+0"),
    "ConsentCutOff": one('consent_lookup_up{what="postgresql"}', "0+0", "1+0"),
    "ConsentFeedHeld": (
        [series('consent_ingest_held_partitions{reason="other_log"}', "1+0")],
        [series('consent_ingest_held_partitions{reason="taken"}', "1+0")]),
    "ConsentFeedMissed": one('consent_ingest_gap_records{topic="feed.a",partition="0"}', "3+0",
                             "0+0"),
    "ConsentListLeftOut": one('consent_publish_lists{state="left_out"}', "1+0", "0+0"),
    "ConsentHeartbeatsMissing": one("consent_publish_heartbeats_total", "9+0", "0+2"),
    "ConsentListDrifted": one('consent_lookup_list_drifted{list="a"}', "1+0", "0+0"),
    "ConsentListBehind": one('consent_lookup_list_behind_seconds{list="a"}', "43201+0", "43199+0"),
    "ConsentQuarantineOld": one("consent_quarantine_oldest_seconds", "259201+0", "259199+0"),
    "ConsentUnknownSource": one("consent_ingest_unknown_source_total", "0+1", "5+0"),
    "ConsentProducersClock": one("consent_ingest_create_time_total", "0+1", "5+0"),
    "ConsentReceiptsFail": one("consent_publish_receipt_failures_total", "0+1", "5+0"),
    "ConsentUntokened": one("consent_publish_untokened_total", "0+1", "5+0"),
    "ConsentDeadlinesLate": one("consent_keeper_due_waiting", "1001+0", "999+0"),
    "ConsentDeletesOverdue": one("consent_keeper_deletes_overdue", "1+0", "0+0"),
    "ConsentSnapshotsOld": one('consent_lookup_list_snapshot_age_seconds{list="a"}', "7201+0",
                               "7199+0"),
    "ConsentSnapshotFailures": one("consent_lookup_snapshot_failures_total", "0+1", "5+0"),
    "ConsentRightsOverdue": one("consent_keeper_rights_overdue", "1+0", "0+0"),
    "ConsentRightsDueSoon": one("consent_keeper_rights_due_in_7_days", "1+0", "0+0"),
    "ConsentWebhookParked": one("consent_webhook_parked", "1+0", "0+0"),
    "ConsentPostfixDefers": one('consent_postfix_answers_total{answer="temp"}', "0+1", "5+0"),
}

# what has no series before its first fault
BEGINS = {
    "ConsentOptOutsTurnedAway": 'consent_gateway_unsubscribe_total{status="503"}',
    "ConsentUnknownSource": 'consent_ingest_unknown_source_total{topic="feed.a"}',
    "ConsentProducersClock": 'consent_ingest_create_time_total{topic="feed.a"}',
}


def written(path, rules, tests):
    """A file of tests, as promtool reads it."""
    path.write_text(yaml.safe_dump({"rule_files": [str(rules)], "evaluation_interval": "1m",
                                    "tests": tests}))
    return path


def complaints(*files):
    """Of promtool, as it words them; "" when all is as expected."""
    done = subprocess.run(["promtool", "test", "rules", *files], capture_output=True, text=True,
                          check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def promtool(tmp_path, tests):
    """Its complaints when all rules see these series."""
    return complaints(written(tmp_path / "tests.yml", RULES, tests))


def firing(expr, *names, at=END):
    """That exactly these of the alerts fire then."""
    return {"eval_time": at, "expr": f"count by (alertname) (ALERTS{{alertstate=\"firing\"{expr}}})"
            " > bool 0", "exp_samples": [{"labels": f'{{alertname="{n}"}}', "value": 1}
                                         for n in sorted(names)]}


def test_every_alert_fires_and_is_silent(tmp_path):
    """Each in a file of its own: with all of them before every pair of series, promtool works
    ten times as long."""
    rules = [r for g in yaml.safe_load(RULES.read_text())["groups"] for r in g["rules"]]
    assert sorted(r["alert"] for r in rules) == sorted(FIRES)
    files = []
    for rule in rules:
        name = rule["alert"]
        fires, calm = FIRES[name]
        only = f',alertname="{name}"'
        groups = [{"interval": "1m", "input_series": fires,
                   "promql_expr_test": [firing(only, name)]},
                  {"interval": "1m", "input_series": calm, "promql_expr_test": [firing(only)]}]
        if name in BEGINS:
            groups.append({"interval": "1m", "input_series": [series(BEGINS[name], "_x56 1+0")],
                           "promql_expr_test": [firing(only, name)]})
        alone = tmp_path / f"{name}.rules.yml"
        alone.write_text(yaml.safe_dump({"groups": [{"name": name, "rules": [rule]}]}))
        files.append(written(tmp_path / f"{name}.yml", alone, groups))
    said = complaints(*files)
    assert not said, said[-3000:]


# --- real metrics -----------------------------------------------------------------------------
DAEMONS = ("ingest", "publish", "keeper", "lookup", "gateway")


def look(stack, daemons=DAEMONS):
    """{(daemon, series): value} of those that answer."""
    found = {}
    for daemon in daemons:
        status, text = fetch(stack.url(daemon) + "/metrics")
        if status != 200:
            continue
        for name, labels, value in re.findall(
                r"^([a-z]\w*)(?:\{([^}]*)\})?\s+(\S+)$", text, re.M):
            inside = ",".join(x for x in (labels, f'instance="{daemon}"') if x)
            found[f"{name}{{{inside}}}"] = float(value)
    return found


def at_work(stack, daemons=DAEMONS):
    """Waits until those that answer reach what they need, and every contact has its publisher:
    who is ready may show it a moment later."""
    def all_of_them():
        found = look(stack, daemons)
        shards = [v for k, v in found.items() if k.startswith("consent_publish_shards_held")]
        return (not shards or sum(shards) == 16) \
            and all(v == 1 for k, v in found.items() if re.match(r"consent_\w+_up\{", k))
    wait_until(all_of_them, what="all to be at work")


def told(calm, fault):
    """Half an hour of calm, then the fault for good."""
    lines = []
    for name in sorted({*calm, *fault}):
        # what grows in calm, too
        pace = 2 if "heartbeats_total" in name else 0
        before = f"{calm[name]}+{pace}x30" if name in calm else "_x31"
        after = f"{fault[name] + 31 * pace}+{pace}x120" if name in fault else "_x121"
        lines.append({"series": name, "values": f"{before} {after}"})
    return lines


@pytest.fixture
def whole(stack):
    stack.ctl("list", "create", "--all")
    for program in DAEMONS:
        stack.start(program)
    stack.produce("feed.mta-eu1", optout(1, "a@example.com"))
    wait_until(lambda: stack.value("SELECT count(*) FROM list_entry") > 0, what="an entry")
    return stack


def test_real_faults_make_the_real_metrics_fire(whole, tmp_path):
    """Each fault is there when the metrics are read; promtool lets it last. What fires is exactly
    what should."""
    stack, groups = whole, []
    at_work(stack)
    calm = look(stack)

    def expect(*names, at="75m"):
        at_work(stack)
        groups.append({"interval": "1m", "input_series": told(calm, look(stack)),
                       "promql_expr_test": [firing("", at="30m"), firing("", *names, at=at)]})

    def metric(daemon, wanted):
        wait_until(lambda: any(wanted in f"{k} {v}" for k, v in look(stack).items()
                               if f'"{daemon}"' in k), 60, wanted)

    # a quarantine that nobody looks at, and records that expired
    stack.produce("feed.mta-eu1", b"{")
    wait_until(lambda: stack.value("SELECT count(*) FROM quarantine") == 1, what="quarantine")
    stack.sql("UPDATE quarantine SET known = known - interval '4 days'")
    stack.sql('INSERT INTO intake_gap (topic, partition, "from", "to") '
              "VALUES ('feed.mta-eu1', 1, 5, 9)")
    metric("ingest", 'consent_ingest_gap_records{topic="feed.mta-eu1"')
    wait_until(lambda: max(v for k, v in look(stack).items()
                           if "quarantine_oldest_seconds" in k) > 3 * 86400, 60, "its age")
    # the embedded broker's topics have their producers' time stamps, which is a fault as well
    clock = ("ConsentProducersClock",) if stack.broker.kind == "embedded" else ()
    expect("ConsentQuarantineOld", "ConsentFeedMissed", *clock, at="55m")
    stack.sql("UPDATE quarantine SET state = 2")
    stack.sql("DELETE FROM intake_gap")
    # nobody at work
    for program in ("ingest", "keeper", "gateway"):
        stack.daemon(program).kill()
    expect("ConsentIngestGone", "ConsentGatewayGone", "ConsentDeadlinesLate")
    stack.sql("UPDATE ingest_position SET next_offset = 1000, anchor_offset = NULL "
              "WHERE topic = 'feed.mta-eu1'")
    for program in ("ingest", "keeper", "gateway"):
        stack.start(program, wait=program != "ingest")
    metric("ingest", 'held_partitions{reason="out_of_range"')
    wait_until(lambda: any("out_of_range" in k and v > 0 for k, v in look(stack).items()), 60,
               "the feed to be held")
    expect("ConsentFeedHeld")
    # a recipient's key is away
    stack.daemon("publish").stop()
    expect("ConsentShardsWithoutPublisher", "ConsentFeedHeld")
    key = next(path for path in (stack.secrets / "recipients").iterdir())
    kept = key.rename(key.with_suffix(".away"))
    stack.start("publish", wait=False)
    wait_until(lambda: any('state="left_out"' in k and v > 0 for k, v in look(stack).items()), 60,
               "a list to be left out")
    wait_until(lambda: sum(v for k, v in look(stack).items() if "shards_held" in k) == 16, 60,
               "the shards")
    expect("ConsentListLeftOut", "ConsentFeedHeld")
    # the database knows less than its topics
    stack.daemon("publish").stop()
    kept.rename(key)
    stack.produce("suppression.promotional-email", key="t",
                  value={"status": "suppressed", "version": (7 << 40) + 5, "token": "t" * 64})
    stack.start("publish", wait=False)
    wait_until(lambda: any("database_older" in k and v > 0 for k, v in look(stack).items()), 60,
               "the publisher to notice")
    expect("ConsentDatabaseOlder", "ConsentFeedHeld")
    said = promtool(tmp_path, groups)
    assert not said, said[-3000:]
