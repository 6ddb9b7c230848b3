// timeline.js - the events of a contact as a picture, and the same as a table.
//
// Every source (with its agreement) has a line of its own. Of each event the ring is when
// the person acted (occurred), the disc when we learned of it (known), and the bar between
// them is how long we did not know.

import { h, put, stand, svg, table } from "./dom.js";
import { channel, eventType, readable, saysNo, shortReason, time } from "./words.js";
import { verdict } from "./explain.js";

const DAY = 86400000;

function tone(e) {
  if (e.quarantine && e.quarantine.state === "waiting" && e.ledger_id === 0) return "waits";
  if (saysNo(e.type)) return "no";
  return e.type === "consent.granted.v1" ? "yes" : "other";
}

const sourceName = (e) => (e.source ? e.source.split(":").pop() : e.kafka.topic);

function rowsOf(events) {
  const rows = new Map();
  events.forEach((e, i) => {
    const name = sourceName(e) + (e.agreement ? ` · ${e.agreement}` : "");
    if (!rows.has(name)) rows.set(name, { name, type: e.source_type, marks: [] });
    const known = Date.parse(e.known);
    const from = e.occurred_from ? Date.parse(e.occurred_from) : known;
    rows.get(name).marks.push({ n: i + 1, e, known, from });
  });
  return [...rows.values()];
}

/** Round steps that give at most `most` ticks. */
function ticks(from, to, most) {
  const steps = [1 / 1440, 1 / 288, 1 / 96, 1 / 24, 1 / 4, 1, 7, 30.44, 91.3, 182.6, 365.25,
    730.5, 1826.25];
  const step = steps.find((s) => (to - from) / (s * DAY) <= most) || 3652.5;
  const found = [];
  for (let at = Math.ceil(from / (step * DAY)) * step * DAY; at <= to; at += step * DAY)
    found.push(at);
  const text = (at) => {
    const iso = new Date(at).toISOString();
    if (step < 1) return `${time(iso, true).replace(/ \d{4}$/, "")} ${iso.slice(11, 16)}`;
    return step < 300 ? time(iso, true) : iso.slice(0, 7);
  };
  return (found.length > 1 ? found : [from, to]).map((at) => [at, text(at)]);
}

const ROW = 58, TOP = 12, SIDE = 22;
const PAGE = 50; // events of the table at a time

/** From when to when is drawn. A single time far from all others is left at the edge, or
 * everything else would be one dot. */
function spanOf(all) {
  const times = [...new Set(all)].sort((a, b) => a - b);
  let i = 0, k = times.length - 1;
  while (k - i >= 3) {
    const inner = times[k - 1] - times[i], later = times[k] - times[i + 1], whole = times[k] - times[i];
    if (whole > 5 * Math.max(inner, DAY)) k--;
    else if (whole > 5 * Math.max(later, DAY)) i++;
    else break;
  }
  return [times[i], times[k]];
}

function draw(rows, width) {
  const all = rows.flatMap((r) => r.marks.flatMap((m) => [m.known, m.from]));
  let [from, to] = spanOf(all);
  const pad = Math.max((to - from) * 0.02, 60000);
  from -= pad;
  to += pad;
  const x = (at) => SIDE + ((Math.min(Math.max(at, from), to) - from) / (to - from)) * (width - 2 * SIDE);
  const height = TOP + rows.length * ROW + 28;
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
    class: "timeline", "aria-labelledby": "timeline-title timeline-desc" },
  svg("title", { id: "timeline-title" }, "Time line of the events"),
  svg("desc", { id: "timeline-desc" }, "A ring is when the person acted, a disc when we learned "
    + "of it. The numbers are those of the table below, which says the same."));
  const base = height - 22;
  for (const [at, text] of ticks(from, to, Math.max(2, Math.floor(width / 150)))) {
    picture.append(svg("line", { class: "tick", x1: x(at), x2: x(at), y1: TOP, y2: base }),
      svg("text", { class: "tick-text", x: x(at), y: base + 16, "text-anchor":
        x(at) < 60 ? "start" : x(at) > width - 60 ? "end" : "middle" }, text));
  }
  rows.forEach((row, i) => {
    const y = TOP + i * ROW + 40;
    picture.append(svg("line", { class: "row-line", x1: 0, x2: width, y1: y, y2: y }),
      svg("text", { class: "row-name", x: 0, y: y - 26 }, row.name,
        row.type ? svg("tspan", { class: "row-type" }, `  ${readable(row.type).toLowerCase()}`) : ""));
    const levels = [];
    for (const m of [...row.marks].sort((a, b) => a.known - b.known)) {
      const a = x(m.from), b = x(m.known);
      let level = 0;
      while (level < 2 && levels[level] !== undefined && b - levels[level] < 16) level++;
      levels[level] = b;
      picture.append(svg("g", { class: `mark-${tone(m.e)}` },
        svg("title", {}, `${m.n}: ${eventType(m.e.type)}, ${time(m.e.known)} UTC`),
        svg("line", { class: "mark-bar", x1: a, x2: b, y1: y, y2: y }),
        svg("circle", { class: "mark-ring", cx: a, cy: y, r: 6 }),
        svg("circle", { class: "mark-disc", cx: b, cy: y, r: Math.abs(a - b) < 3 ? 3.2 : 5 }),
        m.from < from ? svg("text", { class: "tick-text", x: a - 8, y: y + 20 }, `← ${time(m.e.occurred_from, true)}`) : "",
        m.from > to ? svg("text", { class: "tick-text", x: a + 8, y: y + 20, "text-anchor": "end" },
          `${time(m.e.occurred_from, true)} →`) : "",
        svg("text", { class: "mark-n", x: b, y: y - 10 + (level > 0 ? 28 + (level - 1) * 0 : 0),
          "text-anchor": "middle" }, String(m.n))));
    }
  });
  return picture;
}

