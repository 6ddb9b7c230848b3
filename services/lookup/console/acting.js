// acting.js - a request is answered: what it would do, the letter, and then the answer.

import { field, h, instantField, once, put, replace, say, select } from "./dom.js";
import { ask, may, session, taken } from "./session.js";
import { showErasing } from "./erasing.js";
import { ARTICLES, REFUSALS, REFUSES } from "./codes.js";
import { LANGUAGES, languageOf, letter } from "./letters.js";
import { right, time } from "./words.js";

const OUTCOMES = [
  ["done", "Done: what was asked for has been done"],
  ["refused", "Refuse, for a reason that the law has"],
  ["extended", "Extend: two months more"],
  ["identity_requested", "Ask who they are: the clock stands still"],
  ["identity_confirmed", "They have shown who they are: the clock goes on"],
  ["acknowledged", "Acknowledge the complaint"],
  ["referred", "Refer to the customer whose data it is"],
  ["lifted", "Lift the restriction"],
];

const EFFECTS = {
  done: (p) => `This answers: ${p.kinds.map(right).join(", ")}. What it stops stays stopped.`,
  refused: (p) => `This refuses: ${p.kinds.map(right).join(", ")}. The person must be told why.`,
  extended: (p) => `The answer is then due on ${time(p.due, true)}. It can be extended once only.`,
  identity_requested: () => "The clock stands still until they have shown who they are.",
  identity_confirmed: () => "The clock goes on.",
  acknowledged: () => "The complaint counts as acknowledged. It still has to be answered.",
  referred: (p) => `This is over here: ${p.kinds.map(right).join(", ")}. The customer answers it.`,
  lifted: () => "What was restricted may go on, if nothing else stops it.",
};

/** Which outcomes could suit: the service has the last word. */
function suiting(r) {
  return OUTCOMES.filter(([code]) => {
    if (code === "acknowledged") return r.open.includes("complaint");
    if (code === "referred") return r.processor;
    if (code === "lifted") return r.kinds.some((k) => k === "restrict" || k === "post_mortem_directive");
    if (code === "identity_confirmed") return r.state === "paused";
    if (code === "identity_requested") return r.state === "open";
    if (code === "extended") return r.state !== "closed" && !r.extended;
    return r.state !== "closed";
  });
}

// The letter of the answer that was given last, for whoever copies it only afterwards. Nothing keeps it.
let last = null;

/** A letter to read and to copy; hint: below it; head: of its title. */
function shown(head, language, text, hint) {
  const copied = h("span", { class: "quiet", role: "status" });
  return h("div", {}, h(head, {}, "The letter to the person"),
    h("pre", { lang: language, tabindex: "0", role: "group", "aria-label": "The letter" }, text),
    h("p", {}, h("button", { type: "button", class: "plain", onclick: async () => {
      await navigator.clipboard.writeText(text);
      copied.textContent = "Copied.";
    } }, "Copy the letter"), " ", copied),
    h("p", { class: "hint" }, hint));
}

/** The letter of the answer that this person has just given, or null. */
export function givenLetter(r) {
  if (last === null || last.request !== r.ledger_id || last.by !== session.me.token) return null;
  return h("section", { class: "card noprint" }, shown("h2", last.language, last.text,
    "Now send it: giving the answer has sent nothing. It stands here until you sign out or answer another request."));
}

function preview(r, body, p, language) {
  const company = session.me.register.controllers[0]?.name || "";
  const authority = p.refusal?.authority || {};
  const made = letter(language, { outcome: body.outcome, received: r.received, due: p.due, kinds: p.kinds,
    reason: body.reason, article: ARTICLES[body.reason], explanation: body.explanation, customer: body.to,
    authority: authority.name, url: authority.url, company });
  const text = body.outcome === "identity_confirmed" ? "" : `${made.subject}\n\n${made.text}`;
  return { text, place: h("div", {},
    h("p", { class: "note" }, EFFECTS[body.outcome](p), p.recorded_days_later > 0
      ? ` It would be recorded ${p.recorded_days_later} day${p.recorded_days_later === 1 ? "" : "s"} after the day that it claims.`
      : ""),
    text === "" ? null : shown("h3", language, text,
      "It is a proposal: read it, and send it yourself. Giving the answer sends nothing to the person.")) };
}

