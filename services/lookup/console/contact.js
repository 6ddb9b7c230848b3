// contact.js - one contact: the answers, the time line, and a question about a day.
//
// The contact stays in memory: it is never part of an address.

import { field, h, once, put, replace, say, select } from "./dom.js";
import { ask, may, refresh, saveAnswer, session } from "./session.js";
import { channel, count } from "./words.js";
import { showAnswers } from "./answers.js";
import { showTimeline } from "./timeline.js";
import { showDocument } from "./document.js";
import { showErasing } from "./erasing.js";
import { showHolding } from "./holds.js";
import { showKept, showLooked } from "./looked.js";
import { showQuestion } from "./question.js";
import { standing } from "./standing.js";

const last = { kind: "email", text: "", country: "", controller: "" };

/** Goes to a contact that another view knows: {email} or {phone, country}. */
export function lookAt(contact) {
  last.kind = contact.email ? "email" : "phone";
  last.text = contact.email || contact.phone;
  last.country = contact.country || "";
  location.hash = "#/contact";
}

/** Nobody who signs in next finds whom this one looked at. */
export function forget() {
  last.text = "";
}

function form(controllers, submit) {
  const kinds = h("div", { class: "kinds" }, [["email", "E-mail address"],
    ["phone", "Telephone number"]].map(([value, text]) => {
    const input = h("input", { type: "radio", name: "kind", value, id: `kind-${value}`,
      checked: last.kind === value, onchange: () => { last.kind = value; change(); } });
    return h("span", {}, input, " ", h("label", { for: input.id }, text));
  }));
  const text = h("input", { type: "text", required: true, autocomplete: "off", value: last.text,
    spellcheck: "false", autocapitalize: "off", maxlength: "511" });
  const country = h("input", { type: "text", maxlength: "2", size: "3", value: last.country,
    autocomplete: "off" });
  const controller = select(controllers.map((k) => [k.id, k.name || k.id]),
    last.controller || controllers[0]?.id);
  const textField = field("Contact", text);
  const countryField = field("Country", country, "Two letters; for a number without +");
  const button = h("button", { class: "primary" }, "Look it up");
  function change() {
    textField.querySelector("label").textContent =
      last.kind === "email" ? "E-mail address" : "Telephone number";
    text.inputMode = last.kind === "email" ? "email" : "tel";
    countryField.hidden = last.kind === "email";
  }
  change();
  return h("form", { class: "card find", role: "search", "aria-label": "Find a contact",
    onsubmit: (event) => {
      event.preventDefault();
      last.text = text.value.trim();
      last.country = country.value.trim().toUpperCase();
      last.controller = controller.value;
      button.disabled = true;
      submit().finally(() => { button.disabled = false; });
    } },
  h("fieldset", {}, h("legend", { class: "visually-hidden" }, "What kind of contact"), kinds),
  h("div", { class: "row" }, textField, countryField,
    field("For the company", controller), h("div", { class: "field act" }, button)));
}

function contactOf() {
  const contact = { [last.kind]: last.text };
  if (last.kind === "phone" && last.country) contact.country = last.country;
  return contact;
}

function summary(found, controller) {
  const n = found.events.length;
  const sources = new Set(found.events.map((e) => e.source).filter(Boolean));
  return h("div", { class: "summary" },
    h("p", { class: "who-is" }, last.text),
    h("p", { class: "quiet" }, n === 0
      ? "Nobody has ever told us about this contact. What follows holds for anybody unknown."
      : `${count(n)} event${n === 1 ? "" : "s"} from ${count(sources.size)} source`
        + `${sources.size === 1 ? "" : "s"}. Answers are for ${controller.name || controller.id}`
        + ` ${last.kind === "email" ? "about this e-mail address" : "about this number"}`
        + ", as known now."));
}

