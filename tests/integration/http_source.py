"""A source that sends its events over HTTP, to consent-gateway."""
import datetime
import http.client
import json
import time

from hands import wait_until

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


class Source:
    """Somebody with a token of consent-gateway."""

    def __init__(self, stack, source, *more, name="gateway"):
        self.stack, self.source, self.name = stack, source, name
        made = stack.ctl_json("token", "create", "--role", "source", "--source", source, *more)
        self.id, self.token = made["id"], made["token"]

    def ask(self, method, path, body=None, kind=STRUCTURED, token=None, **headers):
        """(status, parsed lines or object, headers)"""
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.stack.port(self.name, "public"), timeout=90)
        fields = {"Authorization": f"Bearer {token or self.token}",
                  **({"Content-Type": kind} if kind and method == "POST" else {}),
                  **{k.replace("_", "-"): v for k, v in headers.items()}}
        connection.request(method, path, body, fields)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.headers["Content-Type"] == "application/x-ndjson":
            return answer.status, [json.loads(line) for line in text.splitlines()], answer.headers
        return answer.status, json.loads(text), answer.headers

    def post(self, body, kind=STRUCTURED, path="/v1/events", **more):
        return self.ask("POST", path, body, kind, **more)

    def known(self):
        """The register and this token have reached the gateway."""
        def answered():
            try:
                return self.ask("GET", "/v1/receipts")[0] == 200
            except ConnectionRefusedError:  # it does not listen yet
                return False
        wait_until(answered, what="the token")
        return self

    def received(self):
        return [(dict(m.headers() or ()), m.value())
                for m in self.stack.read(f"feed.{self.source}")]

    def receipts(self, n):
        """Until there are n of them."""
        found, after = [], ""
        deadline = time.monotonic() + 60
        while len(found) < n and time.monotonic() < deadline:
            status, page, _ = self.ask("GET", f"/v1/receipts?wait=5&after={after}")
            assert status == 200, page
            found, after = found + page["receipts"], page["after"]
        return found


def optout(source, email, **more):
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    return {"specversion": "1.0", "id": f"o-{email}", "source": source,
            "type": "optout.recorded.v1", "time": now.isoformat(),
            "data": {"contact": {"email": email}}, **more}