function scopeText(f) {
  const what = f.purpose === "*" ? "everything" : f.purpose === "*promotional"
    ? "everything promotional" : f.purpose;
  const how = f.channels.length >= 6 ? "every channel" : f.channels.map(channel).join(", ");
  return `${readable(f.kind)}: ${what}, by ${how}, for ${f.controller === "*" ? "every company"
    : f.controller}`;
}

function details(e) {
  const changed = e.effect.filter((x) => x.changed);
  return h("details", { class: "more" }, h("summary", {}, "Details"),
    e.facts.length > 0 ? h("ul", {}, e.facts.map((f) => h("li", {}, scopeText(f)))) : null,
    changed.length > 0 ? h("div", {}, h("p", {}, "What it changed:"), h("ul", {},
      changed.map((x) => h("li", {}, `${x.purpose} by ${channel(x.channel)}, ${x.controller}: `,
        verdict(x.before), ` (${shortReason(x.before.reason)}) → `, verdict(x.after),
        ` (${shortReason(x.after.reason)})`)))) : h("p", {}, "It changed no answer."),
    h("p", { class: "quiet" }, `Kafka: ${e.kafka.topic}, partition ${e.kafka.partition}, offset `
      + `${e.kafka.offset}. Ledger: ${e.ledger_id || "not in it"}.`),
    e.data ? h("pre", { tabindex: "0", role: "group", "aria-label": "What the event says" },
      JSON.stringify(e.data, null, 2))
      : h("p", { class: "quiet" }, e.bytes === "forgotten"
        ? `What it said has been forgotten${e.forgotten ? ` on ${e.forgotten.slice(0, 10)}` : ""}: `
          + "nobody can read it any more."
        : "What it says is not shown: redacted, unreadable, or not for this token."));
}

function outcomeText(e) {
  const text = e.outcome === "accepted" ? "Accepted" : `${readable(e.outcome)}: `
    + shortReason(e.reason);
  return h("span", {}, text,
    e.late ? h("span", { class: "tag" }, "late") : null,
    e.linked ? h("span", { class: "tag" }, "about a linked contact") : null,
    e.quarantine ? h("a", { class: "tag", href: `#/quarantine/${e.quarantine.id}` },
      `quarantine, ${e.quarantine.state}`) : null);
}

export function showTimeline(section, found) {
  const events = found.events;
  if (events.length === 0) {
    put(section, h("p", { class: "empty" }, "No event. When somebody tells us about this "
      + "contact, it will stand here with its source and both times."));
    return;
  }
  const rows = rowsOf(events);
  const all = h("div", {});
  const page = (from) => {
    const part = events.slice(from, from + PAGE);
    const tab = table("The events, in the order in which they became known",
      ["No.", "What", "Occurred (UTC)", "Known (UTC)", "Source", "Agreement", "Became", "More"],
      part.map((e, i) => [String(from + i + 1), eventType(e.type),
        e.occurred_from ? time(e.occurred_from) : "–", time(e.known), sourceName(e),
        e.agreement || "–", outcomeText(e), details(e)]), { class: "events", shown: true });
    tab.querySelectorAll("tbody tr").forEach((row, i) => {
      row.tabIndex = -1;
      row.dataset.ledger = part[i].ledger_id;
    });
    put(all, tab);
    if (from + PAGE < events.length) {
      const more = h("p", { class: "noprint" }, h("button", { type: "button", onclick: () => {
        more.remove();
        stand(page(from + PAGE));
      } }, `Show ${Math.min(PAGE, events.length - from - PAGE)} more of ${events.length}`));
      put(all, more);
    }
    return tab;
  };
  const frame = h("div", { class: "picture" });
  const redraw = () => frame.replaceChildren(draw(rows, Math.max(300, frame.clientWidth)));
  put(section,
    h("ul", { class: "legend", "aria-label": "How to read the picture" },
      h("li", {}, h("span", { class: "key ring" }), "when the person acted"),
      h("li", {}, h("span", { class: "key disc" }), "when we learned of it"),
      h("li", {}, h("span", { class: "key yes" }), "a yes"),
      h("li", {}, h("span", { class: "key no" }), "a no"),
      h("li", {}, h("span", { class: "key other" }), "anything else"),
      h("li", {}, h("span", { class: "key waits" }), "waits in quarantine")),
    frame, all);
  page(0);
  redraw();
  let width = frame.clientWidth;
  new ResizeObserver(() => {
    if (Math.abs(frame.clientWidth - width) > 2) {
      width = frame.clientWidth;
      redraw();
    }
  }).observe(frame);
}