export function showActing(r, tools) {
  const choices = suiting(r);
  if (choices.length === 0 || r.open.includes("unclassified")) return null;
  if (!session.me.settles) return h("p", { class: "note" }, "Answering is for the data protection officer.");
  const outcome = select(choices, choices[0][0]);
  const kinds = (r.open.length > 0 ? r.open : r.kinds).map((kind) =>
    h("input", { type: "checkbox", value: kind, checked: true }));
  const reason = h("select", { required: true });
  const words = h("textarea", { rows: "3", maxlength: "900" });
  const to = h("input", { type: "text", maxlength: "64", value: r.customer || "" });
  const at = instantField();
  const language = select(LANGUAGES, languageOf(r.country || r.asked?.contact?.country || ""));
  const none = h("p", { class: "note", role: "status" }, "No reason of the law refuses all that is marked. Mark less, and answer the rest by itself.");
  const rows = { reason: field("Reason", reason), words: field("In words", words), to: field("Customer", to) };
  const out = h("div", { class: "panel" });

  const marked = () => kinds.filter((box) => box.checked).map((box) => box.value);

  /** Those alone that can refuse all that is marked, and none before somebody has chosen. */
  function reasons() {
    const chosen = reason.value;
    const found = Object.keys(REFUSALS).filter((code) => marked().every((kind) => REFUSES[code].includes(kind)));
    reason.replaceChildren(...[["", "Choose one"], ...found.map((code) => [code, `${REFUSALS[code]} (article ${ARTICLES[code]})`])]
      .map(([value, text]) => h("option", { value }, text)));
    reason.value = found.includes(chosen) ? chosen : "";
    return found.length > 0;
  }
  function change() {
    const o = outcome.value, refused = o === "refused", some = reasons();
    rows.reason.hidden = !refused || !some;
    none.hidden = !refused || some;
    reason.disabled = !refused;
    words.required = o === "extended";
    rows.words.hidden = !refused && o !== "extended";
    rows.words.querySelector("label").textContent = o === "extended" ? "Why it takes longer" : "In words";
    rows.to.hidden = o !== "referred";
    replace(out);
  }
  function body() {
    const b = { outcome: outcome.value };
    if (kinds.length > 1 && marked().length < kinds.length) b.kinds = marked();
    if (b.outcome === "refused") b.reason = reason.value;
    if (words.value.trim() && b.outcome === "refused") b.explanation = words.value.trim();
    if (words.value.trim() && b.outcome === "extended") b.reason = words.value.trim();
    if (b.outcome === "referred" && to.value.trim()) b.to = to.value.trim();
    if (at.value.trim()) b.at = at.instant();
    return b;
  }
  async function look() {
    if (marked().length === 0) return replace(out, h("p", { class: "trouble", role: "alert" }, "Mark what it is about."));
    const b = body();
    try {
      const p = await ask(`/v1/rights/${r.ledger_id}/answers?dry_run=true`, b);
      const head = h("h3", { tabindex: "-1" }, "What it would do");
      const erases = b.outcome === "done" && p.kinds.includes("erase");
      const { text, place } = preview(r, b, p, language.value);
      const button = h("button", { type: "button", class: "primary", disabled: erases, onclick: once(() => give(b, text)) },
        "Give this answer");
      const typed = h("input", { type: "text", autocomplete: "off", spellcheck: "false", oninput: () => {
        button.disabled = typed.value.trim() !== r.request;
      } });
      const contact = r.asked?.contact, takes = h("div", {});
      const counts = erases && may("erasure") && (contact?.email || contact?.phone);
      replace(out, head, place, counts ? h("div", {}, h("h3", {}, "What the erasure would take"), takes) : null,
        erases ? h("div", {},
        h("p", { class: "trouble" }, "What is held about this person is then erased, but for what the law keeps and what says no for them. It cannot be undone. Holds and retention are looked at first, and a certificate says what went."),
        h("div", { class: "row" }, field(`To go on, type the request’s id: ${r.request}`, typed))) : null,
      h("p", { class: "buttons" }, button));
      head.focus();
      if (counts) await showErasing(takes, contact, tools);
    } catch (problem) {
      replace(out, tools.trouble(problem, null));
    }
    return undefined;
  }
  async function give(b, text) {
    try {
      await ask(`/v1/rights/${r.ledger_id}/answers`, b);
      last = text ? { request: r.ledger_id, by: session.me.token, language: language.value, text } : null;
      replace(out, h("p", { class: "note", role: "status" }, "Given. It holds as soon as it is taken in …"));
      say("The answer is given.");
      await taken(`/v1/rights/${r.ledger_id}`, (now) => now.events.length > r.events.length, tools);
    } catch (problem) {
      replace(out, tools.trouble(problem, null));
    }
  }
  for (const one of [outcome, ...kinds]) one.addEventListener("change", change);
  language.addEventListener("change", () => { if (out.firstChild) look(); });
  change();
  return h("form", { class: "card noprint acting", "aria-labelledby": "acting-h", onsubmit: (event) => {
    event.preventDefault();
    look();
  } },
  h("h2", { id: "acting-h" }, "Answer it"),
  put(h("div", { class: "row" }), field("Answer", outcome), field("Letter in", language)),
  kinds.length > 1 ? h("fieldset", {}, h("legend", {}, "It is about"),
    kinds.map((box) => h("label", { class: "choice" }, box, " ", right(box.value)))) : null,
  none, h("div", { class: "row" }, rows.reason, rows.to, rows.words,
    at.row("When it was given (UTC)", "Empty: now. For example 2026-11-30 14:05")),
  h("p", { class: "buttons" }, h("button", { class: "primary" }, "See what it would do")), out);
}
