// answers.js - the answer for every purpose and channel, as a grid of buttons.

import { h, put, replace, say } from "./dom.js";
import { ask } from "./session.js";
import { channel, purposeClass, reason, shortReason } from "./words.js";
import { aboutText, explanation, purposeTitle } from "./explain.js";

// What is asked most comes first; the rest is folded away.
const FIRST = ["promotional", "solicited", "sharing"];
const MAIN = "marketing.promotional"; // what most questions are about: it leads its row
const SUITS = { email: ["email", "web", "social"], phone: ["phone", "sms", "social"] };

function cell(d, label, open) {
  const yes = d.verdict === "PERMIT";
  return h("button", { type: "button", class: yes ? "cell yes" : "cell no", title: reason(d.reason),
    "aria-label": `${label}: ${yes ? "permit" : "deny"}, ${shortReason(d.reason)}`, onclick: open },
  h("span", { class: "cell-word" }, yes ? "✓ Permit" : "✕ Deny"),
  h("span", { class: "cell-why" }, shortReason(d.reason)));
}

export function showAnswers(section, about) {
  const { contact, controller, purposes, channels, decisions, tools, kind } = about;
  const explained = h("div", { class: "panel", id: "explained" });
  const all = h("input", { type: "checkbox", id: "all-channels", onchange: draw });
  const each = h("input", { type: "checkbox", id: "each-purpose", onchange: draw });
  const place = h("div", {});

  async function open(button, purpose, c) {
    section.querySelectorAll(".cell[aria-expanded]").forEach((b) =>
      b.removeAttribute("aria-expanded"));
    button.setAttribute("aria-expanded", "true");
    try {
      const said = await ask("/v1/decisions?explain=true", { queries: [{ contact,
        controller: controller.id, purpose: purpose.id, channel: c }] });
      const head = h("h3", { tabindex: "-1" }, "Why");
      replace(explained, head,
        explanation(said.decisions[0], aboutText(purpose, c, controller)),
        h("p", { class: "noprint" }, h("button", { type: "button", class: "plain",
          onclick: () => { replace(explained); button.focus(); } }, "Close")));
      // Beside the row that was asked about, whatever its table.
      button.closest(".group").after(explained);
      head.focus();
    } catch (problem) {
      replace(explained, tools.trouble(problem, () => open(button, purpose, c)));
    }
  }

  const answer = (p, c) => decisions[purposes.indexOf(p) * channels.length + channels.indexOf(c)];

  /** Purposes whose answers are all the same stand in one row, unless each is wanted. */
  function folded(rows, columns) {
    if (each.checked) return rows.map((p) => [p]);
    const found = new Map();
    for (const p of rows) {
      const same = columns.map((c) => `${answer(p, c).verdict} ${answer(p, c).reason}`).join("|");
      if (!found.has(same)) found.set(same, []);
      found.get(same).push(p);
    }
    return [...found.values()].map((list) => [...list.filter((p) => p.id === MAIN), ...list.filter((p) => p.id !== MAIN)]);
  }

  function group(name, all_, columns) {
    const rows = folded(all_, columns);
    const head = h("tr", {}, h("th", { scope: "col" }, "Purpose"),
      columns.map((c) => h("th", { scope: "col" }, channel(c))));
    const body = rows.map(([p, ...same]) => h("tr", {},
      h("th", { scope: "row", title: p.id }, purposeTitle(p), same.length > 0
        ? h("span", { class: "quiet same" }, `The same: ${same.map(purposeTitle).join(", ")}`) : null),
      columns.map((c) => {
        const d = answer(p, c);
        const button = cell(d, `${purposeTitle(p)} by ${channel(c)}`,
          () => open(button, p, c));
        return h("td", { "data-head": channel(c) }, button);
      })));
    return h("div", { class: "scroll group", tabindex: "0", role: "group", "aria-label": name },
      h("table", { class: "grid" }, h("caption", {}, name), h("thead", {}, head),
        h("tbody", {}, body)));
  }

  function draw() {
    const columns = all.checked ? channels : channels.filter((c) => SUITS[kind].includes(c));
    const classes = [...new Set(purposes.map((p) => p.class))];
    const tables = (names) => names.map((name) => group(purposeClass(name),
      purposes.filter((p) => p.class === name), columns));
    const rest = classes.filter((name) => !FIRST.includes(name));
    replace(explained);
    replace(place, ...tables(FIRST.filter((name) => classes.includes(name))),
      h("details", { class: "more" }, h("summary", {},
        `What is no marketing: ${rest.map(purposeClass).join(", ").toLowerCase()}`),
      tables(rest)));
    if (all.checked) say("All channels are shown.");
  }

  draw();
  put(section, h("p", { class: "quiet" }, "Choose an answer to see the rule, the events and the "
    + "law behind it."), place,
  h("p", { class: "noprint" }, all, " ", h("label", { for: "all-channels" }, "Show every channel"), " ",
    each, " ", h("label", { for: "each-purpose" }, "Show every purpose in a row of its own")),
  explained);
}
