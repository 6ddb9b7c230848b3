#!/usr/bin/env python3
"""send.py: a source without Kafka sends its events to consent-gateway and reads what became of them.

  send.py consent ID ADDRESS     send.py optout ID ADDRESS     send.py lead ID ADDRESS
  send.py receipts [AFTER]       what became of everything, from a cursor on

GATEWAY_URL, GATEWAY_TOKEN, SOURCE (urn:consent:src:...) and AGREEMENT come from the environment.
Exit status: 0 taken, 1 refused (do not send the same again), 2 wrong settings, 3 not now.
The standard library is all it needs. ../../SOURCES.md explains each step.
"""
import datetime
import json
import os
import sys
import time
import urllib.error
import urllib.request

MISSING = [name for name in ("GATEWAY_URL", "GATEWAY_TOKEN", "SOURCE", "AGREEMENT") if not os.environ.get(name)]
if MISSING:
    print("not set in the environment:", *MISSING, file=sys.stderr)
    sys.exit(2)
URL, TOKEN = os.environ["GATEWAY_URL"], os.environ["GATEWAY_TOKEN"]
TRIES = 5


def ask(method, path, body=None):
    """(status, text, seconds to wait); status 0: nobody answers"""
    request = urllib.request.Request(URL + path, body, method=method, headers={
        "Authorization": "Bearer " + TOKEN, "Content-Type": "application/cloudevents+json"})
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:
            return answer.status, answer.read().decode(), 0
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode(), int(refusal.headers["Retry-After"] or 1)
    except OSError as gone:
        return 0, str(gone), 1


def event(kind, event_id, address):
    """The id is yours: the same id with the same event is never counted twice."""
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    party = os.environ["SOURCE"].rsplit(":", 1)[1]
    data = {"contact": {"email": address},
            "provenance": {"source_type": os.environ["SOURCE"].split(":")[3], "party_id": party,
                           "agreement_id": os.environ["AGREEMENT"], "collected_at": now}}
    wanted = [{"purpose": "marketing.promotional", "channels": ["email"]}]
    if kind == "optout":
        data["optout"] = {"via": "customer_support"}
    else:
        data |= {"controllers": ["sectigo-limited"], "scope": wanted,
                 "basis": {"art6": "a", "type": "expressed" if kind == "consent" else "unknown"}}
        data["contact"] |= {"country": "DE", "subscriber": "individual", "age": "16_or_over"}
    if kind == "consent":
        data["consent"] = {"method": "checkout_checkbox",
                           "statement": "Sectigo Limited may send me offers by e-mail",
                           "notice": {"policy_id": party + "-privacy", "version": "1",
                                      "language": "en", "text_sha256": "0" * 64}}
        data["provenance"]["warranty"] = {"asserted": True, "controllers_named": ["Sectigo Limited"]}
        data["provenance"]["evidence"] = [{"kind": "order_snapshot", "sha256": "0" * 64}]
    name = {"consent": "consent.granted.v1", "optout": "optout.recorded.v1",
            "lead": "lead.received.v1"}[kind]
    return {"specversion": "1.0", "id": event_id, "source": os.environ["SOURCE"], "type": name,
            "time": now, "datacontenttype": "application/json", "data": data}


def send(one):
    body = json.dumps(one).encode()
    for _ in range(TRIES):
        status, text, wait = ask("POST", "/v1/events", body)
        if status == 202:  # one line an event; a reason beside "queued" is worth a look
            print(text, end="")
            return 0
        if status == 422:  # the event is wrong: "reason" says what, "pointer" where
            print(text, end="")
            return 1
        if status not in (0, 429, 503):  # the request is wrong: token, size, content type
            print(status, text, file=sys.stderr)
            return 2
        print(f"not now ({status}), again in {wait} s", file=sys.stderr)
        time.sleep(wait)  # and the same again, with the same id
    return 3


def receipts(after):
    while True:
        status, text, wait = ask("GET", f"/v1/receipts?wait=1&after={after}")
        if status in (0, 429, 503):
            time.sleep(wait)
            continue
        if status != 200:
            print(status, text, file=sys.stderr)
            return 2
        page = json.loads(text)
        for one in page["receipts"]:
            print(one["event_id"], one["outcome"], one["reason"])
        if not page["receipts"]:
            print("next:", after, file=sys.stderr)  # keep it: go on from there
            return 0
        after = page["after"]


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] in ("consent", "optout", "lead"):
        sys.exit(send(event(*sys.argv[1:])))
    if 2 <= len(sys.argv) <= 3 and sys.argv[1] == "receipts":
        sys.exit(receipts(sys.argv[2] if len(sys.argv) == 3 else ""))
    print(__doc__, file=sys.stderr)
    sys.exit(2)
