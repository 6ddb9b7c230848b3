#!/usr/bin/python3
"""A second implementation of the rules, to hold against the one in C.

Written from the rules (common/core/README.md) and not from the C code. It is slow and
literal: sets of dicts, one function a gate. It reads what tests/tools/decide_random prints,
answers each question itself and compares verdict, and rule and reason too.

    decide_random SEED SETS | reference.py        exit 1 on the first disagreement
"""
import calendar
import json
import sys
from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
NEVER = 2**63 - 1
ALWAYS = -(2**63)
DAY = 86_400_000_000
ANY = 0
PROMOTIONAL = -1
DENIALS = {"optout": "OPTOUT", "objection": "OBJECTION", "withdrawal": "WITHDRAWN",
           "complaint": "COMPLAINT", "platform": "PLATFORM_LIST"}
XX = True
STOPPABLE = {"promotional", "solicited", "sharing", "web", "recruitment"}
SILENT = {"legal", "transactional", "administrative"}


def add_months(us, months):
    """The same day number months later, or the last day of a shorter month."""
    if us in (NEVER, ALWAYS):
        return us
    at = EPOCH + timedelta(microseconds=us)
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    delta = at.replace(year=year, month=month + 1, day=day) - EPOCH
    return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds


class Case:
    """One question over one set of facts."""

    def __init__(self, book, question, facts):
        self.agreements = {a["number"]: a for a in book["agreements"]}
        self.sources = {s["number"]: s for s in book["sources"]}
        self.purposes = {p["number"]: p for p in book["purposes"]}
        self.q, self.at = question, question["at"]
        known = [f for f in facts if f["known"] <= question["known"]]
        self.all = known
        self.facts = [f for f in known if self.begins(f) <= self.at]

    # --- shapes of a fact -----------------------------------------------------------------
    @staticmethod
    def has(fact, flag):
        return flag in fact["flags"]

    def begins(self, fact):
        """A grant begins at the end of its interval, everything else at the start."""
        if fact["kind"] == "grant":
            return max(fact["to"], fact["effective"] or ALWAYS)
        return fact["from"]

    def of(self, *kinds):
        return [f for f in self.facts if f["kind"] in kinds]

    def here(self, *kinds):
        """Those said of the controller asked for, or of every one."""
        return [f for f in self.of(*kinds)
                if f["controller"] in (ANY, self.q["controller"])]

    def covers(self, fact):
        """Does the scope of a denial hold the question?"""
        purpose = self.purposes[self.q["purpose"]]
        if fact["controller"] not in (ANY, self.q["controller"]):
            return False
        if not fact["channels"] & self.q["channel"]:
            return False
        if fact["purpose"] == ANY:
            return purpose["class"] in STOPPABLE
        if fact["purpose"] == PROMOTIONAL:
            return purpose["class"] == "promotional"
        return fact["purpose"] == self.q["purpose"]

    def names(self, fact):
        """Does a grant name controller, purpose and channel?"""
        return (fact["controller"] == self.q["controller"]
                and fact["purpose"] == self.q["purpose"]
                and bool(fact["channels"] & self.q["channel"]))

    def grants(self):
        return [f for f in self.of("grant") if self.names(f)]

    def party(self, fact):
        return self.sources[fact["source"]]["party"]

    # --- P10 ------------------------------------------------------------------------------
    def given(self, grant):
        """Not merely asked for, pending, of unknown state, or tied to something else."""
        return not any(self.has(grant, flag)
                       for flag in ("confirm_pending", "state_unknown", "bundled"))

    def lifts(self, grant, denial):
        if grant["from"] <= denial["to"]:
            return False
        if not self.given(grant):
            return False
        if self.has(grant, "solicited_by_us"):
            return False
        if self.has(grant, "incompatible"):
            return False
        if not self.has(grant, "direct"):
            agreement = self.agreements.get(grant["agreement"])
            return (not self.has(denial, "direct") and agreement is not None
                    and bool(agreement["symmetric"])
                    and self.party(grant) == self.party(denial)
                    and not self.third_party_fault(grant))
        hard = denial["kind"] in ("objection", "complaint") or self.has(denial, "one_click")
        return self.has(grant, "confirmed") if hard else True

    def standing_denials(self):
        return [d for d in self.of(*DENIALS) if self.covers(d)
                and not any(self.lifts(g, d) for g in self.grants())]

    # --- P12, P14, P15 of a third party's grant ---------------------------------------------
    def third_party_fault(self, grant):
        """The reasons that speak against it, as a set."""
        faults = set()
        agreement = self.agreements.get(grant["agreement"])
        if agreement is not None and agreement["party"] != self.party(grant):
            agreement = None              # somebody else's contract proves nothing
        if agreement is None or not (agreement["from"] <= grant["from"]
                                     and grant["to"] < agreement["until"]
                                     and grant["to"] < agreement["terminated"]):
            faults.add("NO_AGREEMENT")
        if agreement is not None and not self.has(grant, "verified") \
                and grant["to"] >= agreement["breach"]:
            faults.add("INVALIDATED")
        if not self.has(grant, "warranty"):
            faults.add("NO_WARRANTY")
        elif agreement is not None and not agreement["warranty"]:
            faults.add("NO_WARRANTY")
        if not self.has(grant, "named"):
            faults.add("CONTROLLER_NOT_NAMED")
        if not grant["stated"] & self.q["channel"]:
            faults.add("CHANNEL_NOT_IN_STATEMENT")
        if not self.has(grant, "evidence") and not self.has(grant, "verified"):
            faults.add("EVIDENCE_MISSING")
        if self.at >= add_months(grant["from"], 6):
            faults.add("STALE")
        source = self.sources[grant["source"]]
        if source["suspended_from"] <= self.at < source["suspended_until"]:
            faults.add("SOURCE_SUSPENDED")
        if self.has(grant, "incompatible"):
            faults.add("PURPOSE_INCOMPATIBLE_WITH_SOURCE")
        if agreement is not None and not agreement["survives"]:
            if self.at >= agreement["terminated"]:
                faults.add("TERMINATED")
            if self.at >= agreement["until"]:
                faults.add("AGREEMENT_EXPIRED")
        return faults

    def art14_overdue(self, grant):
        """A third party brought the contact, and the notice is a month late."""
        obtained = min([f["known"] for f in self.here("lead", "grant")
                        if not self.has(f, "direct")] + [grant["known"]])
        noticed = bool(self.here("notice"))
        return not noticed and self.at > add_months(obtained, 1)

    def fault_of(self, grant):
        """Why this grant does not carry the message; empty: it does."""
        faults = set()
        if not self.has(grant, "direct"):
            faults |= self.third_party_fault(grant)
            if self.art14_overdue(grant):
                faults.add("ART14_OVERDUE")
        if XX and not grant["stated"] & self.q["channel"]:
            faults.add("CHANNEL_NOT_IN_STATEMENT")
        if self.at >= grant["expires"]:
            faults.add("EXPIRED")
        if self.has(grant, "incompatible"):
            faults.add("PURPOSE_INCOMPATIBLE_WITH_SOURCE")
        if not self.given(grant):
            faults.add("NOT_GIVEN")
        if any(self.covers(r) and not (self.has(grant, "direct")
                                       and grant["from"] > r["to"])
               for r in self.of("refusal")):
            faults.add("NOT_GIVEN")
        return faults

    # --- the gates ------------------------------------------------------------------------
    def answer(self):
        """(verdict, set of the reasons that may be given)"""
        purpose = self.purposes.get(self.q["purpose"])
        if purpose is None or not purpose["from"] <= self.at < purpose["until"]:
            return "DENY", {"PURPOSE_NOT_DISCLOSED"}
        kind = purpose["class"]
        if self.of("processor") and not any(
                f["kind"] in ("grant", "lead", "relationship") for f in self.all):
            return "DENY", {"PROCESSOR_ONLY"}
        adults = [a for a in self.of("adult") if self.has(a, "direct")]
        if any(not any(a["from"] > m["to"] for a in adults) for m in self.all if m["kind"] == "minor"):
            return "DENY", {"UNDER_16"}
        fresh = [f for f in self.here("grant", "relationship") if self.has(f, "direct")]
        if any(not any(f["from"] > e["to"] for f in fresh) for e in self.here("erasure")):
            return "DENY", {"ERASED"}
        if any(b["channels"] & self.q["channel"] and self.at < b["expires"]
               and not any(r["channels"] & self.q["channel"] and r["from"] > b["to"]
                           and self.has(r, "direct") for r in self.of("reached"))
               for b in self.of("bounce")):
            return "DENY", {"UNREACHABLE"}
        if any(not any(x["from"] > r["to"] for x in self.here("restriction_lifted"))
               for r in self.here("restriction")) and kind != "legal":
            return "DENY", {"RESTRICTED"}
        if kind in SILENT:
            return "PERMIT", {"NOT_PROMOTIONAL"}
        if self.here("death"):
            return "DENY", {"DECEASED"}
        if kind == "sharing":
            return self.sharing()
        denials = self.standing_denials()
        if denials:
            reasons = {DENIALS[d["kind"]] for d in denials}
            if any(not self.has(g, "direct") for g in self.grants()):
                reasons.add("DIRECT_OPTOUT_BEATS_THIRD_PARTY")
            return "DENY", reasons
        return self.by_grant()

    def by_grant(self):
        grants = self.grants()
        faults = [self.fault_of(g) for g in grants]
        if any(not f for f in faults):
            return "PERMIT", {"CONSENT"}
        reasons = set().union(*faults) if faults else set()
        if any(self.covers(r) for r in self.of("refusal")):
            reasons.add("NOT_GIVEN")
        if any(self.names(f) and self.has(f, "confirm_pending") for f in self.all
               if f["kind"] == "grant"):
            reasons.add("NOT_GIVEN")
        return "DENY", reasons or {"NO_GRANT", "NOT_GIVEN"}

    def sharing(self):
        """Sale or rent: explicit direct consent; after an opt-out a year and two steps."""
        denials = [d for d in self.of("refusal", *DENIALS) if self.covers(d)]
        good = [g for g in self.grants() if self.has(g, "direct")
                and self.has(g, "explicit") and not self.fault_of(g) - {"NOT_GIVEN"}
                and self.given(g)]

        def overcomes(grant, denial):
            return (self.has(grant, "confirmed") and not self.has(grant, "solicited_by_us")
                    and grant["from"] > denial["to"]
                    and grant["from"] >= add_months(denial["to"], 12))

        if any(not any(overcomes(g, d) for g in good) for d in denials):
            return "DENY", {"SALE_OPTED_OUT"}
        return ("PERMIT", {"CONSENT"}) if good else ("DENY", {"SALE_DEFAULT"})


def main():
    book = json.loads(sys.stdin.readline())
    sets = verdicts = reasons = 0
    for line in sys.stdin:
        case = json.loads(line)
        verdict, allowed = Case(book, case["q"], case["facts"]).answer()
        said = case["a"]
        sets += 1
        if verdict != said["verdict"]:
            verdicts += 1
        elif said["reason"] not in allowed:
            reasons += 1
        else:
            continue
        if verdicts + reasons <= 5:
            print(f"disagree: C says {said}, the model {verdict} {sorted(allowed)}\n"
                  f"  {json.dumps(case['q'])}", file=sys.stderr)
            for fact in case["facts"]:
                print(f"  {json.dumps(fact)}", file=sys.stderr)
    print(f"reference: {sets} sets, {verdicts} verdicts and {reasons} reasons differ")
    return 1 if verdicts or reasons or not sets else 0


if __name__ == "__main__":
    sys.exit(main())