export async function showContact(place, tools) {
  const { controllers, purposes, channels } = session.me.register;
  const result = h("div", { class: "result" });

  async function lookUp() {
    const contact = contactOf();
    const controller = controllers.find((k) => k.id === last.controller) || controllers[0];
    result.setAttribute("aria-busy", "true");
    replace(result, h("p", { class: "quiet" }, "Looking …"));
    try {
      const queries = purposes.flatMap((p) => channels.map((c) =>
        ({ contact, controller: controller.id, purpose: p.id, channel: c })));
      const found = await ask("/v1/provenance", { contact });
      const { decisions } = await ask("/v1/decisions", { queries });
      if (!tools.current()) return;
      const parts = [["answers", "Answers"], ["timeline", "Time line"], ["question", "At a day"]];
      if (may("export")) parts.push(["person", "For the person"], ["looked", "Who has looked, and how long it is kept"]);
      const sections = parts.map(([id, title]) => h("section", { id, "aria-labelledby": `${id}-h` },
        h("h2", { id: `${id}-h`, tabindex: "-1" }, title)));
      replace(result, summary(found, controller),
        standing({ decisions, purposes, channels, kind: last.kind, events: found.events }),
        h("p", { class: "jump" }, parts.map(([id, title]) => h("button", { type: "button",
          class: "plain", onclick: () => {
            const head = document.getElementById(`${id}-h`);
            head.scrollIntoView({ block: "start" });
            head.focus({ preventScroll: true });
          } }, title))),
        sections);
      showAnswers(sections[0], { contact, controller, purposes, channels, decisions, tools,
        kind: last.kind });
      showTimeline(sections[1], found);
      showQuestion(sections[2], { contact, controller, controllers, purposes, channels, tools,
        kind: last.kind });
      const paper = h("div", {});
      if (may("export")) put(sections[3], h("p", { class: "quiet" },
        "All that is held about this contact, as a document for the person, in a language of theirs."),
      h("p", { class: "noprint" }, h("button", { type: "button", onclick: (event) => {
        event.target.remove();
        showDocument(paper, contact, tools);
        document.getElementById("document-language").focus();
      } }, "Make the document")), paper);
      if (may("evidence")) put(sections[3], h("p", { class: "noprint" }, h("button", { type: "button", onclick: async (event) => {
        const button = event.target;
        button.disabled = true;
        try {
          await saveAnswer("/v1/evidence", { contact }, "evidence.zip");
          say("The file is saved.");
        } catch (problem) {
          put(sections[3], tools.trouble(problem, null));
        } finally {
          button.disabled = false;
          button.focus();
        }
      } }, "Save the evidence, with proofs (ZIP)")));
      // what each button shows stands below it once, however often it is asked for
      const below = (words, show) => {
        const place = h("div", {});
        return [h("p", { class: "noprint" }, h("button", { type: "button",
          onclick: once(() => show(place, contact, tools)) }, words)), place];
      };
      if (may("erasure")) put(sections[3], below("Show what an erasure would take", showErasing));
      if (may("export")) put(sections[4], below("Show the audit", showLooked), below("Show how long it is kept", showKept),
        may("holds") ? below("Hold it back from being erased", showHolding) : null);
      const yes = decisions.filter((d) => d.verdict === "PERMIT").length;
      say(`Found. ${count(yes)} of ${count(decisions.length)} answers are permit.`);
      refresh().catch(() => {});
    } catch (problem) {
      if (tools.current()) replace(result, tools.trouble(problem, lookUp));
    } finally {
      result.removeAttribute("aria-busy");
    }
  }

  if (controllers.length === 0) {
    put(place, h("p", { class: "note" }, "The register has no company yet: apply one first."));
    return;
  }
  put(place, form(controllers, lookUp), result);
  if (last.text) await lookUp();
  else {
    put(result, h("p", { class: "empty" }, "Type an address or a number as the person gave it. "
      + "You will see for each purpose and channel whether a message would be lawful, "
      + `by ${channel("email")} and otherwise, why, and everything it rests on.`));
    place.querySelector("input[type=text]").focus();
  }
}
