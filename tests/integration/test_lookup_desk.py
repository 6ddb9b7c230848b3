"""consent-lookup over HTTP: what a person at a desk and a source of events may ask."""
import json

from asking import Lookup, query
from facts import now
from hands import wait_until




def get(lookup, path, token="dpo", expect=200):
    status, found, _ = lookup.ask("GET", path, token=token)
    assert status == expect, (path, token, found)
    return found


def settle(lookup, number, how="discard", note="a test", token="dpo", **more):
    body = more.get("body", {"note": note})
    return lookup.ask("POST", f"/v1/quarantine/{number}/{how}", body, token)


def test_me_says_who_and_what_is_left(lookup):
    lookup.token("few", "dpo", "--budget", "5", "--note", "Ada, legal")
    lookup.decide(query("one@example.com"), query("two@example.com"), token="few")
    me = get(lookup, "/v1/me", "few")
    assert (me["token"], me["role"], me["note"]) == (lookup.ids["few"], "dpo", "Ada, legal")
    assert (me["budget"], me["asked_today"], me["left_today"]) == (5, 2, 3)
    assert me["sees_data"] and me["settles"] and "quarantine" in me["may"]
    purposes = {p["id"]: p for p in me["register"]["purposes"]}
    assert purposes["marketing.promotional"] == {
        "id": "marketing.promotional", "title": "Offers and newsletters",
        "class": "promotional"}
    assert {"id": "sectigo-limited", "name": "Sectigo Limited"} in me["register"]["controllers"]
    assert me["register"]["channels"][0] == "email"
    seller = get(lookup, "/v1/me", "reseller")
    assert (seller["source"], seller["budget"], seller["left_today"]) == ("acme-hosting", None,
                                                                         None)
    assert not seller["settles"] and "feeds" not in seller["may"]


def test_quarantine_is_read_by_pages_and_states(lookup):
    made = [lookup.quarantined(offset=i) for i in range(5)]
    other = lookup.quarantined(offset=9, source="nordhost", reason="PURPOSE_NOT_DISCLOSED")
    first = get(lookup, "/v1/quarantine?limit=2")
    assert [e["id"] for e in first["events"]] == made[:2] and first["after"] == made[1]
    rest = get(lookup, f"/v1/quarantine?limit=500&after={first['after']}")
    assert [e["id"] for e in rest["events"]] == made[2:] + [other] and rest["after"] is None
    assert [e["id"] for e in get(lookup, "/v1/quarantine?source=nordhost")["events"]] == [other]
    assert "raw" not in first["events"][0] and first["events"][0]["source"] == "leadmart"
    assert settle(lookup, made[0])[0] == 200
    assert made[0] not in [e["id"] for e in get(lookup, "/v1/quarantine")["events"]]
    gone = get(lookup, "/v1/quarantine?state=discarded")["events"]
    assert [(e["id"], e["note"], e["state_by"]) for e in gone] == \
        [(made[0], "a test", f"token {lookup.ids['dpo']}")]
    assert len(get(lookup, "/v1/quarantine?state=all")["events"]) == 6
    # Who must not see persons sees neither bytes nor what somebody wrote beside them.
    assert get(lookup, "/v1/quarantine?state=discarded", "auditor")["events"][0]["note"] is None
    for wrong in ("state=open", "after=x", "limit=0", "limit=501", "email=a", "after=-1"):
        assert get(lookup, f"/v1/quarantine?{wrong}", expect=400)["type"].endswith("argument")


