// ending.js - an agreement's end, termination or breach: what it would do to how many, and then the event.

import { field, h, instantField, once, replace, say, select, table } from "./dom.js";
import { ask, may, taken } from "./session.js";
import { count, time } from "./words.js";

const WHAT = [["ended", "It ends"], ["terminated", "It was terminated"], ["breached", "Its warranty was not true"]];

/** What becomes of the contacts of one list, in words. */
function becomes(l) {
  const unit = l.counted === "tokens" ? "addresses" : "contacts";
  const found = [["suppressed", "would go on it"], ["released", "would come off it"], ["permitted", "would go on it"],
    ["revoked", "would come off it"], ["other_reason", "would stay, for another reason"]]
    .filter(([name]) => l[name] && l[name].contacts > 0)
    .map(([name, text]) => h("li", {}, `${count(l[name].contacts)} ${unit} ${text}`));
  return found.length === 0 ? "nothing" : h("ul", { class: "bare" }, found);
}

function effect(p) {
  return [h("p", { class: "note" }, p.impact.contacts === 0 ? "Nothing rests on this agreement yet: no contact would change."
    : `Of ${count(p.impact.contacts)} contacts that rest on this agreement, something would change for ${count(p.impact.changed)}.`),
  p.impact.contacts === 0 ? null : table("What would change on each list", ["List", "Says", "Changes", "Before", "After"],
    p.impact.lists.map((l) => [l.list, l.polarity === "deny" ? "leave alone" : "may be written to", becomes(l), count(l.before),
      count(l.after)]), { class: "stack" })];
}

/** How it stands, by the register and by events. */
export function stands(a) {
  const part = (name, value) => (value ? h("div", {}, h("dt", {}, name), h("dd", {}, value)) : null);
  return h("dl", { class: "facts" }, part("State", a.state), part("With", a.party),
    part("From", a.from && time(a.from, true)), part("Until", a.until && time(a.until, true)),
    part("Terminated", a.terminated && time(a.terminated)),
    part("Warranty", a.breached ? `not true from ${a.breach_from ? time(a.breach_from, true) : "the beginning"}`
      : !a.warranty ? "none" : a.warranty_survives ? "given, and outlives the end" : "given"));
}

export function showEnding(a, tools) {
  if (!may("agreement")) return null;
  const path = `/v1/agreements/${encodeURIComponent(a.agreement)}/changes`;
  const what = select(WHAT, "ended");
  const at = instantField();
  const out = h("div", { class: "panel" });

  const body = () => ({ change: what.value, ...(at.value.trim() ? { at: at.instant() } : {}) });
  const record = once(async (said, why) => {
    try {
      await ask(path, { ...said, why });
      replace(out, h("p", { class: "note", role: "status" }, "Said. The lists follow as soon as it is taken in …"));
      say("It is said.");
      await taken(`/v1/agreements/${encodeURIComponent(a.agreement)}`, (now) => now.ledger_id !== a.ledger_id, tools);
    } catch (problem) {
      replace(out, tools.trouble(problem, null));
    }
  });
  function confirm(said) {
    const why = h("textarea", { rows: "2", maxlength: "900", required: true });
    return h("form", { "aria-label": "Say it", onsubmit: (event) => {
      event.preventDefault();
      if (why.value.trim()) record(said, why.value.trim());
    } },
    h("p", { class: "trouble" }, "It cannot be taken back."),
    h("div", { class: "row" }, field("Why", why, "It stands in the event, beside your name.")),
    h("p", { class: "buttons" }, h("button", { class: "primary" }, "Say that it is so")));
  }
  async function look() {
    const said = body();
    try {
      const found = await ask(`${path}?dry_run=true`, said);
      if (!tools.current()) return;
      const head = h("h3", { tabindex: "-1" }, "What it would do");
      // what was looked at is what is said: its time, too
      replace(out, head, effect(found), confirm({ ...said, at: found.at }));
      head.focus();
    } catch (problem) {
      replace(out, tools.trouble(problem, null));
    }
  }
  for (const one of [what, at]) one.addEventListener("change", () => replace(out));
  return h("section", { class: "card noprint", "aria-labelledby": "ending-h" }, h("h2", { id: "ending-h" }, "It ends, or was breached"),
    h("form", { "aria-label": "What happened to the agreement", onsubmit: (event) => {
      event.preventDefault();
      look();
    } },
    h("div", { class: "row" }, field("What", what),
      at.row("From when (UTC)", "Empty: now; of a warranty from the agreement’s first day. For example 2026-11-30")),
    h("p", { class: "buttons" }, h("button", { class: "primary" }, "See what it would do"))), out);
}
