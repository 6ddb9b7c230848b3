// due.js - what is due by retention and waits for a person: by row, and that it may go.

import { field, h, once, put, replace, say, table } from "./dom.js";
import { ask, company, may } from "./session.js";
import { count, many, time } from "./words.js";


/** The same count, typed, before it cannot be undone. */
function asking(found, tools) {
  const place = h("div", {}), out = h("div", {});
  const button = h("button", { class: "primary", disabled: true }, "Have it erased");
  const typed = h("input", { type: "text", inputmode: "numeric", autocomplete: "off", oninput: () => {
    button.disabled = typed.value.trim() !== String(found.contacts);
  } });
  const give = once(async () => {
    try {
      await ask("/v1/erasures/due", { counted: found.counted });
      replace(place, h("p", { class: "note" }, "Asked for. The keeper erases it, and counts again: load this page in a minute."));
      say("It is asked for.");
    } catch (problem) {
      replace(out, tools.trouble(problem, null));
    }
  });
  return put(place, h("form", { class: "card noprint", "aria-label": "Have it erased", onsubmit: (event) => {
    event.preventDefault();
    if (!button.disabled) give();
  } },
  h("p", { class: "trouble" }, "It cannot be undone. Holds are looked at once more, and a certificate for each contact says what went. ",
    "What must stay gets a hold first, on the page of the contact or of the ", h("a", { href: "#/register" }, "register"), "."),
  h("div", { class: "row" }, field(`To go on, type how many contacts it is: ${found.contacts}`, typed)),
  h("p", { class: "buttons" }, button), out));
}

/** found: retention_due of GET /v1/desk. What goes by itself has gone already: this waits for a person. */
export function showDue(found, tools) {
  const asked = found?.asked;
  if (!found || (found.contacts === 0 && (!asked || asked.done))) return null;
  return h("div", {},
    h("p", {}, `As counted on ${time(found.counted, true)}: of ${many(found.contacts, "contact", "contacts")} something is due to be erased, and no hold keeps it. `
      + "Its time is over (GDPR article 5(1)(e)): how long, and from when, says the row of the register. Whose it is says ",
    h("code", {}, `consentctl retention due --before ${found.counted.slice(0, 19)}Z`), "."),
    found.rows.length === 0 ? null : table("What is due to be erased, by row", ["Row", "Company", "Contacts"],
      found.rows.map((r) => [h("a", { href: `#/register/retention:${encodeURIComponent(r.row)}` }, r.row), company(r.controller),
        count(r.contacts)]), { class: "stack" }),
    asked && !asked.done ? h("p", { class: "note" }, `${asked.by} asked for it on ${time(asked.at)} UTC. The keeper is at it.`)
      : found.contacts > 0 && may("erasure") ? asking(found, tools) : null);
}
