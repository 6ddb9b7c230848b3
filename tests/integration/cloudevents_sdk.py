#!/usr/bin/env python3
"""Sends opt-outs as the Python SDK of CloudEvents writes them: cloudevents_sdk.py BROKERS,
run by the interpreter of an environment that has the SDK and confluent-kafka. Prints the
event ids, one a line."""
import datetime
import json
import sys

from cloudevents.core.bindings import kafka
from cloudevents.core.v1.event import CloudEvent
from cloudevents.v1.http import CloudEvent as OldEvent
from cloudevents.v1 import kafka as old
from confluent_kafka import Producer

TOPIC, SOURCE = "feed.mta-eu1", "urn:consent:src:mailing:mta-eu1"
TIME = datetime.datetime.now(datetime.timezone.utc)


def attributes(name, **more):
    return {"id": name, "source": SOURCE, "type": "optout.recorded.v1", "time": TIME,
            "specversion": "1.0", **more}


def data(name):
    return {"contact": {"email": f"{name}@example.com"}}


def messages():
    """(event id, message)"""
    for content in (None, "application/json", "application/vnd.optout+json",
                    "application/json; charset=utf-8"):
        more = {"datacontenttype": content} if content else {}
        tag = "py-" + (content or "none").translate(str.maketrans("/+; =", "....."))
        for name, mode, value in (
                (f"{tag}-structured", kafka.to_structured_event, dict),
                (f"{tag}-binary", kafka.to_binary_event, dict),
                (f"{tag}-structured-bytes", kafka.to_structured_event, bytes),
                (f"{tag}-binary-bytes", kafka.to_binary_event, bytes)):
            said = data(name)
            event = CloudEvent(attributes(name, subject="x", traceparent="00-1", **more),
                               said if value is dict else json.dumps(said).encode())
            yield name, mode(event)
    for name, mode in (("old-structured", old.to_structured), ("old-binary", old.to_binary),
                       ("old-structured-bytes", old.to_structured)):
        said = json.dumps(data(name)).encode() if name.endswith("bytes") else data(name)
        yield name, mode(OldEvent(attributes(name, time=TIME.isoformat(),
                                             datacontenttype="application/json"), said))


def main():
    producer = Producer({"bootstrap.servers": sys.argv[1], "acks": "all"})
    for name, message in messages():
        producer.produce(TOPIC, message.value, key=message.key,
                         headers=list(message.headers.items()))
        print(name)
    assert producer.flush(30) == 0


main()