def test_the_desk_says_what_waits(lookup):
    """Requests by their days, the quarantine by reason, a late source, a feed that stands still,
    an agreement that ends; nobody's name; and no longer once it is settled."""
    stack = lookup.stack
    empty = get(lookup, "/v1/desk")
    assert empty["requests"]["waiting"] == 0 and empty["quarantine"]["reasons"] == []
    assert empty["retention_due"] is None, "no keeper has counted"
    stack.sql("INSERT INTO retention_day (day, due, counted) VALUES ('2026-11-01', 9, now()),"
              " ('2026-11-02', 3, '2026-11-02T03:00:00Z'), ('2026-11-03', NULL, NULL)")
    lookup.requested(900001, request="R-1", days_ago=40)
    lookup.requested(900002, request="R-2", days_ago=26)
    lookup.requested(900003, request="R-3", days_ago=1, kinds=("unclassified",))
    number = lookup.quarantined()
    old = lookup.quarantined(offset=1, reason="PURPOSE_NOT_DISCLOSED")
    stack.sql("UPDATE quarantine SET known = now() - interval '9 days' WHERE quarantine_id = %s", old)
    stack.sql("INSERT INTO ingest_position (topic, partition, next_offset, epoch, owner, held)"
              " VALUES ('feed.leadmart', 3, 7, 1, 'x', 'other_log')")
    stack.sql("INSERT INTO fact (contact, ledger_id, known, occurred_from, occurred_to, source, agreement, flags,"
              " controller, purpose, channels, stated, kind, source_type, part)"
              " SELECT gen_random_uuid(), 77, now(), now() - interval '3 days', now() - interval '3 days',"
              " number, 0, 2048, 1, 1, 1, 1, 2, 1, 0 FROM register_number"
              " WHERE kind = 'source' AND id = 'acme-hosting'")
    desk = get(lookup, "/v1/desk")
    assert desk["requests"] == {"waiting": 3, "overdue": 1, "due_in_7_days": 1, "paused": 0, "unread": 1,
                                "to_acknowledge": 0}
    assert (desk["quarantine"]["waiting"], desk["quarantine"]["over_7_days"]) == (2, 1)
    assert [r["reason"] for r in desk["quarantine"]["reasons"]] == ["PURPOSE_NOT_DISCLOSED", "FUTURE_DATED"]
    assert desk["partitions"] == [{"topic": "feed.leadmart", "partition": 3, "why": "other_log"}]
    late = desk["late_sources"]
    assert [(s["source"], s["opt_outs"], s["worst_s"]) for s in late] == [("acme-hosting", 1, 3 * 86400)]
    assert desk["budgets"] == []
    assert desk["retention_due"]["contacts"] == 3 and desk["retention_due"]["counted"].startswith("2026-11-02T03:00:00")
    assert "@" not in json.dumps(desk)
    only = get(lookup, "/v1/quarantine?reason=FUTURE_DATED")["events"]
    assert [e["id"] for e in only] == [number]
    assert settle(lookup, old)[0] == 200
    stack.sql("UPDATE quarantine SET reason = 'OVER_BUDGET', source = (SELECT number FROM register_number"
              " WHERE kind = 'source' AND id = 'leadmart') WHERE quarantine_id = %s", number)
    desk = get(lookup, "/v1/desk", "auditor")
    assert desk["quarantine"]["over_7_days"] == 0
    assert [(b["source"], b["waiting"], b["oldest"]) for b in desk["budgets"]] == [
        ("leadmart", 1, desk["quarantine"]["oldest"])]
    assert len(lookup.audit("route = 'desk'")) == 3


def test_one_quarantined_event_is_audited_by_its_contact(lookup):
    key = "00112233-4455-6677-8899-aabbccddeeff"
    plain = lookup.quarantined(raw=b'{"a":"b"}', contact=key)
    bytes_ = lookup.quarantined(raw="{\"n\":\"J\u00e4ger\"}".encode(), offset=1)
    shown = get(lookup, f"/v1/quarantine/{plain}")
    assert shown["raw"] == '{"a":"b"}' and "raw_hex" not in shown
    assert [str(r[3]) for r in lookup.audit("route = 'quarantine'")] == [key]
    assert bytes.fromhex(get(lookup, f"/v1/quarantine/{bytes_}")["raw_hex"]).decode() == \
        '{"n":"J\u00e4ger"}'
    assert get(lookup, f"/v1/quarantine/{bytes_}", "auditor")["raw"] is None
    for number in ("4711", "0", "x", "-1", "9" * 30):
        get(lookup, f"/v1/quarantine/{number}", expect=404)


