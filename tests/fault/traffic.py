"""Traffic for the crash test: good events, opt-outs, and every nuisance a partner can be.

    traffic = Traffic(broker, seed)
    traffic.run(seconds, rate)     # produces; survives a broker that comes and goes
    traffic.acknowledged           # Records the broker said it has, in no special order
"""
import json
import random
import threading
import time
from datetime import datetime, timedelta, timezone

from confluent_kafka import Producer

from model import Record

FEEDS = {  # feed -> (source urn, its type as a grant must say it, may it grant)
    "feed.sectigo.com": ("urn:consent:src:direct:sectigo.com", "direct", True),
    "feed.acme-hosting": ("urn:consent:src:reseller:acme-hosting", "reseller", True),
    "feed.mta-eu1": ("urn:consent:src:mailing:mta-eu1", "direct", False),
}
CONTACTS = 20_000


class Traffic:
    def __init__(self, broker, seed, contacts=CONTACTS):
        self.random = random.Random(seed)
        self.contacts = contacts
        self.acknowledged = []
        self.failed = 0
        self.sent = 0
        self._number = 0
        self._recent = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.producer = Producer({
            "bootstrap.servers": broker, "acks": "all", "enable.idempotence": True,
            "linger.ms": 5, "message.timeout.ms": 1_200_000, "retry.backoff.ms": 100,
            "reconnect.backoff.max.ms": 1000, "partitioner": "murmur2_random",
            "queue.buffering.max.messages": 200_000, "socket.timeout.ms": 10_000})

    def _delivered(self, error, message):
        if error is not None:
            self.failed += 1
            return
        _, known_ms = message.timestamp()
        with self._lock:
            self.acknowledged.append(Record(message.topic(), message.partition(),
                                            message.offset(), known_ms * 1000,
                                            message.value()))

    def _event(self, feed, grants):
        """A new event as a dict."""
        pick = self.random
        self._number += 1
        urn, kind, _ = FEEDS[feed]
        at = datetime.now(timezone.utc) - timedelta(seconds=pick.randrange(0, 20 * 86400),
                                                    microseconds=pick.randrange(10**6))
        if grants and pick.random() < 0.7:
            kind_of_event = "consent.granted.v1"
            more = {"basis": {"art6": "a", "type": "expressed"},
                    "consent": {"method": "web_form", "statement": "Yes, e-mail me offers"}}
        elif pick.random() < 0.5:
            kind_of_event = "consent.withdrawn.v1"
            more = {"withdrawal": {"via": "support_ticket"}}
        else:
            kind_of_event = "optout.recorded.v1"
            more = {"optout": {"via": "unsubscribe_link"}}
        provenance = {"source_type": kind}
        if "reseller" in urn:
            provenance.update(
                agreement_id="AGR-2024-0117",
                warranty={"asserted": True, "controllers_named": ["Sectigo Limited"]},
                evidence=[{"kind": "order", "sha256": "c" * 64}])
        provenance["note"] = "x" * pick.randrange(10, 200)  # the last text of all
        purpose = ("*promotional" if kind_of_event == "optout.recorded.v1"
                   else "marketing.promotional")
        return {"specversion": "1.0", "id": f"e{self._number}", "source": urn,
                "type": kind_of_event, "time": at.isoformat().replace("+00:00", "Z"),
                "data": {"contact": {"email": f"Person{pick.randrange(self.contacts)}@example.com",
                                     "country": "DE", "age": "16_or_over"},
                         "controllers": ["sectigo-limited"],
                         "scope": [{"purpose": purpose, "channels": ["email"]}],
                         **more, "provenance": provenance}}

    def _spoil(self, event):
        """One of the ways in which an event arrives broken."""
        way = self.random.randrange(4)
        if way == 0:
            return b"\xff\xfe this is not JSON"
        if way == 1:
            event["time"] = "2026-03-02T10:15:30"      # no zone
        elif way == 2:
            del event["data"]["scope"]
        else:
            return json.dumps(event).encode()[:-7]     # cut short, inside the last text
        return json.dumps(event).encode()

    def _one(self):
        pick = self.random
        feed, (_, _, grants) = pick.choice(list(FEEDS.items()))
        chance = pick.random()
        if chance < 0.02 and self._recent:             # the same bytes once more
            feed, value, key = pick.choice(self._recent)
        elif chance < 0.024 and self._recent:          # the same id, other content
            feed, value, key = pick.choice(self._recent)
            event = json.loads(value)
            event["data"]["provenance"]["note"] = f"again {pick.randrange(16**12):x}"
            value = json.dumps(event).encode()
        elif chance < 0.030:
            event = self._event(feed, grants)
            key, value = event["id"], self._spoil(event)
        else:
            event = self._event(feed, grants)
            key, value = event["id"], json.dumps(event).encode()
            self._recent.append((feed, value, key))
            if len(self._recent) > 5000:
                self._recent[pick.randrange(5000)] = self._recent.pop()
        # the key is the event's id, so that all bytes of one id share a partition
        self.producer.produce(feed, value, key=key, on_delivery=self._delivered)
        self.sent += 1

    def run(self, seconds, rate):
        """Produces `rate` events a second for `seconds`, then waits for all answers."""
        start = time.monotonic()
        while not self._stop.is_set():
            elapsed = time.monotonic() - start
            if elapsed > seconds:
                break
            for _ in range(max(0, min(2000, int(elapsed * rate) - self.sent))):
                try:
                    self._one()
                except BufferError:                    # the broker is away: wait for it
                    self.producer.poll(0.1)
            self.producer.poll(0.002)
        left = self.producer.flush(300)
        if left:
            raise RuntimeError(f"{left} events were never answered by the broker")

    def burst(self, n, patience_s=120):
        """n events at once; returns when the broker has answered for them."""
        for _ in range(n):
            self._one()
            self.producer.poll(0)
        if self.producer.flush(patience_s):
            raise RuntimeError("events were never answered by the broker")

    def stop(self):
        self._stop.set()
