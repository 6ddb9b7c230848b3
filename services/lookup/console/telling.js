// telling.js - what somebody said by telephone, in a letter or in person, written down.

import { field, h, instantField, once, replace, say, select } from "./dom.js";
import { ask, may, session } from "./session.js";
import { lookAt } from "./contact.js";
import { LANGUAGES } from "./letters.js";
import { channel } from "./words.js";
import { purposeTitle } from "./explain.js";

const WHAT = [["optouts", "An objection or opt-out"], ["withdrawals", "The withdrawal of a consent"],
  ["consents", "A consent"]];
const VIA = [["telephone", "By telephone"], ["letter", "In a letter"], ["in_person", "In person"],
  ["email", "In an e-mail to me"]];

function boxes(legend, pairs) {
  const list = pairs.map(([value, text]) => [h("input", { type: "checkbox", value }), text]);
  return { chosen: () => list.filter(([box]) => box.checked).map(([box]) => box.value),
    place: h("fieldset", {}, h("legend", {}, legend),
      h("div", { class: "columns" }, list.map(([box, text]) => h("label", { class: "choice" }, box, " ", text)))) };
}

/** Does the scope of the event cover that purpose and channel? */
function covers(event, purpose, by) {
  return event.data.scope.some((s) => (s.purpose === purpose.id || s.purpose === "*"
      || (s.purpose === "*promotional" && purpose.class === "promotional"))
    && (s.channels.includes("*") || s.channels.includes(by)));
}

/** What may be done today, and would be stopped (or the other way round). */
async function changes(contact, event, grants) {
  const { controllers, purposes, channels } = session.me.register;
  const named = event.data.controllers || ["*"];
  const queries = controllers.filter((k) => named.includes("*") || named.includes(k.id)).flatMap((k) =>
    purposes.flatMap((p) => channels.filter((c) => covers(event, p, c)).map((c) =>
      ({ contact, controller: k.id, purpose: p.id, channel: c }))));
  if (queries.length === 0) return [];
  const { decisions } = await ask("/v1/decisions", { queries });
  return queries.filter((q, i) => (decisions[i].verdict === "PERMIT") !== grants).map((q) =>
    `${purposeTitle(purposes.find((p) => p.id === q.purpose))} by ${channel(q.channel)} from `
      + `${controllers.find((k) => k.id === q.controller).name}`);
}

function effect(found, grants) {
  if (found === null) return h("p", { class: "note" }, "It holds for your own source’s contacts as soon as it is taken in.");
  if (grants) return h("p", { class: "note" }, found.length === 0 ? "All that it allows is allowed already."
    : "This would allow, unless something else forbids it:", found.length > 0
    ? h("ul", {}, found.slice(0, 12).map((text) => h("li", {}, text))) : null);
  if (found.length === 0) return h("p", { class: "note" }, "Nothing that it forbids is allowed today. It is kept all the same, "
    + "and holds against what others say later.");
  return h("div", { class: "note" }, h("p", {}, "This would stop:"),
    h("ul", {}, found.slice(0, 12).map((text) => h("li", {}, text))),
    found.length > 12 ? h("p", {}, `and ${found.length - 12} more.`) : null);
}

