// holds.js - what is held back from being erased: a hold is set, and lifted when its matter is over.

import { field, h, once, replace, say, select, table, twoSteps } from "./dom.js";
import { all, ids } from "./entries.js";
import { ask, company, may, session } from "./session.js";
import { time } from "./words.js";


/** What it is about, in words: "one contact, held by every company, under every row". */
function about(o) {
  return `${o.one_contact ? "one contact" : "every contact"}, held by ${o.controller ? company(o.controller) : "every company"}, under `
    + (o.row ? `row ${o.row} of retention` : "every row of retention");
}

/** Lifts one, after saying what follows. */
function lifting(o, tools, done) {
  const place = h("div", {});
  async function lift() {
    try {
      await ask(`/v1/holds/${o.hold}/lift`, {});
      say(`Hold ${o.hold} is lifted.`);
      await done();
    } catch (problem) {
      replace(place, tools.trouble(problem, null));
    }
  }
  return twoSteps(place, "Lift", `Lift hold ${o.hold}`, `Lift hold ${o.hold}, ${o.matter}`,
    "What it holds back may then be erased, at once where a person has asked for that.", lift);
}

function list(found, tools, done) {
  return found.length === 0 ? h("p", { class: "empty" }, "Nothing is held back from being erased.")
    : table("What is held back from being erased", ["Hold", "Matter", "What", "Why", "By", "Since (UTC)"],
      found.map((o) => [String(o.hold), [o.matter, " ", may("holds") ? lifting(o, tools, done) : null], about(o), o.reason, o.by,
        time(o.since)]), { class: "stack" });
}

/** contact: whose data it is about, where that is known already; then nobody types it. */
function setting(rows, tools, done, contact) {
  const matter = h("input", { type: "text", maxlength: "64", required: true, autocomplete: "off" });
  const reason = h("input", { type: "text", maxlength: "255", required: true, autocomplete: "off" });
  const kind = select([["email", "An e-mail address"], ["phone", "A telephone number"], ["all", "Every contact"]], "email");
  const text = h("input", { type: "text", maxlength: "511", autocomplete: "off", spellcheck: "false" });
  const country = h("input", { type: "text", maxlength: "2", size: "3", autocomplete: "off" });
  const controller = select([["", "Every company"], ...session.me.register.controllers.map((k) => [k.id, k.name || k.id])], "");
  const row = select([["", "Every row"], ...rows.map((id) => [id, id])], "");
  const textField = field("Address or number to hold", text);
  const countryField = field("Country", country, "Two letters; for a number without +");
  const out = h("div", { class: "panel" });

  function change() {
    textField.hidden = kind.value === "all";
    text.required = !contact && kind.value !== "all";
    countryField.hidden = kind.value !== "phone";
    replace(out);
  }
  function body() {
    const said = { matter: matter.value.trim(), reason: reason.value.trim() };
    if (contact) said.contact = contact;
    else if (kind.value !== "all") said.contact = { [kind.value]: text.value.trim() };
    if (!contact && kind.value === "phone" && country.value.trim()) said.contact.country = country.value.trim().toUpperCase();
    if (controller.value) said.controller = controller.value;
    if (row.value) said.row = row.value;
    return said;
  }
  const hold = once(async (said) => {
    try {
      const made = await ask("/v1/holds", said);
      await done();
      const head = h("h4", { tabindex: "-1" }, `Hold ${made.hold} is set`);
      text.value = "";
      replace(out, head, h("p", {}, "It holds from now on, until somebody lifts it",
        contact ? [" on the page of the ", h("a", { href: "#/register" }, "register")] : null, "."));
      say(`Hold ${made.hold} is set.`);
      head.focus();
    } catch (problem) {
      replace(out, tools.trouble(problem, null));
    }
  });
  const look = once(async () => {
    const said = body();
    try {
      const found = await ask("/v1/holds?dry_run=true", said);
      if (!tools.current()) return;
      const head = h("h4", { tabindex: "-1" }, "What it would do");
      replace(out, head, h("p", { class: "note" }, `Nothing is erased of ${about(found)}, until the hold is lifted: neither when its time is over `
        + "nor because a person asks for it. What may be sent does not change, and what was erased before does not come back."),
      found.one_contact ? null : h("p", { class: "trouble" }, "It is for everybody: no request for erasure is carried out in full while it lasts."),
      h("p", { class: "buttons" }, h("button", { type: "button", class: "primary", onclick: () => hold(said) }, "Set the hold")));
      head.focus();
    } catch (problem) {
      replace(out, tools.trouble(problem, null));
    }
  });
  kind.addEventListener("change", change);
  for (const one of [matter, reason, text, country, controller, row]) one.addEventListener("input", () => replace(out));
  change();
  return h("form", { class: "card noprint", "aria-labelledby": "holding-h", onsubmit: (event) => {
    event.preventDefault();
    look();
  } },
  h("h3", { id: "holding-h" }, contact ? "Set a hold on this contact" : "Set a hold"),
  h("div", { class: "row" }, field("Matter", matter, "What it is for, as a case’s number"), field("Why it must stay", reason)),
  contact ? null : h("div", { class: "row" }, field("Whose data", kind), textField, countryField),
  h("div", { class: "row" }, field("Held by", controller), field("Under the row", row)),
  h("p", { class: "buttons" }, h("button", { class: "primary" }, "See what the hold would do")), out);
}

/** rows: the ids of the register's rows of retention. */
export async function showHolds(rows, tools) {
  const place = h("div", {});
  async function load() {
    const { holds } = await ask("/v1/holds");
    replace(place, list(holds, tools, load));
  }
  await load();
  return h("section", { "aria-labelledby": "holds-h" }, h("h2", { id: "holds-h" }, "Held back from being erased"), place,
    may("holds") ? setting(rows, tools, load) : null);
}

/** The form for one contact, on its page. */
export async function showHolding(place, contact, tools) {
  const stood = document.activeElement;
  try {
    const form = setting(ids(await all("retention"), "retention"), tools, async () => {}, contact);
    replace(place, form);
    if (document.activeElement === stood) form.querySelector("input").focus();
  } catch (problem) {
    replace(place, tools.trouble(problem, null));
  }
}
