"""What the daemons say in their logs: objects in JSON where that is wanted, an event followed
from its record to its list by one number, and nobody's words in any of them."""
import json
import urllib.error
import urllib.request

from asking import Lookup
from hands import wait_until
from test_consentctl import optout

# In every place where a person, or somebody who writes of one, can put a word.
CANARY = "zyxcanary"
MAIL = f"{CANARY}@birds.example"


def logs(stack):
    """[(daemon, line as an object)]; a line that is no JSON fails here."""
    return [(path.stem, json.loads(line)) for path in sorted(stack.dir.glob("*.log"))
            if path.stem in ("ingest", "publish", "keeper", "lookup", "gateway")
            for line in path.read_text().rpartition("\n")[0].splitlines()]


def sing(stack, lookup):
    """Sends the canary everywhere; the partition and offset of the opt-out that is good."""
    good = stack.produce("feed.mta-eu1", optout(1, MAIL) | {"id": f"{CANARY}-1"})
    odd = optout(2, f"not an address {CANARY}") | {"id": f"{CANARY}-2"}
    odd["data"][CANARY] = {"phone": CANARY}
    # Of somebody else: if it is read first, it is what the list says of its person.
    strange = optout(3, f"strange.{MAIL}") | {"id": f"{CANARY}-3", "type": f"{CANARY}.recorded.v1"}
    for value in (odd, strange, f'{{"broken": "{CANARY}'.encode(), CANARY.encode() * 3000):
        stack.produce("feed.mta-eu1", value, key=MAIL.encode(),
                      headers=[("ce_id", CANARY.encode())])
    for method, path, body in (
            ("POST", "/v1/decisions", {"queries": [{"contact": {"email": MAIL},
                                                    "controller": CANARY, "purpose": CANARY,
                                                    "channel": "email"}]}),
            ("POST", "/v1/provenance", {"contact": {"email": MAIL}}),
            ("POST", "/v1/decisions", f'{{"{CANARY}'.encode()),
            ("GET", f"/v1/{CANARY}?email={MAIL}", None)):
        lookup.ask(method, path, body, **{"X-Request-Id": CANARY, "User-Agent": CANARY})
    for path, body in ((f"/u/{CANARY}", None), (f"/u/{CANARY}?email={MAIL}", MAIL.encode()),
                       ("/v1/events", json.dumps(odd).encode())):
        request = urllib.request.Request(stack.public_url() + path, body,
                                         {"Authorization": f"Bearer {CANARY}"})
        try:
            urllib.request.urlopen(request, timeout=90).read()
        except urllib.error.HTTPError as refused:
            refused.read()
    return good


def test_one_number_leads_from_the_record_to_the_list_and_nobody_is_named(stack):
    loud = {"log_level": "debug", "log_format": "json"}
    stack.ctl("list", "create", "--all")
    for program in ("ingest", "publish", "keeper", "gateway"):
        stack.start(program, **loud)
    lookup = Lookup(stack, **loud)
    partition, offset = sing(stack, lookup)
    wait_until(lambda: stack.value("SELECT count(*) FROM quarantine") >= 4
               and stack.value("SELECT count(*) FROM list_entry") > 0
               and stack.value("SELECT count(*) FROM dirty") == 0, what="all to be done")

    def told(said, event, **more):
        return [s for _, s in said if s["event"] == event
                and all(s.get(k) == v for k, v in more.items())]
    place = {"topic": "feed.mta-eu1", "partition": partition, "offset": offset}

    def followed():
        said = logs(stack)
        return [told(said, "published", list="promotional-email", ledger=one["ledger"])
                for one in told(said, "taken", **place)] not in ([], [[]])
    wait_until(followed, what="ingest and the publisher to say so")
    said = logs(stack)
    assert {daemon for daemon, _ in said} == {"ingest", "publish", "keeper", "lookup", "gateway"}
    taken = told(said, "taken", **place)
    assert len(taken) == 1, taken
    number = taken[0]["ledger"]
    assert stack.value("SELECT event_id FROM ledger WHERE ledger_id = %s", number) \
        == f"{CANARY}-1"
    assert told(said, "published", list="promotional-email", ledger=number), said
    for daemon, line in said:
        words = json.dumps(line).lower()
        assert CANARY not in words and "birds.example" not in words, (daemon, line)