def test_settling_is_the_dpos_and_happens_once(lookup):
    number = lookup.quarantined()
    for token in ("auditor", "mailing", "reseller", "operator"):
        assert settle(lookup, number, token=token)[0] == 403
    for body, status in (({}, 422), ({"note": ""}, 422), ({"note": 5}, 422), (b"{", 400),
                         ({"note": "x" * 1001}, 422), ({"note": "x", "y": 1}, 422)):
        assert settle(lookup, number, body=body)[0] == status, body
    assert settle(lookup, 4711)[0] == 404
    assert lookup.stack.value("SELECT state FROM quarantine") == 0
    status, found, _ = settle(lookup, number, note="zu sp\u00e4t \u2713")
    assert (status, found) == (200, {"id": number, "state": "discarded"})
    assert settle(lookup, number)[0] == 409
    assert lookup.stack.value("SELECT note FROM quarantine") == "zu sp\u00e4t \u2713"
    outcomes = [r[2] for r in lookup.audit("route = 'quarantine'")]
    assert outcomes == ["forbidden"] * 4 + ["shown", "settled"]


def test_settling_costs_a_contact_of_the_budget(lookup):
    """And is refused, with nothing done, when there is none left."""
    lookup.token("few", "dpo", "--budget", "1")
    first, second = (lookup.quarantined(offset=i, contact=f"{i:032x}") for i in (1, 2))
    assert settle(lookup, first, token="few")[0] == 200
    assert settle(lookup, second, token="few")[0] == 429
    assert settle(lookup, second, "replay", token="few")[0] == 429
    assert lookup.stack.value("SELECT state FROM quarantine ORDER BY 1 LIMIT 1") == 0
    assert [r[2] for r in lookup.audit()] == ["shown", "settled"] + ["over_budget"] * 2


def test_no_audit_no_settling(lookup):
    number = lookup.quarantined()
    lookup.stack.sql("ALTER TABLE lookup_audit RENAME TO lookup_audit_away")
    assert settle(lookup, number)[0] == 503
    lookup.stack.sql("ALTER TABLE lookup_audit_away RENAME TO lookup_audit")
    assert lookup.stack.value("SELECT state FROM quarantine") == 0
    assert settle(lookup, number)[0] == 200


def test_rights_by_days_left(lookup):
    calm = lookup.requested(900001, request="R-calm", days_ago=2)
    urgent = lookup.requested(900002, request="R-urgent", days_ago=29)
    late = lookup.requested(900003, request="R-late", days_ago=50, email="LATE@example.com")
    found = get(lookup, "/v1/rights")["requests"]
    assert [r["request"] for r in found] == ["R-late", "R-urgent", "R-calm"]
    assert found[0]["overdue"] and found[0]["days_left"] < 0 and not found[2]["overdue"]
    listed = {r["request"]: r for r in lookup.stack.ctl_json("rights", "list")}
    assert listed == {r["request"]: r for r in found}
    assert get(lookup, "/v1/rights?state=closed")["requests"] == []
    assert len(get(lookup, "/v1/rights?state=all")["requests"]) == 3
    get(lookup, "/v1/rights?state=late", expect=400)
    one = get(lookup, f"/v1/rights/{late}")
    assert one["asked"]["contact"] == {"email": "LATE@example.com"}
    assert [e["says"] for e in one["events"]] == ["asked"]
    # Audited as a look-up of that person, whoever asks by an event's number.
    lookup.decide(query("late@example.com"))
    rows = lookup.audit("contact IS NOT NULL")
    assert rows[0][3] == rows[1][3] and {r[1] for r in rows} == {"rights", "decisions"}
    assert get(lookup, f"/v1/rights/{urgent}", "auditor")["asked"] is None
    get(lookup, f"/v1/rights/{calm + 99}", expect=404)


EARLIER = now(-60).isoformat()


def event(number, source="acme-hosting", kind="reseller", **more):
    return {"specversion": "1.0", "id": f"E-{number}", "type": "lead.received.v1",
            "time": EARLIER, "source": f"urn:consent:src:{kind}:{source}",
            "data": {"contact": {"email": f"r{number}@example.com"},
                     "controllers": ["sectigo-limited"],
                     "scope": [{"purpose": "marketing.promotional", "channels": ["email"]}],
                     "provenance": {"source_type": "reseller", "party_id": source,
                                    "agreement_id": "AGR-2024-0117"}}, **more}


