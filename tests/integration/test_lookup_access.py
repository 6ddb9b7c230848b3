"""consent-lookup over HTTP: who may ask what, the audit, the budget."""
import concurrent.futures
import contextlib
import json

import pytest
import yaml
from asking import JSON, ROLES, ROUTES, TYPES, Lookup, query
from facts import Facts, now
from hands import ROOT, not_at_midnight, wait_until
from proc import Failure


def test_roles_and_routes(lookup):
    """Every role at every route: the answer or 403, and a row of the audit either way."""
    lookup.stack.ctl("list", "filter", "promotional-email", "--output",
                     lookup.stack.snapshots / "promotional-email.cmqf")
    for role, allowed in ROLES.items():
        for route, (method, path, body) in ROUTES.items():
            before = len(lookup.audit())
            more = {"Content-Type": TYPES[route]} if route in TYPES else {}
            status, found, headers = lookup.ask(method, path, body, role, **more)
            assert status == (200 if route in allowed else 403), (role, route, found)
            row = lookup.audit()[before:]
            assert len(row) == 1 and row[0][:2] == (lookup.ids[role], route)
            assert row[0][2] == ("forbidden" if route not in allowed else
                                 {"decisions": "deny", "tokens": "settled"}.get(route, "shown"))
            if status == 403:
                assert headers["Content-Type"] == "application/problem+json"
    for path in ("/healthz", "/readyz", "/metrics"):
        assert lookup.ask("GET", path, token=None)[0] == 200


# Of the routes with several paths: their roles are not those of the whole route.
BY_NUMBER = {"quarantined": ("quarantine", {"dpo", "auditor"}),
             "discard": ("quarantine", {"dpo"}), "replay": ("quarantine", {"dpo"}),
             "right": ("rights", {"dpo", "auditor"}), "answer": ("rights", {"dpo"}),
             "recordOptout": ("told", {"dpo", "reseller"}), "recordConsent": ("told", {"dpo"}),
             "recordWithdrawal": ("told", {"dpo", "reseller"}),
             "trends": ("desk", {"dpo", "auditor"}), "register": ("desk", {"dpo", "auditor"}),
             "registerFile": ("desk", {"dpo", "auditor"}), "changeRegister": ("register", {"dpo"}),
             "makeToken": ("tokens", {"dpo"}), "revokeToken": ("tokens", {"dpo"}),
             "agreement": ("desk", {"dpo", "auditor"}), "changeAgreement": ("agreement", {"dpo"}),
             "tokens": ("desk", {"dpo", "auditor"}), "holds": ("desk", {"dpo", "auditor"}),
             "eraseDue": ("erasure", {"dpo"}), "setHold": ("holds", {"dpo"}), "liftHold": ("holds", {"dpo"}),
             "deleted": ("deletion", {"dpo", "mailing"}),
             "proof": ("proof", {"dpo", "auditor"})}  # of rows; tiles name nobody


def test_every_path_with_every_role_and_without(lookup):
    """All that the document names: no token and those that ended get 401 and leave no row; who
    may not gets 403 and leaves one."""
    document = yaml.safe_load((ROOT / "schemas/lookup.openapi.yaml").read_text())
    guarded = [(path, method.upper(), said["operationId"])
               for path, methods in document["paths"].items() for method, said in methods.items()
               if said.get("security") != []]
    assert len(guarded) >= 19 and {op for _, _, op in guarded} > set(BY_NUMBER)
    ended = lookup.token("short", "dpo", "--expires", now(3600).isoformat())["id"]
    lookup.stack.sql("UPDATE access_token SET expires = now() WHERE token_id = %s", ended)
    lookup.token("gone", "dpo")
    lookup.stack.ctl("token", "revoke", lookup.ids["gone"])
    number = lookup.quarantined()
    lookup.requested(number)

    def status(path, method, op, token):
        kind = lookup_type(op)
        body = None if method == "GET" else b"{}" if kind == JSON else b"email\n"
        path = path.replace("{id}", "promotional-email" if "lists" in path else str(number))
        more = {"Content-Type": kind} if body else {}
        return lookup.ask(method, path, body, token, **more)[0]

    def lookup_type(op):
        return TYPES.get(op, JSON)
    for path, method, op in guarded:
        for token in (None, "cmq_1_" + "A" * 43, "short", "gone"):
            assert status(path, method, op, token) == 401, (op, token)
    assert not lookup.audit()
    for path, method, op in guarded:
        if op in BY_NUMBER:
            route, allowed = BY_NUMBER[op]
        else:
            route = next(r for r, (_, p, _) in ROUTES.items()
                         if p.split("?")[0] == path.replace("{id}", "promotional-email"))
            allowed = {role for role in ROLES if route in ROLES[role]}
        for role in ROLES:
            before = len(lookup.audit())
            found = status(path, method, op, role)
            assert (found == 403) == (role not in allowed), (op, role, found)
            if found == 403:
                assert lookup.audit()[before:] == [
                    (lookup.ids[role], route, "forbidden", None, None, None, None)]


