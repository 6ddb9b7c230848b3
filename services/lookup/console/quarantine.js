// quarantine.js - what waits for a person: the list, one of it, and what to do about it.

import { field, h, put, replace, say, select, table } from "./dom.js";
import { ask, session } from "./session.js";
import { FAULTS } from "./codes.js";
import { fault, readable, time } from "./words.js";

const STATES = [["waiting", "Waiting"], ["replayed", "Replayed"], ["discarded", "Discarded"],
  ["all", "All"]];
const seen = { state: "waiting", source: "", reason: "" };

// --- one --------------------------------------------------------------------------------

function bytes(q) {
  if (q.raw === null) return null;
  if (q.raw !== undefined) return q.raw;
  const list = new Uint8Array((q.raw_hex.match(/../g) || []).map((b) => parseInt(b, 16)));
  return new TextDecoder().decode(list);
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function fact(name, value) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, value));
}

function settling(q, tools) {
  if (q.state !== "waiting") return null;
  if (!session.me.settles)
    return h("p", { class: "note" }, "Replaying and discarding are for the data protection officer.");
  const note = h("textarea", { rows: "3", maxlength: "900" });
  const out = h("div", {});
  const stuck = q.raw === null ? "Its bytes were not kept, so it cannot be replayed."
    : q.ledger_id !== 0 ? "It is in the ledger already, with all of it that could take effect: "
      + "a replay would be a duplicate." : "";

  async function settle(how, done) {
    if (how === "discard" && note.value.trim() === "") {
      replace(out, h("p", { class: "trouble", role: "alert" },
        "Say why: whoever looks later must be able to tell."));
      note.focus();
      return;
    }
    try {
      await ask(`/v1/quarantine/${q.id}/${how}`,
        note.value.trim() ? { note: note.value.trim() } : {});
      say(done);
      location.hash = "#/quarantine";
    } catch (problem) {
      replace(out, tools.trouble(problem, null));
    }
  }
  return h("section", { class: "card noprint", "aria-labelledby": "settle-h" },
    h("h2", { id: "settle-h" }, "What to do"),
    field("Why", note, "Kept in the records beside your token. Needed to discard."),
    stuck ? h("p", { class: "note" }, stuck) : null,
    h("p", { class: "buttons" },
      h("button", { type: "button", class: "primary", disabled: stuck !== "",
        onclick: () => settle("replay", "Sent again. It will be checked again.") },
      "Replay: send it again"),
      h("button", { type: "button", onclick: () => settle("discard", "Discarded.") },
        "Discard: do nothing about it")),
    h("p", { class: "hint" }, "Replay after the cause is fixed, in the register for instance. "
      + "Nothing is ever deleted by either."), out);
}

async function showOne(place, tools) {
  const q = await ask(`/v1/quarantine/${encodeURIComponent(tools.more)}`);
  if (!tools.current()) return;
  const text = bytes(q);
  tools.title.textContent = `Quarantined event ${q.id}`;
  document.title = `${tools.title.textContent} · consentmq console`;
  put(place,
    h("p", { class: "noprint" }, h("a", { href: "#/quarantine" }, "← All quarantined events")),
    h("p", { class: "sentence" }, fault(q.reason)),
    h("dl", { class: "facts" },
      fact("Reason", h("span", {}, h("code", {}, q.reason), q.pointer
        ? h("span", {}, " at ", h("code", {}, q.pointer)) : "")),
      fact("State", q.state === "waiting" ? "Waiting for a person" : `${readable(q.state)} on `
        + `${time(q.state_at)} UTC by ${q.state_by}${q.note ? `: ${q.note}` : ""}`),
      fact("Source", q.source || "nobody: the feed is not in the register"),
      fact("Event", q.event_id || "its id could not be read"),
      fact("Known", `${time(q.known)} UTC`),
      fact("Kafka", `${q.topic}, partition ${q.partition}, offset ${q.offset}`),
      fact("Effect", q.ledger_id === 0 ? "none: it is not in the ledger"
        : `in the ledger as ${q.ledger_id}; what was readable of a no has taken effect`)),
    h("h2", {}, "As it came"),
    text === null
      ? h("p", { class: "note" }, session.me.sees_data ? "Its bytes were not kept."
        : "What it says may name a person, and is not for this token.")
      : h("pre", { tabindex: "0", role: "group", "aria-label": "The event as it came" },
        pretty(text)),
    q.headers ? h("pre", { tabindex: "0", role: "group", "aria-label": "Its headers" },
      JSON.stringify(q.headers, null, 2)) : null,
    settling(q, tools));
}

// --- all --------------------------------------------------------------------------------

async function showAll(place, tools) {
  const state = select(STATES, seen.state);
  const source = h("input", { type: "text", value: seen.source, autocomplete: "off",
    spellcheck: "false" });
  const reason = select([["", "Any"], ...Object.keys(FAULTS).sort((a, b) => fault(a).localeCompare(fault(b)))
    .map((code) => [code, fault(code).replace(/\.$/, "")])], seen.reason);
  const result = h("div", { class: "result" });

  async function page(after) {
    const query = new URLSearchParams({ state: seen.state });
    if (seen.source) query.set("source", seen.source);
    if (seen.reason) query.set("reason", seen.reason);
    if (after) query.set("after", after);
    const found = await ask(`/v1/quarantine?${query}`);
    if (!tools.current()) return;
    if (!after) replace(result);
    result.querySelector(".next")?.remove();
    if (found.events.length === 0 && !after)
      put(result, h("p", { class: "empty" }, seen.state === "waiting"
        ? "Nothing waits. Every event that came could be used as it was." : "None."));
    else
      put(result, table("Quarantined events, the oldest first",
        ["Number", "Why", "Source", "Known (UTC)", "State"],
        found.events.map((q) => [h("a", { href: `#/quarantine/${q.id}` }, `Event ${q.id}`),
          h("span", {}, fault(q.reason), " ", q.pointer ? h("code", {}, q.pointer) : ""),
          q.source || q.topic, time(q.known), readable(q.state)]), { class: "stack" }));
    if (found.after !== null)
      put(result, h("p", { class: "next" }, h("button", { type: "button",
        onclick: () => page(found.after) }, "Show more")));
    say(`${found.events.length} event${found.events.length === 1 ? "" : "s"} shown.`);
  }
  put(place,
    h("p", { class: "quiet" }, "Events that could not be used as they were. A no takes effect as "
      + "far as it could be read, and waits here besides."),
    h("form", { class: "row filter noprint", "aria-label": "Which events", onsubmit: (event) => {
      event.preventDefault();
      seen.state = state.value;
      seen.source = source.value.trim();
      seen.reason = reason.value;
      page().catch((problem) => replace(result, tools.trouble(problem, page)));
    } },
    field("State", state), field("Source", source), field("Why", reason),
    h("div", { class: "field act" }, h("button", {}, "Show"))),
    result);
  await page();
}

export function showQuarantine(place, tools) {
  if (/^\d+$/.test(tools.more)) return showOne(place, tools);
  if (tools.more.startsWith("reason:")) Object.assign(seen, { state: "waiting", source: "", reason: tools.more.slice(7) });
  return showAll(place, tools);
}