def test_a_source_reads_what_became_of_its_events(stack):
    """All of them, each once, however small the pages; nobody else's."""
    lookup = Lookup(stack)
    stack.start("ingest")
    for i in range(20):
        stack.produce("feed.acme-hosting", event(i), partition=i % 3)
    stack.produce("feed.acme-hosting", event(3), partition=1)             # a duplicate
    stack.produce("feed.acme-hosting", b"no event at all", partition=2)
    stack.produce("feed.acme-hosting", event(40, source="nordhost"), partition=2)
    stack.produce("feed.nordhost", event(50, "nordhost", "webhost"))
    wait_until(lambda: stack.value("SELECT coalesce(sum(n), 0) FROM source_count") == 24,
               what="all of them")

    def read(after="", limit=7):
        seen = []
        while True:
            page = get(lookup, f"/v1/receipts?limit={limit}&after={after}", "reseller")
            seen += page["receipts"]
            after = page["after"]
            if not page["more"]:
                return seen, after
    receipts, after = read()
    of = {r["event_id"]: r["outcome"] for r in receipts}
    assert len(receipts) == 22, receipts
    assert all(of[f"E-{i}"] in ("accepted", "refused") for i in range(20))
    assert of["E-40"] == "quarantined" and "E-50" not in of
    assert sorted(map(str, read(limit=1)[0])) == sorted(map(str, receipts))
    stack.produce("feed.acme-hosting", event(99), partition=0)
    wait_until(lambda: stack.value("SELECT sum(n) FROM source_count") == 25, what="one more")
    assert [r["event_id"] for r in read(after)[0]] == ["E-99"]
    # Whose?
    get(lookup, "/v1/receipts?source=nordhost", "reseller", 400)
    get(lookup, "/v1/receipts", "dpo", 400)
    assert len(get(lookup, "/v1/receipts?source=nordhost")["receipts"]) == 1
    get(lookup, "/v1/receipts?source=nobody", expect=400)
    for wrong in ("x", "1", "1.", "1.2-", "1.2-1.3", ".2", "99999999999.1", "1.2--"):
        get(lookup, f"/v1/receipts?after={wrong}", "reseller", 400)
    # Its quality, as consentctl has it; the feeds as they stand.
    mine = get(lookup, "/v1/quality?since=2026-01-01", "reseller")["sources"]
    told = stack.ctl_json("report", "quality", "--since", "2026-01-01T00:00:00Z")["sources"]
    assert mine == [s for s in told if s["source"] == "acme-hosting"]
    assert mine[0]["duplicates"] == 1 and mine[0]["quarantined"] >= 2
    assert get(lookup, "/v1/quality?since=2026-01-01")["sources"] == told
    get(lookup, "/v1/quality?source=nordhost", "reseller", 400)
    get(lookup, "/v1/quality?since=yesterday", expect=400)
    feeds = {f["source"]: f for f in get(lookup, "/v1/feeds")["feeds"]}
    acme = feeds["acme-hosting"]
    assert (acme["type"], acme["in_force"], acme["waiting"]) == ("reseller", True, 2)
    assert acme["last_event"] and acme["lag_worst_s"] >= acme["lag_median_s"] > 0
    assert sum(day[k] for day in acme["days"]  # one, or two where midnight comes in between
               for k in ("accepted", "duplicates", "quarantined", "refused")) == 24
    assert feeds["leadmart"]["last_event"] is None and feeds["leadmart"]["lag_worst_s"] is None
    assert "@" not in json.dumps(feeds)


def test_replay_sends_the_same_bytes_once_more(stack):
    """From quarantine to the ledger, once what was wrong is fixed; headers too."""
    lookup = Lookup(stack)
    stack.start("ingest")
    raw = json.dumps(event(7)).encode()
    number = lookup.quarantined(raw=raw, source="acme-hosting", offset=1000)
    status, found, _ = settle(lookup, number, "replay", "the agreement is in the register now")
    assert (status, found) == (200, {"id": number, "state": "replayed"})
    assert [m.value() for m in stack.read("feed.acme-hosting")] == [raw]
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger") == 1, what="the ledger")
    assert settle(lookup, number, "replay")[0] == 409
    # What cannot be sent stays where it is.
    for more in ({"raw": None}, {"ledger_id": 65537}):
        stuck = lookup.quarantined(offset=1001 + len(more), reason=str(*more), **more)
        assert settle(lookup, stuck, "replay", body={})[0] == 409
        assert get(lookup, f"/v1/quarantine/{stuck}")["state"] == "waiting"
    assert settle(lookup, stuck, "replay", token="auditor")[0] == 403
    assert len(stack.read("feed.acme-hosting")) == 1


