// lists.js - what mailing systems subscribe to, and how far each of them is.

import { h, put, table } from "./dom.js";
import { ask } from "./session.js";
import { channel, count, length, time } from "./words.js";

function about(l) {
  return h("span", {}, h("b", {}, l.id), h("br"), h("span", { class: "quiet" },
    `${l.purpose === "*promotional" ? "everything promotional" : l.purpose} by `
    + `${channel(l.channel)}, ${l.controller}`));
}

const some = (value, show) => (value === null || value === undefined ? "–" : show(value));

/** What the service says of a recipient's progress, where it says anything. */
function progress(l) {
  const p = l.progress || l.lag || l;
  return [some(p.behind ?? p.lag_events ?? p.behind_entries, count),
    some(p.behind_s ?? p.lag_s ?? p.behind_seconds, length),
    some(p.acknowledged_at, (t) => time(t))];
}

export async function showLists(place, tools) {
  const said = await ask("/v1/lists");
  if (!tools.current()) return;
  if (said.lists.length === 0) {
    put(place, h("p", { class: "empty" }, "No list is in force for this token."));
    return;
  }
  put(place,
    h("p", { class: "quiet" }, `Counted at ${time(said.counted_at)} UTC. A deny list holds those who `
      + "must not be written to, a permit list those who may be."),
    table("Lists and their recipients", ["List", "Recipient", "Kind", "On it", "Entries",
      "Behind", "for", "Last acknowledgement (UTC)"],
    said.lists.map((l) => [about(l), l.recipient, l.polarity,
      count(l.polarity === "deny" ? l.suppressed : l.permitted), count(l.entries),
      ...progress(l)]), { class: "stack" }));
}
