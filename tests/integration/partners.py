"""Events of partners and of our own systems, for tests through the whole pipeline. Times are
seconds from now, so that the windows of the register hold whenever the test runs."""
import datetime

from hands import wait_until

URN = {"acme-hosting": "urn:consent:src:reseller:acme-hosting",
       "nordhost": "urn:consent:src:webhost:nordhost",
       "leadmart": "urn:consent:src:lead:leadmart",
       "mta-eu1": "urn:consent:src:mailing:mta-eu1",
       "sectigo.com": "urn:consent:src:direct:sectigo.com"}
AGREEMENT = {"acme-hosting": "AGR-2024-0117", "nordhost": "AGR-2023-0009",
             "leadmart": "AGR-2025-0042"}
DAY = 86400
CHANNEL = {"purpose": "marketing.promotional", "channels": ["email"]}


def at(seconds=0):
    """An instant so many seconds from now, as RFC 3339."""
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return then.isoformat(timespec="microseconds").replace("+00:00", "Z")


def event(source, kind, number, email, ago, **data):
    return {"specversion": "1.0", "id": str(number), "source": URN[source], "type": kind,
            "time": at(-ago), "data": {"contact": {"email": email, "age": "16_or_over"},
                                       "controllers": ["sectigo-limited"], **data}}


def provenance(source, ago, warranty=True, state=None):
    known = {"source_type": {"acme-hosting": "reseller", "nordhost": "webhost",
                             "leadmart": "lead_provider"}.get(source, "direct"),
             "collected_at": at(-ago),
             "evidence": [{"kind": "order_snapshot", "sha256": "c" * 64}]}
    if source in AGREEMENT:
        known |= {"party_id": source, "agreement_id": AGREEMENT[source]}
        if warranty:
            known["warranty"] = {"asserted": True, "clause": "7.2",
                                 "controllers_named": ["Sectigo Limited"]}
            if state:
                known["warranty"]["evidence_state"] = state
    return known


def grant(source, number, email, ago=60, **how):
    return event(source, "consent.granted.v1", number, email, ago, scope=[CHANNEL],
                 basis={"art6": "a", "type": "expressed"},
                 consent={"method": "checkout_checkbox",
                          "statement": "Sectigo may email me offers"},
                 provenance=provenance(source, ago, **how))


def optout(source, number, email, ago=1):
    return event(source, "optout.recorded.v1", number, email, ago,
                 scope=[{"purpose": "*promotional", "channels": ["email"]}],
                 optout={"via": "preference_link"}, provenance=provenance(source, ago, False))


def send(stack, *events):
    """Produces them and waits until ingest has taken all of them in."""
    for one in events:
        name = next(n for n, urn in URN.items() if urn == one["source"])
        partition, offset = stack.produce(f"feed.{name}", one)
        wait_until(lambda: stack.sql(
            "SELECT 1 FROM ingest_position WHERE topic = %s AND partition = %s"
            " AND next_offset > %s", f"feed.{name}", partition, offset),
            what=f"event {one['id']} to be taken in")


def decide(stack, email, *more):
    return stack.ctl_json("decide", "--email", email, "--controller", "sectigo-limited",
                          "--purpose", "marketing.promotional", "--channel", "email", *more)


def said(decision):
    return decision["verdict"], decision["rule"], decision["reason"]


def on_list(impact, name):
    """One list of a what-if's answer."""
    return next(one for one in impact["lists"] if one["list"] == name)