export async function showTelling(place, tools) {
  const { controllers, purposes, channels } = session.me.register;
  const what = select(session.me.role === "reseller" ? WHAT.slice(0, 2) : WHAT, "optouts");
  const kind = select([["email", "E-mail address"], ["phone", "Telephone number"]], "email");
  const text = h("input", { type: "text", required: true, autocomplete: "off", spellcheck: "false", maxlength: "511" });
  const country = h("input", { type: "text", maxlength: "2", size: "3", autocomplete: "off" });
  const via = select(VIA, "telephone");
  const words = h("textarea", { rows: "3", maxlength: "900" });
  const language = select([["", "–"], ...LANGUAGES], "");
  const reference = h("input", { type: "text", maxlength: "255" });
  const policy = h("input", { type: "text", maxlength: "63" }), version = h("input", { type: "text", maxlength: "63" });
  const at = instantField();
  const k = boxes("Companies (none marked: all)", controllers.map((one) => [one.id, one.name || one.id]));
  const p = boxes("Purposes (none marked: everything promotional, and sale and rental)",
    purposes.map((one) => [one.id, purposeTitle(one)]));
  const c = boxes("Channels (none marked: all)", channels.map((one) => [one, channel(one)]));
  const out = h("div", { class: "panel" });
  const consent = h("div", { class: "row" }, field("Policy that was named", policy), field("Its version", version));
  const countryField = field("Country", country, "Two letters; for a number without +");

  function change() {
    consent.hidden = what.value !== "consents";
    countryField.hidden = kind.value !== "phone";
    replace(out);
  }
  function contact() {
    const found = { [kind.value]: text.value.trim() };
    if (kind.value === "phone" && country.value.trim()) found.country = country.value.trim().toUpperCase();
    return found;
  }
  function body() {
    const said = { contact: contact(), via: via.value };
    const some = { controllers: k.chosen(), purposes: p.chosen(), channels: c.chosen() };
    for (const [name, list] of Object.entries(some)) if (list.length > 0) said[name] = list;
    const texts = { words: words.value, language: language.value, reference: reference.value };
    if (what.value === "consents") Object.assign(texts, { policy: policy.value, policy_version: version.value });
    for (const [name, value] of Object.entries(texts)) if (value.trim()) said[name] = value.trim();
    if (at.value.trim()) said.said_at = at.instant();
    return said;
  }
  async function look() {
    const route = what.value, said = body(), grants = route === "consents";
    try {
      const dry = await ask(`/v1/${route}?dry_run=true`, said);
      const found = may("decisions") ? await changes(said.contact, dry.event, grants) : null;
      if (!tools.current()) return;
      const head = h("h2", { tabindex: "-1" }, "What it would do");
      replace(out, head, effect(found, grants),
        h("details", { class: "more" }, h("summary", {}, `The event, for the feed of ${dry.feed}`),
          h("pre", { tabindex: "0", role: "group", "aria-label": "The event" }, JSON.stringify(dry.event, null, 2))),
        h("p", { class: "buttons" }, h("button", { type: "button", class: "primary", onclick: once(() => record(route, said)) },
          "Write it down")));
      head.focus();
    } catch (problem) {
      replace(out, tools.trouble(problem, null));
    }
  }
  async function record(route, said) {
    try {
      const done = await ask(`/v1/${route}`, said);
      say("Written down.");
      for (const box of [text, words, reference, at]) box.value = ""; // the next person's are others
      replace(out, h("div", { class: "note", role: "status" },
        h("p", {}, `Written down for ${said.contact.email || said.contact.phone}, as ${done.event_id}. It holds as soon as it is taken in, in a second or so.`),
        may("provenance") ? h("p", {}, h("button", { type: "button", onclick: () => lookAt(said.contact) },
          "Look at the contact")) : null));
    } catch (problem) {
      replace(out, tools.trouble(problem, null));
    }
  }
  what.addEventListener("change", change);
  kind.addEventListener("change", change);
  change();
  replace(place, h("p", { class: "quiet" }, "What a person said to you, by telephone, in a letter or face to face. It goes the way of "
    + "every other event, and says that you wrote it down."),
  h("form", { class: "card telling", "aria-label": "What was said", onsubmit: (event) => {
    event.preventDefault();
    look();
  } },
  h("div", { class: "row" }, field("What was said", what), field("How", via), at.row("When it was said (UTC)", "Empty: now. For example 2026-11-30 14:05")),
  h("div", { class: "row" }, field("Contact", kind), field("Address or number", text), countryField),
  h("div", { class: "row" }, field("In which words", words, "The person’s own; of a consent what they agreed to")),
  h("div", { class: "row" }, field("Language", language), field("Number of the call, letter or ticket", reference)),
  consent,
  h("details", { class: "more" }, h("summary", {}, "Only some companies, purposes or channels"), k.place, p.place, c.place),
  h("p", { class: "buttons" }, h("button", { class: "primary" }, "See what it would do")), out));
}