def short_lived(lookup, body):
    """A token that is believed, and ends soon: a busy machine needs more time to ask."""
    for life in (2, 10, 60):
        with contextlib.suppress(Failure):  # it has ended before it is made
            made = lookup.token("short", "dpo", "--expires", now(life).isoformat())
            if lookup.ask("POST", "/v1/decisions", body, made["token"])[0] == 200:
                return made
    raise AssertionError("a token was never believed")


def test_tokens(lookup):
    """None, no such, another's secret, revoked, expired: all the same 401."""
    body = {"queries": [query()]}
    good, other = lookup.tokens["dpo"], lookup.tokens["auditor"]
    wrong = good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BAAA")
    mixed = "cmq_%d_%s" % (lookup.ids["dpo"], other.split("_", 2)[2])
    said = set()
    for token in (wrong, mixed, "cmq_999999_" + "A" * 43, "cmq_1_", "cmq_x", good + "x"):
        status, problem, headers = lookup.ask("POST", "/v1/decisions", body, token)
        assert status == 401 and headers["WWW-Authenticate"] == "Bearer", token
        said.add(problem["detail"])
    assert len(said) == 1
    assert lookup.ask("POST", "/v1/decisions", body, None)[0] == 401
    assert lookup.ask("POST", "/v1/decisions", body, None, Authorization="Basic x")[0] == 401
    assert not lookup.audit()
    # Revoked: within seconds, also for a service that has just believed it.
    assert lookup.ask("POST", "/v1/decisions", body)[0] == 200
    lookup.stack.ctl("token", "revoke", lookup.ids["dpo"])
    wait_until(lambda: lookup.ask("POST", "/v1/decisions", body)[0] == 401, what="the end")
    made = short_lived(lookup, body)
    wait_until(lambda: lookup.ask("POST", "/v1/decisions", body, made["token"])[0] == 401, 120,
               "its expiry")
    listed = lookup.stack.ctl("token", "list", "--json")
    assert made["token"].split("_", 2)[2] not in listed
    owner = lookup.stack.value("SELECT session_user")
    assert {t["made_by"] for t in json.loads(listed)} == {owner}
    assert [(t["id"], t["revoked_by"]) for t in json.loads(listed) if t["revoked"]] == [(lookup.ids["dpo"], owner)]
    assert f" by {owner}" in lookup.stack.ctl("token", "list"), "and in words"
    assert lookup.stack.value("SELECT count(*) FROM access_token WHERE hash IS NULL") == 0


def test_a_token_is_made_for_somebody(lookup):
    for argv in (("--role", "king"), ("--role", "reseller"), ("--role", "mailing"),
                 ("--role", "mailing", "--recipient", "nobody"), ("--role", "dpo", "--budget", "0"),
                 ("--role", "dpo", "--source", "acme-hosting"), ()):
        assert lookup.stack.ctl("token", "create", *argv, check=False).returncode == 2, argv
    assert lookup.stack.ctl("token", "revoke", "x", check=False).returncode == 2
    assert lookup.stack.ctl("token", "revoke", "4711", check=False).returncode == 1


def test_the_budget_of_contacts(lookup):
    """Distinct contacts of a day, over all calls and processes; refused calls cost nothing."""
    not_at_midnight(120)
    lookup.token("few", "mailing", "--budget", "5")

    def ask(*names):
        status, found, headers = lookup.ask(
            "POST", "/v1/decisions", {"queries": [query(f"{n}@example.com") for n in names]},
            "few")
        return status if status != 429 else (429, int(headers["Retry-After"]) > 0)
    assert ask("a", "b", "c", "a") == 200
    assert ask("a", "b") == 200
    assert ask("c", "d", "e", "f") == (429, True)
    assert ask("d", "e") == 200
    assert ask("f") == (429, True)
    assert ask(*"abcdef") == (429, True)
    assert ask(*"abcde") == 200
    assert lookup.stack.value("SELECT contacts FROM token_day") == 5
    assert len(lookup.audit("outcome = 'over_budget'")) == 4 + 1 + 6
    # Two at once never spend more than there is.
    lookup.token("more", "mailing", "--budget", "50")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        status = list(pool.map(lambda i: lookup.ask(
            "POST", "/v1/decisions", {"queries": [query(f"p{i}@example.com")]}, "more")[0],
            range(100)))
    assert sorted(status) == [200] * 50 + [429] * 50


