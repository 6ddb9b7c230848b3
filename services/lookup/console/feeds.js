// feeds.js - what each source sends, how late, and what it was worth.

import { h, put, replace, svg, table } from "./dom.js";
import { ask, may } from "./session.js";
import { entryLink } from "./entries.js";
import { count, length, readable, time } from "./words.js";

const sum = (day) => day.accepted + day.duplicates + day.quarantined + day.refused;

/** Fourteen bars: what was accepted, and on top what was not. */
function bars(days) {
  const most = Math.max(1, ...days.map(sum));
  const total = days.reduce((n, d) => n + sum(d), 0);
  const bad = days.reduce((n, d) => n + d.quarantined + d.refused, 0);
  const text = total === 0 ? "nothing in fourteen days"
    : `${count(total)} in fourteen days, ${count(bad)} of them not accepted`;
  const picture = svg("svg", { class: "bars", viewBox: "0 0 112 28", width: 112, height: 28,
    role: "img", "aria-label": text }, svg("title", {}, text));
  days.forEach((d, i) => {
    const whole = (sum(d) / most) * 26;
    const part = ((d.quarantined + d.refused) / most) * 26;
    picture.append(svg("rect", { class: "bar-none", x: i * 8, y: 26.5, width: 6, height: 1.5 }));
    if (whole > 0)
      picture.append(
        svg("rect", { class: "bar-good", x: i * 8, y: 28 - whole, width: 6, height: whole }),
        svg("rect", { class: "bar-bad", x: i * 8, y: 28 - whole, width: 6, height: part }));
  });
  return picture;
}

function stands(f, now) {
  const tags = [];
  if (!f.in_force) tags.push(h("span", { class: "tag" }, "not in force"));
  if (f.suspended) tags.push(h("span", { class: "tag bad" }, "suspended"));
  if (f.lag_median_s !== null && f.lag_median_s > f.promised_s)
    tags.push(h("span", { class: "tag bad" }, "later than promised"));
  const silent = f.last_event ? (Date.parse(now) - Date.parse(f.last_event)) / 1000 : null;
  return h("span", {}, h("b", {}, entryLink("source", f.source)), h("br"),
    h("span", { class: "quiet" }, readable(f.type).toLowerCase(),
      silent !== null && silent > 7 * 86400 ? `, silent for ${length(silent)}` : ""), tags);
}

function showFeedTable(place, said) {
  const feeds = [...said.feeds].sort((a, b) => b.waiting - a.waiting
    || (b.last_event || "").localeCompare(a.last_event || ""));
  put(place, table("Feeds, those with something waiting first",
    ["Source", "Fourteen days", "Today", "Last accepted (UTC)", "Lag, median", "Lag, worst",
      "Promised", "Waiting"],
    feeds.map((f) => [stands(f, said.now), bars(f.days), count(sum(f.days[f.days.length - 1])),
      f.last_event ? time(f.last_event) : sum(f.days.at(-1)) > 0 || f.waiting > 0 ? "none accepted yet" : "never", length(f.lag_median_s), length(f.lag_worst_s),
      length(f.promised_s), f.waiting > 0 && may("quarantine")
        ? h("a", { href: `#/quarantine/source:${encodeURIComponent(f.source)}` }, count(f.waiting)) : count(f.waiting)]),
    { class: "stack" }));
}

async function showQuality(place, tools) {
  const section = h("section", { "aria-labelledby": "quality-h" },
    h("h2", { id: "quality-h" }, "What they were worth, in thirty days"));
  const part = h("div", {}, h("p", { class: "quiet" }, "Counting …"));
  put(section, part);
  put(place, section);
  try {
    const { sources } = await ask("/v1/quality");
    if (!tools.current()) return;
    const share = (n, of) => (of > 0 ? `${count(n)} (${Math.round((n / of) * 100)} %)` : count(n));
    replace(part, sources.length === 0
      ? h("p", { class: "empty" }, "No source has sent anything in thirty days.")
      : table("Quality of the sources' events", ["Source", "Events", "Accepted", "Quarantined",
        "Refused", "Late", "Grants", "without warranty", "of people who had said no", "Contacts",
        "who complained", "Minors"],
      sources.map((s) => [h("b", {}, s.source), count(s.events), share(s.accepted, s.events),
        share(s.quarantined, s.events), share(s.refused, s.events), share(s.late, s.events),
        count(s.grants), share(s.grants_without_warranty, s.grants),
        share(s.grants_already_suppressed, s.grants), count(s.contacts),
        share(s.contacts_complained, s.contacts), count(s.minors)]), { class: "stack" }));
  } catch (problem) {
    replace(part, tools.trouble(problem, () => {
      section.remove();
      showQuality(place, tools);
    }));
  }
}

export async function showFeeds(place, tools) {
  const said = await ask("/v1/feeds");
  if (!tools.current()) return;
  put(place, h("p", { class: "quiet" }, "Lag is the time from what happened to our knowing of it, "
    + "over each feed’s last events. In the bars, the upper part was not accepted."
    + (may("desk") ? " A source’s name leads to what the register says and has said of it." : "")));
  showFeedTable(place, said);
  if (may("quality")) await showQuality(place, tools);
}
