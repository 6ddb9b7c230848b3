// explain.js - one decision in plain words, with the rules it came from.

import { h, table } from "./dom.js";
import { session } from "./session.js";
import { channel, obligation, readable, reason, rule, shortReason, time } from "./words.js";

export function verdict(d) {
  const yes = d.verdict === "PERMIT";
  return h("span", { class: yes ? "verdict yes" : "verdict no" },
    h("span", { "aria-hidden": "true" }, yes ? "✓ " : "✕ "), yes ? "Permit" : "Deny");
}

export const purposeTitle = (p) => p.title || readable(p.id);

/** Of a purpose that is known by its code alone. */
export function purposeNamed(code) {
  if (code === "*promotional") return "everything promotional";
  return purposeTitle(session.me.register.purposes.find((p) => p.id === code) || { id: code });
}

/** To the event's row in the time line, where that is on the page. */
function goTo(e) {
  const row = document.querySelector(`[data-ledger="${Number(e.ledger_id)}"]`);
  row?.scrollIntoView({ block: "center" });
  row?.focus({ preventScroll: true });
}

function named(e) {
  const text = e.event_id || `ledger ${e.ledger_id}`;
  return document.querySelector(`[data-ledger="${Number(e.ledger_id)}"]`)
    ? h("button", { type: "button", class: "plain", onclick: () => goTo(e) }, text) : text;
}

function evidence(list) {
  if (list.length === 0) return "–";
  return h("ul", { class: "bare" }, list.map((e) => h("li", {},
    named(e), e.event_id ? h("span", { class: "quiet" }, ` from ${(e.source || "").split(":").pop()}`) : "")));
}

function trace(d) {
  const rows = d.trace.map((s) => [s.rule, rule(s.rule), h("span", {},
    s.decided ? h("b", {}, "Decides: ") : "", s.reason ? shortReason(s.reason) : "–"),
  evidence(s.evidence), s.source]);
  const tab = table("The rules in the order in which they are asked",
    ["Rule", "Question", "Found", "Events", "Where it comes from"], rows, { class: "trace" });
  tab.querySelectorAll("tbody tr").forEach((row, i) => {
    if (d.trace[i].decided) row.classList.add("decides");
  });
  return h("details", { class: "more" },
    h("summary", {}, `The ${d.trace.length} rules that were asked, one by one`), tab);
}

/** about: "Offers and newsletters by e-mail, Sectigo Limited" */
export function explanation(d, about) {
  const yes = d.verdict === "PERMIT";
  return h("div", { class: yes ? "explained yes" : "explained no" },
    h("p", { class: "about" }, about),
    h("p", { class: "sentence" }, verdict(d), " ", reason(d.reason)),
    h("dl", { class: "facts" },
      h("div", {}, h("dt", {}, "Decided by"), h("dd", {}, `Rule ${d.rule}. ${rule(d.rule)}`)),
      d.obligations.length > 0 ? h("div", {}, h("dt", {}, "The message must"),
        h("dd", {}, h("ul", { class: "bare" },
          d.obligations.map((o) => h("li", {}, obligation(o)))))) : null,
      h("div", {}, h("dt", {}, "Rests on"), h("dd", {}, d.evidence.length > 0
        ? evidence(d.evidence) : "no event: there is nothing on record")),
      h("div", {}, h("dt", {}, "Holds until"), h("dd", {}, d.valid_until
        ? h("time", { datetime: d.valid_until }, `${time(d.valid_until)} UTC`)
        : "something new is known"))),
    d.trace ? trace(d) : null);
}

export const aboutText = (purpose, c, controller) =>
  `${purposeTitle(purpose)} by ${channel(c)}, ${controller.name || controller.id}`;
