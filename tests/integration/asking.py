"""consent-lookup in a test's hands: the service, a token of each role, questions, the audit."""
import http.client
import json
import socket

JSON = "application/json"
ROUTES = {  # name: (method, path, body)
    "decisions": ("POST", "/v1/decisions", {"queries": [{
        "contact": {"email": "roles@example.com"}, "controller": "sectigo-limited",
        "purpose": "marketing.promotional", "channel": "email"}]}),
    "provenance": ("POST", "/v1/provenance", {"contact": {"email": "roles@example.com"}}),
    "lists": ("GET", "/v1/lists", None),
    "changes": ("GET", "/v1/lists/promotional-email/changes", None),
    "snapshot": ("GET", "/v1/lists/promotional-email/snapshot", None),
    "filter": ("GET", "/v1/lists/promotional-email/filter", None),
    "acknowledgements": ("POST", "/v1/lists/promotional-email/acknowledgements", {
        "version": ".".join(["0"] * 16), "digest": "0" * 64, "entries": 0}),
    "scrub": ("POST", "/v1/lists/promotional-email/scrub", b"email\nroles@example.com\n"),
    "export": ("POST", "/v1/export", {"contact": {"email": "roles@example.com"}}),
    "records": ("POST", "/v1/records", {"contact": {"email": "roles@example.com"}}),
    "evidence": ("POST", "/v1/evidence", {"contact": {"email": "roles@example.com"}}),
    "erasure": ("POST", "/v1/erasures/preview", {"contact": {"email": "roles@example.com"}}),
    "deletion": ("GET", "/v1/deletions", None),
    "receipts": ("GET", "/v1/receipts?source=acme-hosting", None),
    "quality": ("GET", "/v1/quality?source=acme-hosting", None),
    "quarantine": ("GET", "/v1/quarantine", None),
    "feeds": ("GET", "/v1/feeds", None),
    "rights": ("GET", "/v1/rights", None),
    "desk": ("GET", "/v1/desk", None),
    "agreement": ("POST", "/v1/agreements/AGR-2024-0117/changes?dry_run=true", {"change": "ended"}),
    "tokens": ("POST", "/v1/tokens", {"source": "sandbox", "note": "a test"}),
    "holds": ("POST", "/v1/holds?dry_run=true", {"matter": "2026/17", "reason": "a claim"}),
    "register": ("POST", "/v1/register?dry_run=true",
                 {"files": [{"name": "none.json", "text": '{"register": "none"}'}]}),
    "me": ("GET", "/v1/me", None),
}
TYPES = {"scrub": "text/csv"}  # of the body, where it is no JSON
DESK = {"receipts", "quality", "quarantine", "feeds", "rights", "desk"}
ROLES = {  # role: the routes that answer it
    "mailing": {"decisions", "lists", "changes", "snapshot", "filter", "acknowledgements",
                "scrub", "deletion", "me"},
    "reseller": {"provenance", "receipts", "quality", "me"},
    "dpo": {"decisions", "provenance", "lists", "changes", "snapshot", "filter", "scrub", "me",
            "export", "records", "evidence", "erasure", "deletion", "register", "agreement", "tokens",
            "holds"} | DESK,
    "auditor": {"decisions", "provenance", "lists", "changes", "snapshot", "filter", "me"} | DESK,
    "operator": {"feeds", "me"},
}
SCOPES = {"mailing": ("--recipient", "mta-eu1"), "reseller": ("--source", "acme-hosting")}


class Lookup:
    """The service of a stack, with a token of each role."""

    def __init__(self, stack, **settings):
        self.stack = stack
        stack.start("lookup", **settings)
        self.ids, self.tokens = {}, {}
        for role in ROLES:
            self.token(role, role, "--budget", "none")

    def token(self, name, role, *options):
        made = self.stack.ctl_json("token", "create", "--role", role,
                                   *SCOPES.get(role, ()), *options)
        self.ids[name], self.tokens[name] = made["id"], made["token"]
        return made

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.stack.port("lookup"), timeout=90)

    def ask(self, method, path, body=None, token="dpo", connection=None, **headers):
        """(status, JSON, text or bytes, headers)"""
        if not isinstance(body, (bytes, type(None))):
            body = json.dumps(body).encode()
        if token is not None:
            headers.setdefault("Authorization", f"Bearer {self.tokens.get(token, token)}")
        if body is not None:
            headers.setdefault("Content-Type", JSON)
        own = connection or self.connect()
        own.request(method, path, body, headers)
        answer = own.getresponse()
        text = answer.read()
        if connection is None:
            own.close()
        kind = answer.headers.get("Content-Type", "")
        return answer.status, json.loads(text) if "json" in kind else \
            text if kind in ("application/octet-stream", "application/zip") else text.decode(), \
            answer.headers

    def head(self, fields, method="POST", path="/v1/decisions"):
        """The status that answers these header fields before a body is sent."""
        text = (f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\n"
                f"Authorization: Bearer {self.tokens['dpo']}\r\n{fields}\r\n\r\n")
        with socket.create_connection(("127.0.0.1", self.stack.port("lookup"))) as one:
            one.settimeout(60)
            one.sendall(text.encode())
            return int(one.recv(4096).split()[1])

    def decide(self, *queries, token="dpo", explain=False):
        status, found, _ = self.ask("POST", "/v1/decisions" + ("?explain=true" * explain),
                                    {"queries": list(queries)}, token)
        assert status == 200, found
        return found["decisions"]

    def quarantined(self, raw=b'{"id":"lost"}', contact=None, ledger_id=None, offset=0,
                    source="leadmart", reason="FUTURE_DATED"):
        """An event of leadmart's that waits for a person; its number."""
        return self.stack.value(
            "INSERT INTO quarantine (known, source, partition, \"offset\", topic, reason,"
            " pointer, event_id, ledger_id, contact, raw) SELECT now(), number, 0, %s,"
            " 'feed.' || id, %s, '/time', 'LM-7', %s, %s, %s FROM register_number"
            " WHERE kind = 'source' AND id = %s RETURNING quarantine_id",
            offset, reason, ledger_id, contact, raw, source)

    def requested(self, ledger_id=900001, email="asks@example.com", request="R-1",
                  days_ago=10, kinds=("erase",)):
        """A person's request in the ledger, as ingest would have put it there; its number."""
        said = {"data": {"contact": {"email": email}, "controllers": ["sectigo-limited"],
                         "rights": {"request_id": request, "kinds": list(kinds)}}}
        self.stack.sql(
            "INSERT INTO ledger SELECT %s, at, at, at, %s, number, 0, 0, 12, 1, 0, %s,"
            " 'feed.privacy-mailbox', NULL, NULL, sha256(%s), NULL, %s"
            " FROM register_number, (SELECT now() - %s * interval '1 day' AS at) AS t"
            " WHERE kind = 'source' AND id = 'privacy-mailbox' ON CONFLICT DO NOTHING",
            ledger_id, ledger_id, request, request.encode(), json.dumps(said).encode(),
            days_ago)
        return ledger_id

    def audit(self, where="true"):
        return self.stack.sql("SELECT token_id, route, outcome, contact, controller, purpose,"
                              f" channel FROM v_lookup_audit WHERE {where} ORDER BY at")


def query(email="a@example.com", purpose="marketing.promotional", **more):
    return {"contact": {"email": email}, "controller": "sectigo-limited",
            "purpose": purpose, "channel": "email", **more}