def test_the_audit_is_not_rewritten(lookup):
    lookup.decide(query())
    for statement in ("DELETE FROM lookup_audit", "UPDATE lookup_audit SET token_id = 1",
                      "TRUNCATE lookup_audit"):
        with pytest.raises(Exception, match="append-only"):
            lookup.stack.sql(statement)


def test_no_audit_no_answer(lookup):
    """Fails closed, says so, and goes on when the audit can be written again."""
    lookup.stack.sql("ALTER TABLE lookup_audit RENAME TO lookup_audit_away")
    status, problem, headers = lookup.ask("POST", "/v1/decisions", {"queries": [query()]})
    assert status == 503 and headers["Retry-After"] and "decisions" not in problem
    assert lookup.ask("GET", "/v1/lists")[0] == 503
    lookup.stack.sql("ALTER TABLE lookup_audit_away RENAME TO lookup_audit")
    assert lookup.decide(query())


def test_with_no_more_rights_than_it_needs(stack):
    url = stack.cluster.url(stack.database)
    lookup = Lookup(stack, database_url=url + ("&" if "?" in url else "?") +
                    "options=-c%20role%3Dconsent_lookup")
    lookup.token("few", "mailing", "--budget", "5")
    for token in ("few", "dpo"):
        assert lookup.decide(query(), token=token)[0]["verdict"] == "DENY"
    assert lookup.ask("GET", "/v1/lists")[0] == 200
    assert lookup.ask("GET", "/v1/lists", token="reseller")[0] == 403
    number = lookup.quarantined()
    lookup.requested()
    for path in ("me", "feeds", "quality", "receipts?source=leadmart", "quarantine",
                 f"quarantine/{number}", "rights", "rights/900001"):
        assert lookup.ask("GET", f"/v1/{path}")[0] == 200, path
    assert lookup.ask("POST", f"/v1/quarantine/{number}/discard", {"note": "x"})[0] == 200
    assert stack.value("SELECT count(*) FROM pg_stat_activity WHERE application_name ="
                       " 'consent-lookup' AND usename = 'consent_lookup'") == 0
    may = "SELECT has_table_privilege('consent_lookup', %s, %s)"
    for table, right in (("access_token", "UPDATE"), ("lookup_audit", "UPDATE"),
                         ("lookup_audit", "DELETE"), ("fact", "INSERT")):
        assert not stack.value(may, table, right), (table, right)


# --- what a mailing system is told -----------------------------------------------------------
def test_a_mailing_system_learns_about_its_own_lists_only(lookup):
    """No scope that none of its lists is about, no evidence, no trace."""
    world = Facts(lookup.stack)
    world.add("m@example.com", "OPTOUT")
    world.commit()
    [own] = lookup.decide(query("m@example.com"), token="mailing")
    assert (own["verdict"], own["reason"], own["evidence"]) == ("DENY", "OPTOUT", [])
    assert lookup.decide(query("m@example.com"))[0]["evidence"]
    # whom others know, for another company and another purpose, is nobody to it
    world.add("others@example.com", "GRANT", controller="ssl247-sas", purpose="communication.events")
    world.add("others@example.com", "OPTOUT", controller="ssl247-sas", purpose="communication.news")
    world.commit()
    known, nobody = (lookup.ask("POST", "/v1/decisions", {"queries": [query(who)]}, token="mailing")[:2]
                     for who in ("others@example.com", "nobody@example.com"))
    assert known == nobody and known[0] == 200

    def ask(path="/v1/decisions", **scope):
        return lookup.ask("POST", path, {"queries": [{**query("m@example.com"), **scope}]},
                          token="mailing")[0]
    assert ask(purpose="communication.news") == 200, "its list is about all of them"
    for foreign in ({"controller": "ssl247-sas"}, {"channel": "post"}, {"purpose": "data.sale"}):
        assert ask(**foreign) == 403, foreign
    assert ask("/v1/decisions?explain=true") == 403


def test_a_slip_is_told_from_a_no(lookup):
    for slip, pointer in (({"controller": "sectigo-limted"}, "/queries/0/controller"),
                          ({"purpose": "marketing.promotionl"}, "/queries/0/purpose"),
                          ({"channel": "emial"}, "/queries/0/channel")):
        status, said, _ = lookup.ask("POST", "/v1/decisions",
                                     {"queries": [{**query("a@example.com"), **slip}]})
        assert status == 422 and said["pointer"] == pointer, said
        assert "did you mean" in said["detail"] or "channels are" in said["detail"]
