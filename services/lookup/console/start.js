// start.js - the first page: what waits for me, each with where to go on.

import { h, put, say, table } from "./dom.js";
import { ask, may } from "./session.js";
import { showDue } from "./due.js";
import { count, fault, length, many, readable, time } from "./words.js";


/** One thing that waits: how many, in words, a link; bad: it cannot wait. */
function tile(n, one, more, href, bad) {
  if (n === 0) return null;
  return h("li", { class: bad ? "tile bad" : "tile" },
    h("a", { href }, h("b", {}, count(n)), " ", n === 1 ? one : more));
}

function tiles(d) {
  const r = d.requests, q = d.quarantine;
  return [
    tile(r.overdue, "request is overdue", "requests are overdue", "#/rights", true),
    tile(r.due_in_7_days, "request is due within seven days", "requests are due within seven days",
      "#/rights"),
    tile(r.unread, "letter that nobody has read", "letters that nobody has read", "#/rights"),
    tile(r.to_acknowledge, "complaint to acknowledge", "complaints to acknowledge", "#/rights"),
    tile(q.over_7_days, "event in quarantine for more than a week",
      "events in quarantine for more than a week", "#/quarantine", true),
    tile(q.waiting - q.over_7_days, "event in quarantine", "events in quarantine", "#/quarantine"),
    tile(d.partitions.length, "partition stands still", "partitions stand still", "#/feeds", true),
    tile(d.drifted.length, "list’s copy has drifted", "lists’ copies have drifted", "#/lists", true),
    tile(d.late_sources.length, "source was late with opt-outs", "sources were late with opt-outs",
      "#/feeds"),
    tile(d.budgets.length, "source is at its consents of a day, or over them",
      "sources are at their consents of a day, or over them", "#/quarantine/reason:OVER_BUDGET"),
    tile(d.agreements.length, "agreement to look at", "agreements to look at", "#/register"),
    tile(d.second_person.length, "act waits for a second person", "acts wait for a second person", "#/start"),
    tile(d.retention_due?.contacts || 0, "contact is kept longer than retention allows", "contacts are kept longer than retention allows",
      "#/start"),
    tile(d.to_erase, "contact waits to be erased", "contacts wait to be erased", "#/start"),
  ].filter(Boolean);
}

function part(title, made) {
  return made ? h("section", {}, h("h2", {}, title), made) : null;
}

function waiting(q) {
  return q.reasons.length === 0 ? null : table("Quarantine by reason", ["Why", "Waiting", "Oldest (UTC)"],
    q.reasons.map((r) => [h("a", { href: `#/quarantine/reason:${r.reason}` }, fault(r.reason)), count(r.waiting),
      time(r.oldest)]), { class: "stack" });
}

function standing(list) {
  return list.length === 0 ? null : table("Partitions that stand still", ["Topic", "Partition", "Why"],
    list.map((p) => [p.topic, p.partition, p.why === "gap"
      ? "records were lost before they were read" : readable(p.why).toLowerCase()]), { class: "stack" });
}

function late(list) {
  return list.length === 0 ? null : table("Sources that were late with opt-outs in the last 30 days",
    ["Source", "Late opt-outs", "The slowest took", "Promised"],
    list.map((s) => [s.source, count(s.opt_outs), length(s.worst_s), length(s.promised_s)]),
    { class: "stack" });
}

function budgets(list) {
  return list.length === 0 ? null : table("Sources that bring more consents and leads than was agreed, or nearly",
    ["Source", "Today", "Agreed for a day", "Waiting", "Oldest (UTC)"],
    list.map((s) => [s.source, count(s.today), s.grants_per_day > 0 ? count(s.grants_per_day) : "any number",
      s.waiting === 0 ? count(0) : h("a", { href: "#/quarantine/reason:OVER_BUDGET" }, count(s.waiting)),
      s.oldest ? time(s.oldest) : "–"]), { class: "stack" });
}

function drifted(list) {
  return list.length === 0 ? null : table("Lists whose recipient’s copy differs from what was sent",
    ["List", "Since (UTC)", "Events behind"],
    list.map((l) => [h("a", { href: "#/lists" }, l.list), l.since ? time(l.since) : "–",
      count(l.behind_events)]), { class: "stack" });
}

function agreements(list, now) {
  if (list.length === 0) return null;
  const state = (a) => {
    if (a.breached_from) return `breached from ${time(a.breached_from, true)}`;
    return Date.parse(a.ends) <= now ? "has ended" : "ends soon";
  };
  return table("Agreements that end within 90 days, have ended, or were breached",
    ["Agreement", "With", "Ends", "State"],
    list.map((a) => [h("a", { href: `#/register/agreement:${encodeURIComponent(a.agreement)}` }, a.agreement), a.party, a.ends ? time(a.ends, true) : "–", state(a)]),
    { class: "stack" });
}

const ACTS = { erase: "Erasure", discard: "Discard of an event", register: "Change of the register" };

/** Where another person does the same. */
function secondPlace(a) {
  if (a.subject.startsWith("quarantine ")) return `#/quarantine/${a.subject.slice(11)}`;
  if (a.act === "register") return "#/register";
  if (a.subject.startsWith("retention ")) return "#/start";
  return a.subject.startsWith("request ") ? `#/rights/${a.subject.slice(8)}` : null;
}

function second(list) {
  return list.length === 0 ? null : table("What one person has asked for, and another has to do within seven days",
    ["What", "Of what", "Asked by", "Asked (UTC)"],
    list.map((a) => [ACTS[a.act] || a.act, secondPlace(a) ? h("a", { href: secondPlace(a) }, a.act === "register" ? "the same files" : a.subject) : a.subject,
      a.by, time(a.asked)]), { class: "stack" });
}

/** What else there is to do here, for who does not know it yet. */
function ways() {
  return h("ul", {}, [["provenance", "contact", "Find a contact", "may we write to somebody, and why; and what a person gets who asks for their data"],
    ["told", "told", "Write down", "somebody has told you an objection or a consent"],
    ["desk", "register", "Register", "the rules, agreements and tokens, and what is held back from being erased"]]
    .filter(([route]) => may(route))
    .map(([, hash, name, what]) => h("li", {}, h("a", { href: `#/${hash}` }, name), `: ${what}`)));
}

export async function showStart(place, tools) {
  const d = await ask("/v1/desk");
  if (!tools.current()) return;
  const found = tiles(d);
  put(place,
    found.length === 0 ? [h("p", { class: "empty" }, "Nothing waits for you."), ways()]
      : h("ul", { class: "tiles" }, found),
    d.requests.paused > 0 ? h("p", { class: "quiet" },
      `${many(d.requests.paused, "request waits", "requests wait")} for proof of identity.`) : null,
    part("Due by retention", showDue(d.retention_due, tools)),
    part("For a second person", second(d.second_person)),
    part("Quarantine", waiting(d.quarantine)),
    part("Feeds that stand still", standing(d.partitions)),
    part("Late with opt-outs", late(d.late_sources)),
    part("More than was agreed", budgets(d.budgets)),
    part("Drifted copies", drifted(d.drifted)),
    part("Agreements", agreements(d.agreements, Date.parse(d.now))));
  say(found.length === 0 ? "Nothing waits for you." : `${many(found.length, "thing waits", "things wait")} for you.`);
}
