// lists.js - what mailing systems subscribe to, how far each is, and how soon it acted.

import { h, put, table } from "./dom.js";
import { ask, company, may } from "./session.js";
import { entryLink } from "./entries.js";
import { purposeNamed } from "./explain.js";
import { channel, count, length, time } from "./words.js";

const DAY_S = 86400;

function about(l) {
  return h("span", {}, h("b", {}, entryLink("list", l.id)), h("br"), h("span", { class: "quiet" },
    `${purposeNamed(l.purpose)} by ${channel(l.channel)}, ${company(l.controller)}`));
}

function stands(l) {
  const a = l.acknowledged;
  if (!a) return h("span", { class: "quiet" }, "never acknowledged");
  return h("span", {}, time(a.at), " ", a.matches
    ? h("span", { class: "tag" }, "what we sent")
    : h("span", { class: "tag bad" }, a.drifted_since
      ? `differs since ${time(a.drifted_since)}` : "differs from what we sent"));
}

function behind(l) {
  if (!l.acknowledged) return "–";
  const { events, seconds } = l.acknowledged.behind;
  if (!events) return "nothing";
  return h("span", { class: seconds > 2 * DAY_S ? "days late" : null },
    `${count(events)} event${events === 1 ? "" : "s"}, ${length(seconds)}`);
}

/** From an opt-out to its being acknowledged, against the two clocks of the law. */
function acted(l) {
  const o = l.acknowledged && l.acknowledged.opt_outs;
  if (!o || !o.verified) return "–";
  return h("span", {}, `half within ${length(o.p50_seconds)}, 99 % within `
    + `${length(o.p99_seconds)}, slowest ${length(o.slowest_seconds)}`,
  o.over_48_hours ? h("span", { class: "tag bad" },
    `${count(o.over_48_hours)} over 48 hours`) : null,
  o.over_10_business_days ? h("span", { class: "tag bad" },
    `${count(o.over_10_business_days)} over 10 business days`) : null);
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
      + "must not be written to, a permit list those who may be. A recipient that acknowledges "
      + "proves what it knew, and when." + (may("desk") ? " A list’s name leads to what the register says and has said of it." : "")),
    table("Lists and their recipients", ["List", "Recipient", "Kind", "On it", "Acknowledged (UTC)",
      "Behind", "From opt-out to acknowledgement"],
    said.lists.map((l) => [about(l), l.recipient, l.polarity,
      count(l.polarity === "deny" ? l.suppressed : l.permitted), stands(l), behind(l), acted(l)]),
    { class: "stack" }));
}
