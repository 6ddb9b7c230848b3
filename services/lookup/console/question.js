// question.js - could we lawfully have written at ..., with what was known at ...?

import { field, h, instantField, put, replace, say, select } from "./dom.js";
import { ask } from "./session.js";
import { channel, purposeClass, time } from "./words.js";
import { aboutText, explanation, purposeTitle } from "./explain.js";

const SUITS = { email: "email", phone: "phone" };
const local = (date) => date.toISOString().slice(0, 16).replace("T", " ");

function purposeSelect(purposes) {
  const classes = [...new Set(purposes.map((p) => p.class))];
  const rank = (c) => (c === "promotional" ? 0 : 1);
  classes.sort((a, b) => rank(a) - rank(b));
  return h("select", {}, h("option", { value: "*promotional" }, "Anything promotional"),
    classes.map((c) => h("optgroup", { label: purposeClass(c) },
      purposes.filter((p) => p.class === c).map((p) =>
        h("option", { value: p.id, selected: p.id === "marketing.promotional" },
          purposeTitle(p))))));
}

export function showQuestion(section, about) {
  const { contact, controller, controllers, purposes, channels, tools, kind } = about;
  const company = select(controllers.map((k) => [k.id, k.name || k.id]), controller.id);
  const purpose = purposeSelect(purposes);
  const by = select(channels.map((c) => [c, channel(c)]), SUITS[kind]);
  const at = instantField(local(new Date()), { required: true });
  const known = instantField();
  const answer = h("div", { class: "panel" });

  async function submit() {
    const query = { contact, controller: company.value, purpose: purpose.value,
      channel: by.value, at: at.instant() };
    if (known.value.trim()) query.known = known.instant();
    try {
      const said = await ask("/v1/decisions?explain=true", { queries: [query] });
      const d = said.decisions[0];
      const p = purposes.find((one) => one.id === purpose.value)
        || { id: purpose.value, title: "Anything promotional" };
      const k = controllers.find((one) => one.id === company.value);
      const head = h("h3", { tabindex: "-1" },
        d.verdict === "PERMIT" ? "Yes, lawfully" : "No, not lawfully");
      replace(answer, head,
        h("p", {}, "At ", h("b", {}, `${time(query.at)} UTC`), query.known
          ? h("span", {}, ", judged by what was known at ", h("b", {}, `${time(query.known)} UTC`))
          : ", judged by everything known today", "."),
        explanation(d, aboutText(p, by.value, k)));
      head.focus();
    } catch (problem) {
      replace(answer, tools.trouble(problem, submit));
      say("That could not be answered.");
    }
  }

  put(section,
    h("p", { class: "quiet" }, "Could we lawfully write at a certain time? With a second time, the "
      + "answer is the one that could have been given then: later news is left out."),
    h("form", { class: "card", "aria-label": "A question about a day", onsubmit: (event) => {
      event.preventDefault();
      submit();
    } },
    h("div", { class: "row" }, field("Company", company), field("Purpose", purpose),
      field("Channel", by)),
    h("div", { class: "row" }, field("At (UTC)", at, "when the message would have been sent"),
      field("As known at (UTC)", known, "empty: everything known today"),
      h("div", { class: "field act" }, h("button", { class: "primary" }, "Ask")))),
    answer);
}
