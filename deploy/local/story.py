"""The demo's story: the twelve example events moved to the present day, one more, and what
must become of each. `make demo` tells it, and checks it.
"""
import copy
import datetime
import hashlib
import json
import re

from stack import ROOT

UTC = datetime.timezone.utc
EXAMPLES = ROOT / "schemas" / "examples" / "events.jsonl"

# The examples happen between these days. They are drawn together into the last DAYS days:
# a live feed takes no consent that is older than 30 days, and order is what matters.
FIRST = datetime.datetime(2026, 3, 1, tzinfo=UTC)
LAST = datetime.datetime(2026, 5, 3, tzinfo=UTC)
DAYS = 24

TIMES = {"time", "recordedtime", "at", "collected_at", "received_at", "due_at", "valid_from",
         "valid_until", "terminated_at", "breach_from", "birth_date"}
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
DATE = re.compile(r"\d{4}-\d\d-\d\d")


def move(instant, now):
    """Where in the present an instant of the examples lies. What lies outside the story
    (a birth, an agreement, the year 2031) moves by whole days and keeps its distance."""
    if not FIRST <= instant <= LAST:
        return instant + datetime.timedelta(days=(now - LAST).days)
    share = datetime.timedelta(days=DAYS) / (LAST - FIRST)
    return now - datetime.timedelta(minutes=5) - (LAST - instant) * share


def move_text(text, now):
    if STAMP.fullmatch(text):
        instant = datetime.datetime.fromisoformat(text)
        moved = move(instant, now).astimezone(instant.tzinfo)
        return moved.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if DATE.fullmatch(text):
        day = datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)
        return move(day, now).date().isoformat()
    return text


def move_event(event, now):
    """A copy of the event (any JSON value) with its times moved."""
    if isinstance(event, dict):
        return {k: move_text(v, now) if k in TIMES and isinstance(v, str)
                else move_event(v, now) for k, v in event.items()}
    if isinstance(event, list):
        return [move_event(v, now) for v in event]
    return copy.copy(event)


# One person who simply said yes, so that somebody may be written to at the end.
CARLA = {
    "specversion": "1.0", "id": "0013", "source": "urn:consent:src:direct:sectigo.com",
    "type": "consent.granted.v1", "time": "2026-05-01T10:00:00Z",
    "recordedtime": "2026-05-01T10:00:01Z", "datacontenttype": "application/json",
    "dataschema": "urn:consent:schema:event:1",
    "data": {
        "contact": {"email": "carla.rossi@example.org", "country": "IT",
                    "subscriber": "individual", "age": "16_or_over"},
        "controllers": ["sectigo-limited"], "website": "sectigo.com",
        "scope": [{"purpose": "marketing.promotional", "channels": ["email"]}],
        "basis": {"art6": "a", "type": "expressed"},
        "consent": {"method": "web_form", "statement": "Yes, email me offers and news",
                    "notice": {"policy_id": "sectigo-privacy", "version": "2021-11-15",
                               "language": "en", "text_sha256": "9b" * 32},
                    "double_opt_in": {"state": "confirmed", "at": "2026-05-01T10:04:00Z"}},
        "provenance": {"source_type": "direct", "collected_at": "2026-05-01T10:00:00Z",
                       "evidence": [{"kind": "form_capture", "sha256": "ab" * 32}]}}}

# In the order of the examples: what a person would say happened, what the receipt must say
# (outcome, and a reason where there must be one), and why, in a few words.
ACTS = [
    ("Ana ticks “Yes, email me offers and news” on the web site, and confirms by the link.",
     "accepted", None, "a consent of her own, with proof"),
    ("José ticks a box at a reseller's check-out: offers by e-mail. The reseller adds “phone”.",
     "accepted", None, "e-mail counts; the statement he saw names no phone"),
    ("A lead provider offers J. Doe's address, collected who knows how.",
     "accepted", None, "kept as a lead; no consent is claimed, so none is assumed"),
    ("The lead provider sells a “consent” of Ana's, newer than her opt-out below.",
     "accepted", None, "kept, but bought consent never beats her own no"),
    ("Ana presses “unsubscribe” in her mail program. The mailing system reports the click.",
     "accepted", None, "from now on no offers by e-mail; this arrived after line 4"),
    ("A webhost reports, days late, that Ana agreed in its control panel.",
     "accepted", None, "a third party's word; her own opt-out stands"),
    ("A 13-year-old fills in the form on the Spanish web site.",
     "refused", "UNDER_16", "nothing is kept but a token and the reason"),
    ("The reseller sends a consent from the future.",
     "quarantined", "FUTURE_DATED", "waits for a person; takes no effect"),
    ("Hélène writes to the privacy mailbox: stop all marketing, do not sell my data.",
     "accepted", None, "an objection, for every controller and every channel"),
    ("The reseller reuses the number of José's event, now saying that he withdrew.",
     "quarantined", "ID_REUSE", "a person must look; the withdrawal holds meanwhile"),
    ("Contracts: the lead provider's forms never named us. Its warranty was false.",
     "accepted", None, "every consent that rested on it falls, from the beginning"),
    ("An address read out of a public certificate log.",
     "accepted", None, "may serve the certificate's integrity, never an offer"),
    ("Carla ticks the same box as Ana did, and confirms.",
     "accepted", None, "a consent of her own, with proof"),
]

# (who, canonical address, verdict today, reason, on the list?)
PEOPLE = [
    ("Ana", "ana.silva@example.com", "DENY", "DIRECT_OPTOUT_BEATS_THIRD_PARTY", True),
    ("José", "josé.müller@xn--bcher-kva.example", "DENY", "WITHDRAWN", True),
    ("J. Doe", "j.doe@corp.example", "DENY", "NO_WARRANTY", True),
    ("the 13-year-old", "luna2012@school.example", "DENY", "UNDER_16", True),
    ("Hélène", "hélène@ssl247.example", "DENY", "OBJECTION", True),
    ("the certificate's address", "admin@xn--80ak6aa92e.example", "DENY",
     "PURPOSE_INCOMPATIBLE_WITH_SOURCE", True),
    ("the one from the future", "future@example.net", "DENY", "NO_GRANT", False),
    ("Carla", "carla.rossi@example.org", "PERMIT", "CONSENT", False),
]


def feed_of(event):
    return "feed." + event["source"].rsplit(":", 1)[1]


def receipts_of(event):
    return "receipts." + event["source"].rsplit(":", 1)[1]


def events(now):
    """The thirteen events, in the order of feeding."""
    lines = EXAMPLES.read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines if line.strip()] + [CARLA]
    return [move_event(event, now) for event in told]


def token(address):
    """As the list promotional-email has it: anybody can compute this."""
    return hashlib.sha256(address.encode()).hexdigest()
