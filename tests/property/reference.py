#!/usr/bin/python3
"""A second implementation of the rules, to hold against the one in C.

Written from the rules before the C code was read; where the two then differed and the rules
left room, both follow common/core/README.md, which says so since. It is slow and literal:
sets of dicts, one function a gate. It reads what tests/tools/decide_random prints, answers
each question itself, and compares the verdict and the reason.

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
DENIALS = {"optout": "OPTOUT", "objection": "OBJECTION", "unread": "OBJECTION",
           "withdrawal": "WITHDRAWN",
           "complaint": "COMPLAINT", "platform": "PLATFORM_LIST"}
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
        return fact["effective"] or fact["from"]

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

    def type(self, fact):
        return self.sources[fact["source"]]["type"]

    def party(self, fact):
        return self.sources[fact["source"]]["party"]

    # --- P10 ------------------------------------------------------------------------------
    def given(self, grant):
        """Not merely asked for, pending, of unknown state, or tied to something else."""
        return self.proven(grant) and not any(
            self.has(grant, flag) for flag in ("confirm_pending", "state_unknown", "bundled"))

    def proven(self, grant):
        """A click on a link confirms only a form that was filled in on the same feed."""
        if not self.has(grant, "by_link"):
            return True
        same = ("form", "source", "controller", "purpose")
        return grant["form"] != 0 and any(
            self.has(p, "confirm_pending") and all(p[k] == grant[k] for k in same)
            and p["channels"] & self.q["channel"]
            for p in self.all if p["kind"] == "grant")

    @staticmethod
    def clear(fact):
        """The first instant that certainly comes after it: the next millisecond."""
        return (fact["to"] // 1000 + 1) * 1000

    def after(self, fact, earlier):
        return fact["from"] >= self.clear(earlier)

    def standing_denials(self):
        """A pause, which is an opt-out with an end, stands until then."""
        return [d for d in self.of(*DENIALS)
                if self.covers(d) and not self.is_read(d) and self.at < d["expires"]]

    def is_read(self, letter):
        """A letter is a no until somebody has read it."""
        return letter["kind"] == "unread" and any(
            r["form"] == letter["form"] and r["to"] <= self.at
            for r in self.all if r["kind"] == "read")

    def lifts(self, grant, denials):
        """P10: one grant must come after every denial that covers the question."""
        if not all(self.after(grant, d) for d in denials):
            return False
        if not self.given(grant) or self.has(grant, "incompatible") \
                or self.has(grant, "solicited_by_us") \
                or not grant["stated"] & self.q["channel"]:
            return False
        hard = any(d["kind"] in ("objection", "unread", "complaint") or self.has(d, "one_click")
                   for d in denials)
        if hard and not self.has(grant, "confirmed"):
            return False
        if self.has(grant, "direct"):
            return True
        agreement = self.agreements.get(grant["agreement"])
        return (agreement is not None and bool(agreement["symmetric"])
                and all(d["source"] == grant["source"] and not self.has(d, "direct")
                        and d["kind"] != "platform" for d in denials))

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
        if not self.has(grant, "evidence"):
            faults.add("EVIDENCE_MISSING")
        limit = add_months(grant["from"], 6)
        used = any(grant["from"] <= n["to"] < limit and n["to"] <= self.at
                   and n["controller"] in (ANY, self.q["controller"])
                   for n in self.all if n["kind"] == "notice")
        if self.at >= limit and not used:
            faults.add("STALE")
        source = self.sources[grant["source"]]
        if source["suspended_from"] < source["suspended_until"] and (
                source["suspended_from"] <= self.at < source["suspended_until"]
                or (source["suspended_from"] <= grant["to"]
                    and grant["from"] < source["suspended_until"])):
            faults.add("SOURCE_SUSPENDED")
        if self.has(grant, "incompatible"):
            faults.add("PURPOSE_INCOMPATIBLE_WITH_SOURCE")
        if agreement is not None and not agreement["survives"]:
            if self.at >= agreement["terminated"]:
                faults.add("TERMINATED")
            if self.at >= agreement["until"]:
                faults.add("AGREEMENT_EXPIRED")
        return faults

    def handed_over(self):
        """When others brought the contact to this controller, oldest first."""
        times = [f["from"] if f["kind"] == "lead" else f["known"]
                 for f in self.all if f["kind"] in ("lead", "grant")
                 and f["controller"] in (ANY, self.q["controller"])
                 and not self.has(f, "direct")]
        return sorted(t for t in times if t <= self.at)

    def art14_overdue(self):
        """A hand-over was not answered by a notice within the month."""
        notices = [n for n in self.all if n["kind"] == "notice" and n["to"] <= self.at
                   and n["controller"] in (ANY, self.q["controller"])]
        cleared = max([n["to"] for n in notices if self.type(n) == "dpo"] or [ALWAYS])
        last = max([n["to"] for n in notices] or [ALWAYS])
        for start in ([t for t in self.handed_over() if t > cleared][:1]
                      + [t for t in self.handed_over() if t > last][:1]):
            deadline = add_months(start, 1)
            if self.at > deadline and not any(start <= n["to"] <= deadline
                                              for n in notices):
                return True
        return False

    def fault_of(self, grant):
        """Why this grant does not carry the message; empty: it does."""
        faults = set()
        if not self.has(grant, "direct"):
            faults |= self.third_party_fault(grant)
            if self.art14_overdue():
                faults.add("ART14_OVERDUE")
        if not grant["stated"] & self.q["channel"]:
            faults.add("CHANNEL_NOT_IN_STATEMENT")
        if self.at >= grant["expires"]:
            faults.add("EXPIRED")
        if self.has(grant, "incompatible"):
            faults.add("PURPOSE_INCOMPATIBLE_WITH_SOURCE")
        if not self.given(grant):
            faults.add("NOT_GIVEN")
        if any(self.covers(r) and not (self.has(grant, "direct")
                                       and self.after(grant, r))
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
        if self.here("processor") and not any(
                f["kind"] in ("grant", "lead", "relationship") and f["to"] <= self.at
                and not self.has(f, "incompatible") for f in self.all):
            return "DENY", {"PROCESSOR_ONLY"}
        if self.unanswered([m for m in self.all if m["kind"] == "minor"],
                           [a for a in self.all if a["kind"] == "adult"]):
            return "DENY", {"UNDER_16"}
        # what must be written may be: the answer to a request, a security incident
        always = purpose["despite"] and kind != "promotional"
        # messages of service go on until an erasure is carried out
        refused = max([r["from"] for r in self.all if r["kind"] == "erasure_refused"
                       and r["to"] <= self.at] or [ALWAYS])
        erasures = [e for e in self.here("erasure") if self.has(e, "confirmed")
                    or (kind not in SILENT and e["from"] > refused)]
        self.void = max([self.clear(e) for e in erasures] or [ALWAYS])
        if erasures and not self.registered(kind) and not always:
            return "DENY", {"ERASED"}
        if not always and self.unreachable(kind):
            return "DENY", {"UNREACHABLE"}
        lifted = [x for x in self.all if x["kind"] == "restriction_lifted"]
        if not always and self.unanswered(self.here("restriction"), lifted):
            return "DENY", {"RESTRICTED"}
        if self.unanswered(self.here("death"), lifted) and kind not in SILENT:
            return "DENY", {"DECEASED"}
        if kind in SILENT:
            return "PERMIT", {"NOT_PROMOTIONAL"}
        if kind == "sharing":
            return self.sharing()
        denials = self.standing_denials()
        if denials and not any(self.lifts(g, denials) for g in self.grants()
                               if g["from"] >= self.void):
            reasons = {DENIALS[d["kind"]] for d in denials}
            if any(not self.has(g, "direct") for g in self.grants()):
                reasons.add("DIRECT_OPTOUT_BEATS_THIRD_PARTY")
            return "DENY", reasons
        return self.by_grant(denials)

    def unanswered(self, stops, answers):
        """Is there a stop that no answer certainly follows (and has happened at T)?"""
        return any(not any(self.after(a, s) and a["to"] <= self.at for a in answers)
                   for s in stops)

    def registered(self, kind):
        """A direct sign-up after the last erasure; for marketing it must name the thing."""
        for f in self.of("grant"):
            if not self.has(f, "direct") or f["from"] < self.void:
                continue
            if kind in SILENT:
                if f["controller"] == self.q["controller"] and self.proven(f) \
                        and not self.has(f, "confirm_pending"):
                    return True
            elif self.names(f) and self.given(f) and f["stated"] & self.q["channel"] \
                    and not self.has(f, "solicited_by_us"):
                return True
        return kind in SILENT and any(
            self.has(f, "direct") and f["from"] >= self.void and f["to"] <= self.at
            for f in self.here("relationship"))

    def unreachable(self, kind):
        """No such address; or, for what is no service, bounced and nobody said why, or full
        five times over a fortnight with nothing delivered in between."""
        bounces = [b for b in self.of("bounce") if b["channels"] & self.q["channel"]
                   and self.at < b["expires"] and (kind not in SILENT
                                                   or b["expires"] == NEVER)]
        if bounces and not self.reached(max(self.clear(b) for b in bounces)):
            return True
        soft = [b for b in self.of("soft_bounce") if b["channels"] & self.q["channel"]
                and not self.delivered(b)]
        moments = {b["to"] for b in soft}
        return (kind not in SILENT and len(moments) >= 5
                and max(moments) - min(b["from"] for b in soft) >= 14 * DAY
                and any(self.at < b["expires"] for b in soft))

    def delivered(self, bounce):
        """Did anything certainly get there after it?"""
        return self.reached(self.clear(bounce)) or any(
            d["channels"] & self.q["channel"] and self.after(d, bounce)
            and d["to"] <= self.at for d in self.of("delivered"))

    def reached(self, after):
        """Verified over this channel, or confirmed a grant, after the bounces."""
        return any(f["channels"] & self.q["channel"] and (
            (f["kind"] == "reached" and f["from"] >= after and f["to"] <= self.at)
            or (f["kind"] == "grant" and self.has(f, "direct")
                and self.has(f, "confirmed") and self.proven(f) and f["effective"] >= after))
            for f in self.facts)

    def by_grant(self, denials):
        grants = [g for g in self.grants() if g["from"] >= self.void
                  and (not denials or self.lifts(g, denials))]
        faults = [self.fault_of(g) for g in grants]
        if any(not f for f in faults):
            return "PERMIT", {"CONSENT"}
        reasons = set().union(*faults) if faults else set()
        if any(self.covers(r) for r in self.of("refusal")):
            reasons.add("NOT_GIVEN")
        return "DENY", reasons or {"NO_GRANT", "NOT_GIVEN"}

    def sharing(self):
        """Sale or rent: explicit direct consent, and after an opt-out in two steps, not
        upon our asking within a year."""
        denials = self.standing_denials()
        refusals = [r for r in self.of("refusal") if self.covers(r)]

        def good(g):
            if not (self.has(g, "direct") and self.has(g, "explicit") and self.given(g)
                    and g["stated"] & self.q["channel"] and self.at < g["expires"]
                    and g["from"] >= self.void
                    and all(self.after(g, r) for r in refusals)):
                return False
            if not denials:
                return True
            clear = max(self.clear(d) for d in denials)
            return (g["from"] >= clear and self.has(g, "confirmed")
                    and (not self.has(g, "solicited_by_us")
                         or g["from"] >= add_months(clear, 12)))
        if any(good(g) for g in self.grants()):
            return "PERMIT", {"CONSENT"}
        return "DENY", {"SALE_OPTED_OUT" if denials else "SALE_DEFAULT"}


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
