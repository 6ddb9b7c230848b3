// quarantine.js - what waits for a person: the list, one of it, and what to do about it.

import { field, h, once, put, replace, say, select, stand, table } from "./dom.js";
import { ask, session, taken } from "./session.js";
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
      if (how === "discard") location.hash = "#/quarantine";
      else {
        replace(out, h("p", { class: "note" }, `${done} The page shows what became of it …`));
        await taken(`/v1/quarantine/${q.id}`, ({ became: to }) => to.ledger_id || to.quarantine_id, tools);
      }
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
        onclick: once(() => settle("replay", "Sent again. It will be checked again.")) },
      "Replay: send it again"),
      h("button", { type: "button", onclick: once(() => settle("discard", "Discarded.")) },
        "Discard: do nothing about it")),
    h("p", { class: "hint" }, "Replay after the cause is fixed, in the register for instance. "
      + "Nothing is ever deleted by either."), out);
}

/** What became of what was sent again, and where this one came from. */
function became(q) {
  const to = q.became, found = [];
  if (to && to.ledger_id) found.push(fact("Became", h("span", {}, `${readable(to.outcome)}, in the ledger as ${to.ledger_id}`)));
  if (to && to.quarantine_id) found.push(fact(q.state === "replayed" ? "Waits again as" : "Came again as",
    h("a", { href: `#/quarantine/${to.quarantine_id}` }, `Event ${to.quarantine_id}`)));
  if (q.state === "replayed" && found.length === 0)
    found.push(fact("Became", "it was sent again, and has not been taken in yet"));
  if (to && to.replay_of) found.push(fact("Is a replay of",
    h("a", { href: `#/quarantine/${to.replay_of}` }, `Event ${to.replay_of}`)));
  return found;
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
        : `in the ledger as ${q.ledger_id}; what was readable of a no has taken effect`),
      became(q)),
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

// --- many at once --------------------------------------------------------------------------------

function together(result, tools, again) {
  const note = h("textarea", { rows: "2", maxlength: "900" });
  const out = h("div", { role: "status" });
  const boxes = () => [...result.querySelectorAll("input[type=checkbox]")];

  async function settle(how) {
    const ids = boxes().filter((box) => box.checked).map((box) => box.value);
    if (ids.length === 0) return replace(out, h("p", { class: "trouble" }, "Mark events first."));
    if (how === "discard" && note.value.trim() === "")
      return replace(out, h("p", { class: "trouble" }, "Say why: whoever looks later must be able to tell."));
    let done = 0;
    const failed = [];
    for (const id of ids) {
      try {
        await ask(`/v1/quarantine/${id}/${how}`, note.value.trim() ? { note: note.value.trim() } : {});
        done++;
      } catch (problem) {
        if (problem.status === 401 || problem.status === 0 || problem.status === 503)
          return replace(out, tools.trouble(problem, null));
        failed.push(h("li", {}, h("a", { href: `#/quarantine/${id}` }, `Event ${id}`), `: ${problem.message}`));
      }
    }
    await again();
    if (failed.length === 0) note.value = ""; // the next ones have a reason of their own
    return replace(out, h("div", { class: "note" }, `${done} ${how === "discard" ? "discarded" : "sent again"}.`
      + (how === "replay" && done > 0 ? " What became of each stands on its page." : ""),
    failed.length > 0 ? h("ul", {}, failed) : null));
  }
  return h("section", { class: "card noprint", "aria-labelledby": "together-h" },
    h("h2", { id: "together-h" }, "Those that are marked"),
    h("p", {}, h("button", { type: "button", class: "plain",
      onclick: () => {
        boxes().forEach((box) => { box.checked = true; });
        say(`${boxes().length} marked.`);
      } }, "Mark all that are shown")),
    field("Why, for all of them", note, "Needed to discard."),
    h("p", { class: "buttons" },
      h("button", { type: "button", onclick: once(() => settle("replay")) }, "Replay them"),
      h("button", { type: "button", onclick: once(() => settle("discard")) }, "Discard them")), out);
}

// --- all --------------------------------------------------------------------------------

async function showAll(place, tools) {
  const state = select(STATES, seen.state);
  const source = h("input", { type: "text", value: seen.source, autocomplete: "off",
    spellcheck: "false" });
  const reason = select([["", "Any"], ...Object.keys(FAULTS).sort((a, b) => fault(a).localeCompare(fault(b)))
    .map((code) => [code, fault(code).replace(/\.$/, "")])], seen.reason);
  const result = h("div", { class: "result" });

  /** What is left out is said: it is chosen on other pages, too, and stays. */
  function narrowed() {
    const only = [seen.source && `of ${seen.source}`, seen.reason && `for this reason: ${fault(seen.reason).replace(/\.$/, "")}`]
      .filter(Boolean).join(", ");
    return only === "" ? null : h("p", { class: "note noprint" }, `Only those ${only}. `,
      h("button", { type: "button", class: "plain", onclick: once(() => {
        seen.source = source.value = "";
        seen.reason = reason.value = "";
        return page().catch((problem) => replace(result, tools.trouble(problem, page)));
      }) }, "Show those of all sources, for every reason"));
  }

  async function page(after) {
    const query = new URLSearchParams({ state: seen.state });
    if (seen.source) query.set("source", seen.source);
    if (seen.reason) query.set("reason", seen.reason);
    if (after) query.set("after", after);
    const found = await ask(`/v1/quarantine?${query}`);
    if (!tools.current()) return;
    if (!after) replace(result, narrowed());
    result.querySelector(".next")?.remove();
    let rows = null;
    if (found.events.length === 0 && !after)
      put(result, h("p", { class: "empty" }, seen.state === "waiting"
        ? "Nothing waits." : "None."));
    else
      put(result, rows = table("Quarantined events, the oldest first",
        ["Number", "Why", "Source", "Known (UTC)", "State"],
        found.events.map((q) => [h("span", {}, q.state === "waiting" && session.me.settles
          ? h("input", { type: "checkbox", value: q.id, "aria-label": `Mark event ${q.id}` }) : "", " ",
        h("a", { href: `#/quarantine/${q.id}` }, `Event ${q.id}`)),
        h("span", {}, fault(q.reason), " ", q.pointer ? h("code", {}, q.pointer) : ""),
        q.source || q.topic, time(q.known), readable(q.state)]), { class: "stack" }));
    if (found.after !== null)
      put(result, h("p", { class: "next" }, h("button", { type: "button",
        onclick: () => page(found.after) }, "Show more")));
    if (after && rows) stand(rows);
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
    result, session.me.settles ? together(result, tools, () => page()) : null);
  await page();
}

export function showQuarantine(place, tools) {
  if (/^\d+$/.test(tools.more)) return showOne(place, tools);
  const [by, ...value] = tools.more.split(":");
  if (by === "reason" || by === "source")
    Object.assign(seen, { state: "waiting", source: "", reason: "", [by]: value.join(":") });
  return showAll(place, tools);
}
