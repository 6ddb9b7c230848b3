// rights.js - what persons have asked for, by the days that are left to answer.

import { field, h, once, put, replace, say, select, table } from "./dom.js";
import { ask, may, session } from "./session.js";
import { givenLetter, showActing } from "./acting.js";
import { lookAt } from "./contact.js";
import { showDocument } from "./document.js";
import { count, readable, right, time } from "./words.js";

const STATES = [["waiting", "Waiting for an answer"], ["closed", "Closed"], ["all", "All"]];
const seen = { state: "waiting" };

function left(r) {
  if (r.state === "closed")
    return h("span", { class: "days" }, r.answered_late ? "Answered late" : "Answered");
  if (r.state === "paused") return h("span", { class: "days" }, "Paused");
  const n = r.days_left;
  const text = n < 0 ? `${count(-n)} day${n === -1 ? "" : "s"} late`
    : n === 0 ? "Last day" : `${count(n)} day${n === 1 ? "" : "s"} left`;
  return h("span", { class: n < 0 ? "days late" : n <= 7 ? "days soon" : "days" }, text);
}

const wants = (kinds) => kinds.map(right).join(", ") || "something that could not be read";

/** "The person asks for a copy of the data, and complains." */
function sentence(kinds) {
  const asked = kinds.filter((kind) => kind !== "complaint");
  if (asked.length === kinds.length) return `The person asks for ${wants(kinds)}.`;
  return asked.length > 0 ? `The person asks for ${wants(asked)}, and complains.` : "The person complains.";
}

// What there is to do before the answer, and where.
const TO_DO = {
  access: "Make the document below, and send it: printed or saved, with the JSON beside it.",
  portability: "Make the document below, and send its JSON.",
  rectify: "Have it put right where it came from: the source then sends the new data.",
  erase: "The answer “done” has the data erased. Before you give it, you see what would go.",
  restrict: "The data are kept and not used, until you lift it.",
  object: "It holds already: the answer tells the person so.",
  withdraw: "It holds already: the answer tells the person so.",
  opt_out_sale: "It holds already: the answer tells the person so.",
  complaint: "Acknowledge it, look into it, and then answer.",
};

function toDo(open) {
  const lines = [...new Set(open.map((kind) => TO_DO[kind]).filter(Boolean))];
  return lines.length > 0 ? h("ul", { class: "bare" }, lines.map((line) => h("li", {}, line))) : null;
}

/** What the person is to get, made where the request is answered. */
function copy(r, contact, tools) {
  const who = contact?.email ? { email: contact.email }
    : contact?.phone ? { phone: contact.phone, ...(contact.country ? { country: contact.country } : {}) } : null;
  if (!who || !may("export") || !r.kinds.some((kind) => kind === "access" || kind === "portability")) return null;
  const paper = h("div", {});
  return h("section", { "aria-labelledby": "copy-h" }, h("h2", { id: "copy-h", class: "noprint" }, "What the person gets"),
    h("p", { class: "noprint" }, h("button", { type: "button", onclick: async (event) => {
      event.target.remove();
      await showDocument(paper, who, tools, r.country || contact.country);
      document.getElementById("document-language").focus();
    } }, "Make the document")), paper);
}

function tags(r) {
  return [r.extended ? "extended" : "", r.extension_void ? "extension does not count" : "",
    r.customer_wanted ? "ask which customer" : "", r.processor ? "a customer’s data" : "",
    r.not_in_france ? "not in France" : ""].filter(Boolean)
    .map((text) => h("span", { class: "tag" }, text));
}

// What has stopped already, while the request waits: the rules do not wait for its answer.
function meanwhile(r) {
  const open = (kind) => r.open.includes(kind);
  if (open("unclassified"))
    return "No marketing, and no sale or rental of the data, until somebody has read the letter.";
  if (open("erase") || open("restrict") || open("object"))
    return "No marketing. What was asked beyond that waits for its answer.";
  if (open("withdraw")) return "No marketing that rests on a consent: it counts as withdrawn.";
  if (open("opt_out_sale")) return "No sale or rental of the data.";
  return null;
}

// An unclear letter, settled with one act: what it asks for is marked, or it asks for nothing.
const ASKS = ["object", "opt_out_sale", "withdraw", "access", "erase", "rectify", "restrict",
  "portability"];

function settling(r, tools) {
  if (!r.open.includes("unclassified")) return null;
  if (!session.me.settles)
    return h("p", { class: "note" }, "Settling a letter is for the data protection officer.");
  const boxes = ASKS.map((kind) => h("input", { type: "checkbox", value: kind }));
  const out = h("div", {});

  async function settle(kinds) {
    try {
      await ask(`/v1/rights/${r.ledger_id}/answers`, { outcome: "read", as: kinds });
      say(kinds.length === 0 ? "Read: it asks for nothing." : "Read: what it asks for waits for its answer.");
      location.hash = "#/rights";
    } catch (problem) {
      replace(out, tools.trouble(problem, null));
    }
  }
  function marked() {
    const kinds = boxes.filter((box) => box.checked).map((box) => box.value);
    if (kinds.length > 0) return settle(kinds);
    return replace(out, h("p", { class: "trouble", role: "alert" }, "Mark what the letter asks for."));
  }
  return h("section", { class: "card noprint", "aria-labelledby": "settle-h" },
    h("h2", { id: "settle-h" }, "What does the letter ask for?"),
    h("fieldset", {}, h("legend", {}, "Mark all that it asks for"),
      boxes.map((box) => h("label", { class: "choice" }, box, " ", right(box.value)))),
    h("p", { class: "buttons" },
      h("button", { type: "button", class: "primary", onclick: once(marked) }, "It asks for what is marked"),
      h("button", { type: "button", onclick: once(() => settle([])) }, "Not an objection: it asks for nothing")),
    h("p", { class: "hint" }, "Until then there is no marketing to this person, and no sale or rental of the data. "
      + "After the second button both may go on, if they could before."), out);
}