def test_no_kafka_no_replay(stack):
    """Nothing is settled when the brokers are away, or unknown."""
    lookup = Lookup(stack, kafka_brokers="127.0.0.1:1")
    number = lookup.quarantined()
    status, problem, headers = settle(lookup, number, "replay", body={})
    assert status == 503 and problem["type"].endswith(":kafka") and headers["Retry-After"]
    assert get(lookup, f"/v1/quarantine/{number}")["state"] == "waiting"
    stack.extra = {"link_secret_dir": "", "kafka_brokers": ""}
    stack.start("lookup", kafka_brokers="")
    status, problem, _ = settle(lookup, number, "replay", body={})
    assert status == 501 and "consentctl" in problem["detail"]
    assert settle(lookup, number)[0] == 200


def test_a_hold_is_set_and_lifted_at_the_desk(lookup):
    """By the checks of the command line; looked at first; with its audit or not at all."""
    stack = lookup.stack
    said = {"matter": "7 O 12/26", "reason": "a lawsuit", "contact": {"email": "held@example.com"}}

    def ask(path="", body=None, token="dpo"):
        status, found, _ = lookup.ask("POST", f"/v1/holds{path}", said if body is None else body, token)
        return status, found

    for wrong, pointer in (({"contact": {}}, "/contact"), ({"contact": {"email": "x"}}, "/contact/email"),
                           ({"contact": None}, "/contact"), ({"controller": "sectigo"}, "/controller"),
                           ({"row": "R99"}, "/row"), ({"reason": ""}, "/reason"), ({"matter": "x" * 65}, "/matter"),
                           ({"mater": "x"}, "")):
        status, found = ask(body={**said, **wrong})
        assert (status, found.get("pointer", "")) == (422, pointer), (wrong, found)
    for missing in ("matter", "reason"):
        assert ask(body={k: v for k, v in said.items() if k != missing})[0] == 422, missing
    assert ask("?dry_run=true") == (200, {"hold": None, "matter": "7 O 12/26", "controller": None, "row": None,
                                          "one_contact": True})
    stack.sql("ALTER TABLE lookup_audit RENAME TO lookup_audit_away")
    assert ask()[0] == 503
    stack.sql("ALTER TABLE lookup_audit_away RENAME TO lookup_audit")
    assert stack.value("SELECT count(*) FROM retention_hold") == 0
    number = ask()[1]["hold"]
    who = f"token {lookup.ids['dpo']}"
    [(contact, *row)] = stack.sql("SELECT contact, hold, matter, reason, by, by_role, lifted FROM retention_hold")
    assert row == [number, "7 O 12/26", "a lawsuit", who, "consent_lookup", None]
    wide = ask(body={"matter": "an audit", "reason": "the authority asks", "controller": "sectigo-limited", "row": "R06"})[1]
    assert (wide["controller"], wide["row"], wide["one_contact"]) == ("sectigo-limited", "R06", False)
    holds = get(lookup, "/v1/holds", "auditor")["holds"]
    assert [(h["hold"], h["one_contact"], h["row"]) for h in holds] == [(number, True, None), (wide["hold"], False, "R06")]
    assert ask(f"/{number}/lift", {}, "auditor")[0] == 403
    assert ask(f"/{number}/lift", {}) == (200, {"hold": number, "state": "lifted"})
    for gone in (number, 4711):
        assert ask(f"/{gone}/lift", {})[0] == 404
    assert stack.sql("SELECT lifted_by, lifted_role FROM retention_hold WHERE lifted IS NOT NULL") == [(who, "consent_lookup")]
    assert [h["hold"] for h in get(lookup, "/v1/holds")["holds"]] == [wide["hold"]]
    mine = [r[2] for r in lookup.audit("route = 'holds'") if r[3] == contact]
    assert mine == ["shown", "shown", "settled", "shown", "settled"], "looked at, then done"
