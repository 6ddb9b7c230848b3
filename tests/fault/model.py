"""A reference model of what must stand in PostgreSQL after a run, written apart from the C code.

It reads the bytes that were acknowledged to their producer and says which facts must exist
and whom the list `promotional-email` must suppress. It knows only the kinds of event that
`traffic.py` makes, and none of the shortcuts of the services.
"""
import hashlib
import hmac
import json
from datetime import datetime, timezone

DENIALS = {"optout.recorded.v1": 4, "consent.withdrawn.v1": 3, "consent.refused.v1": 2}
GRANT = "consent.granted.v1"
PROMOTIONAL = -1
EVERY_PURPOSE = 0
EMAIL = 1
EVERY_CHANNEL = 0x3F


def contact_key(secret, address):
    """First 16 bytes of HMAC-SHA-256(secret, kind, 0, canonical address), as hex."""
    message = b"\x01\x00" + address.strip().lower().encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[:32]


def instant(text):
    """Microseconds since 1970 of an RFC 3339 text, or None."""
    try:
        when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except (AttributeError, TypeError, ValueError):
        return None
    if when.tzinfo is None:
        return None
    delta = when - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds


def parse(value):
    try:
        return json.loads(value)
    except ValueError:
        return None


class Record:
    """One acknowledged record: where the broker put it, and its bytes."""

    def __init__(self, topic, partition, offset, known_us, value):
        self.topic, self.partition, self.offset = topic, partition, offset
        self.known_us, self.value = known_us, value
        self.digest = hashlib.sha256(value).digest()
        self.broken = False
        self.event = parse(value)
        if self.event is None:        # perhaps cut short inside its last text
            self.event, self.broken = parse(value + b'"}}}'), True
        self.id = self.event["id"] if self.event else None


class Model:
    """Feed it every acknowledged record of a source in partition order, then ask."""

    def __init__(self, secret, purposes):
        self.secret = secret
        self.purposes = purposes      # name -> number in the register
        self.ledger = {}              # (topic, id) -> [Record, ...]: one a variant
        self.duplicates = 0
        self.reuses = 0
        self.quarantine_only = {}     # (topic, partition, offset) -> Record
        self.quarantined_too = set()  # positions: took effect, and a person must look

    def take(self, record):
        """record: the next of its partition."""
        position = (record.topic, record.partition, record.offset)
        if record.event is None or not self._usable(record):
            self.quarantine_only[position] = record
            return
        variants = self.ledger.setdefault((record.topic, record.id), [])
        if any(v.digest == record.digest for v in variants):
            self.duplicates += 1
            return
        if variants:
            self.reuses += 1
            self.quarantined_too.add(position)
        elif not self._whole(record):
            self.quarantined_too.add(position)
        variants.append(record)

    @staticmethod
    def _whole(record):
        """Nothing wrong with it? A denial may do without a scope, a grant may not."""
        event = record.event
        return (not record.broken and instant(event.get("time")) is not None
                and (event["type"] in DENIALS or "scope" in event["data"]))

    def _usable(self, record):
        """Does anything of it take effect?"""
        if record.event["type"] in DENIALS:
            return True               # malformed or not: its contact can be read
        return self._whole(record)

    def facts(self):
        """The multiset that must stand in `fact`, as a sorted list of
        (topic, event id, variant, contact, kind, purpose, channels, occurred_us)."""
        rows = []
        for (topic, event_id), variants in self.ledger.items():
            for number, record in enumerate(variants):
                event = record.event
                kind = DENIALS.get(event["type"], 1)
                if number > 0 and kind == 1:
                    continue          # an id used again grants nothing
                contact = contact_key(self.secret, event["data"]["contact"]["email"])
                occurred = instant(event.get("time"))
                occurred = record.known_us if occurred is None else occurred
                for purpose, channels in self._scopes(event):
                    rows.append((topic, event_id, number, contact, kind, purpose, channels,
                                 occurred))
        return sorted(rows)

    def _scopes(self, event):
        """(purpose, channels) of the event; a denial without scope is as wide as its type."""
        scopes = event["data"].get("scope")
        if not scopes:
            if event["type"] == "optout.recorded.v1":
                relayed = ":reseller:" in event["source"]
                yield PROMOTIONAL, EVERY_CHANNEL if relayed else EMAIL
            else:
                yield EVERY_PURPOSE, EVERY_CHANNEL
            return
        for scope in scopes:
            name = scope["purpose"]
            number = PROMOTIONAL if name == "*promotional" else self.purposes[name]
            yield number, EMAIL

    def suppressed(self):
        """Contact keys that `promotional-email` must suppress, and all that it knows.

        A no to all promotional mail stands against the general list until somebody says
        yes to every promotional purpose again, which nobody does here; a no to one purpose
        is lifted by a later yes to it, given to us directly.
        """
        facts = {}
        for row in self.facts():
            facts.setdefault(row[3], []).append(row)
        deny = set()
        for contact, rows in facts.items():
            denials = [r for r in rows if r[4] != 1]
            grants = [r for r in rows if r[4] == 1]
            if denials:
                last = max(r[7] for r in denials)
                grants = [r for r in grants if r[0] == "feed.sectigo.com"
                          and r[7] >= (last // 1000 + 1) * 1000]
            if not grants or any(r[5] != self.purposes["marketing.promotional"]
                                 for r in denials):
                deny.add(contact)
        return deny, set(facts)