async function showOne(place, tools) {
  const r = await ask(`/v1/rights/${encodeURIComponent(tools.more)}`);
  if (!tools.current()) return;
  const contact = r.asked && r.asked.contact ? r.asked.contact : null;
  tools.title.textContent = `Request ${r.request}`;
  document.title = `${tools.title.textContent} · consentmq console`;
  const fact = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
  put(place,
    h("p", { class: "noprint" }, h("a", { href: "#/rights" }, "← All requests")),
    h("p", { class: "sentence" }, left(r), " ", sentence(r.kinds)),
    h("dl", { class: "facts" },
      fact("Who asks", contact ? h("span", {}, Object.values(contact).join(", "), " ",
        contact.email || contact.phone ? h("button", { type: "button", class: "plain noprint",
          onclick: () => lookAt(contact) }, "Look it up") : null)
        : session.me.sees_data ? "what was said of the person is no longer there"
          : "not for this token"),
      fact("Received", time(r.received, true)),
      fact("To be answered by", r.due ? h("span", {}, `${time(r.due, true)}, the end of the day`,
        h("span", { class: "quiet" }, " (Regulation 1182/71)")) : "the clock stands still"),
      fact("Still open", r.open.length > 0 ? wants(r.open) : "nothing"),
      fact("Came by", r.source),
      r.letter && r.letter.subject ? fact("Subject", r.letter.subject) : null,
      r.letter && r.letter.reply_to ? fact("Answer to", r.letter.reply_to) : null,
      meanwhile(r) ? fact("Meanwhile", meanwhile(r)) : null,
      toDo(r.open) ? fact("To do", toDo(r.open)) : null,
      r.customer ? fact("Customer", r.customer) : null,
      fact("State", h("span", {}, readable(r.state), tags(r)))),
    Object.keys(r.answers).length > 0 ? h("ul", {}, Object.entries(r.answers).map(([kind, a]) =>
      h("li", {}, `${readable(kind)}: ${readable(a.outcome).toLowerCase()}`,
        a.reason ? `, ${readable(a.reason).toLowerCase()} (article ${a.article})` : ""))) : null,
    r.letter && r.letter.words ? h("div", {}, h("h2", {}, "What they wrote"),
      h("pre", {}, r.letter.words)) : null,
    givenLetter(r), copy(r, contact, tools), settling(r, tools), showActing(r, tools),
    h("h2", {}, "What happened"),
    table("Events about the request", ["When (UTC)", "What", "About", "Source", "Known (UTC)"],
      r.events.map((e) => [e.at ? time(e.at) : "–", readable(e.says), wants(e.kinds), e.source,
        time(e.known_at)]), { class: "stack" }));
}

async function showAll(place, tools) {
  const state = select(STATES, seen.state);
  const result = h("div", { class: "result" });

  async function load() {
    const { requests } = await ask(`/v1/rights?state=${seen.state}`);
    if (!tools.current()) return;
    const late = requests.filter((r) => r.overdue).length;
    const soon = requests.filter((r) => !r.overdue && r.days_left !== null
      && r.days_left <= 7).length;
    replace(result, requests.length === 0
      ? h("p", { class: "empty" }, seen.state === "waiting"
        ? "Nobody waits for an answer." : "None.")
      : h("div", {},
        h("p", { class: "tally" }, h("b", {}, count(late)), " overdue, ", h("b", {}, count(soon)),
          " within a week, ", h("b", {}, count(requests.length)), " shown"),
        table("Requests, the most urgent first",
          ["Request", "Left", "Wants", "Received", "Due", "Came by"],
          requests.map((r) => [h("a", { href: `#/rights/${r.ledger_id}` }, r.request), left(r),
            h("span", {}, wants(r.state === "closed" ? r.kinds : r.open), tags(r)),
            time(r.received, true), r.due ? time(r.due, true) : "–", r.source]),
          { class: "stack" })));
    say(`${requests.length} request${requests.length === 1 ? "" : "s"} shown.`);
  }
  state.addEventListener("change", () => {
    seen.state = state.value;
    load().catch((problem) => replace(result, tools.trouble(problem, load)));
  });
  put(place,
    h("p", { class: "quiet" }, "One month to answer, by GDPR article 12(3). A month that ends on a "
      + "Saturday, Sunday or public holiday goes on to the end of the next working day."),
    h("div", { class: "row filter noprint" }, field("Show", state)), result);
  await load();
}

export function showRights(place, tools) {
  return tools.more ? showOne(place, tools) : showAll(place, tools);
}
