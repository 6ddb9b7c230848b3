// trends.js - figures over time, as pictures and as the tables that say the same.

import { h, put, replace, say, select, table } from "./dom.js";
import { ask } from "./session.js";
import { count, length, time } from "./words.js";

const DAYS = [["30", "30 days"], ["90", "90 days"], ["365", "A year"]];
const KINDS = [["consents", "Consents"], ["opt_outs", "Opt-outs"], ["complaints", "Complaints"], ["bounces", "Bounces"],
  ["late", "Later than promised"]];
const MOST = 8; // lines of one picture
const seen = { days: "30" };
let charts = [];

/** The library, or null where the program was built without it: the tables say the same. */
async function library() {
  try {
    await import("/console/chart.js");
    return window.Chart || null;
  } catch {
    return null;
  }
}

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const total = (list) => list.reduce((sum, n) => sum + (n || 0), 0);

/** lines: [[name, [n of each day]]]; unit: how a number is written. */
function picture(Chart, title, days, lines, unit) {
  const rows = lines.map(([name, list]) => [name, unit === "time" ? length(Math.max(...list.map((n) => n || 0))) : count(total(list))]);
  const words = table(title, ["Of", unit === "time" ? "The slowest" : "In all"], rows, { class: "stack" });
  const place = h("section", {}, h("h2", {}, title));
  if (Chart && lines.length > 0) {
    const colours = ["--accent", "--no", "--yes", "--warn", "--other", "--quiet", "--focus", "--ink"].map(css);
    const canvas = h("canvas", { role: "img", "aria-label": `${title}. The table below says the same.` });
    const frame = h("div", { class: "chart" }, canvas);
    put(place, frame);
    charts.push([canvas, { type: "line",
      data: { labels: days, datasets: lines.slice(0, MOST).map(([label, data], i) => ({ label, data, borderColor: colours[i],
        backgroundColor: colours[i], borderWidth: 2, pointRadius: days.length > 40 ? 0 : 2, spanGaps: true })) },
      options: { animation: false, maintainAspectRatio: false, color: css("--ink"),
        plugins: { legend: { position: "bottom", labels: { color: css("--ink") } },
          tooltip: { callbacks: unit === "time" ? { label: (p) => `${p.dataset.label}: ${length(p.raw)}` } : {} } },
        scales: { x: { ticks: { color: css("--quiet"), maxTicksLimit: 10 }, grid: { color: css("--line") } },
          y: { beginAtZero: true, ticks: { color: css("--quiet"), precision: 0,
            callback: (n) => (unit === "time" ? length(n) : count(n)) }, grid: { color: css("--line") } } } } }]);
  }
  put(place, lines.length > 0 ? words : h("p", { class: "empty" }, "None in this time."));
  return place;
}

/** Those that most people answered with a no, as their senders call them. */
function campaigns(list) {
  return list.length === 0 ? h("p", { class: "empty" }, "None in this time that names its list or campaign.")
    : table("The lists and campaigns with the most opt-outs", ["Campaign or message", "List", "Source", "Opt-outs"],
      list.map((c) => [c.message_id || "–", c.list_id || "–", c.source || "–", count(c.opt_outs)]), { class: "stack" });
}

export async function showTrends(place, tools) {
  const days = select(DAYS, seen.days);
  const result = h("div", { class: "result" });
  const Chart = await library();

  async function load() {
    const d = await ask(`/v1/trends?days=${seen.days}`);
    if (!tools.current()) return;
    const labels = Array.from({ length: d.days }, (_, i) =>
      time(new Date(Date.parse(d.since) + i * 86400000).toISOString(), true));
    charts.forEach(([, , drawn]) => drawn?.destroy());
    charts = [];
    const of = (kind) => d.sources.map((s) => [s.source, s[kind]]).filter(([, list]) => total(list) > 0)
      .sort((a, b) => total(b[1]) - total(a[1]));
    replace(result, KINDS.map(([kind, title]) => picture(Chart, `${title} by source`, labels, of(kind))),
      picture(Chart, "Opt-outs acknowledged by list", labels, d.lists.map((l) => [l.list, l.opt_outs])),
      picture(Chart, "From an opt-out to its acknowledgement, the slowest of a day", labels,
        d.lists.map((l) => [l.list, l.slowest_s]), "time"),
      h("section", {}, h("h2", {}, "Opt-outs by list and campaign"), campaigns(d.campaigns)),
      h("section", {}, h("h2", {}, "What time itself will change"),
        table("Contacts whose answer changes without an event", ["Within", "Contacts"],
          [["30 days", count(d.ending.in_30_days)], ["60 days", count(d.ending.in_60_days)],
            ["90 days", count(d.ending.in_90_days)]], { class: "stack" }),
        h("p", { class: "quiet" }, "Consents that end or grow too old, and those of partners whose person nobody has told within a month (GDPR article 14)..")));
    charts.forEach((one) => { one.push(new Chart(one[0], one[1])); });
    say("The figures are shown.");
  }
  days.addEventListener("change", () => {
    seen.days = days.value;
    load().catch((problem) => replace(result, tools.trouble(problem, load)));
  });
  put(place, h("div", { class: "row filter noprint" }, h("div", { class: "field" },
    h("label", { for: "trend-days" }, "Over"), days)), result);
  days.id = "trend-days";
  await load();
}
