// changing.js - register files are given, what they would change is shown, and then it is done.

import { field, h, put, replace, say, table } from "./dom.js";
import { ask, save } from "./session.js";
import { changes } from "./entries.js";
import { count, readable, time } from "./words.js";

/** "2 added, 1 withdrawn" */
function sums(list) {
  return ["added", "changed", "withdrawn"].map((word) => [list.filter((c) => c.change === word).length, word])
    .filter(([n]) => n > 0).map(([n, word]) => `${count(n)} ${word}`).join(", ");
}

function difference(list) {
  return table("What it would change", ["Entry", "Becomes", "Says", "Holds from"],
    list.map((c) => [`${readable(c.kind)} ${c.id}`, c.change === "withdrawn" ? h("span", { class: "tag bad" }, "withdrawn") : c.change,
      c.after === null ? h("ul", { class: "bare" }, changes(c.before, null))
        : JSON.stringify(c.after) === JSON.stringify(c.before) ? `the same, in the file ${c.register}`
          : h("ul", { class: "bare" }, changes(c.after, c.before)),
      c.from ? time(c.from, true) : "always"]), { class: "stack" });
}

async function keep(name, tools, out) {
  try {
    const found = await ask(`/v1/register/${encodeURIComponent(name)}`);
    save(`${name}.json`, new Blob([`${JSON.stringify(found, null, 2)}\n`], { type: "application/json" }));
    replace(out, h("p", { class: "note", role: "status" }, `Saved as ${name}.json, as it stands.`));
  } catch (problem) {
    replace(out, tools.trouble(problem, null));
  }
}

/** names: the registers whose files can be had. done: called when the register has changed. */
export function showChanging(names, tools, done) {
  const input = h("input", { type: "file", multiple: true, accept: ".json,application/json", required: true });
  const out = h("div", { class: "panel" }), saved = h("div", {});

  async function given() {
    return Promise.all([...input.files].map(async (file) => ({ name: file.name, text: await file.text() })));
  }
  async function apply(files, name, why) {
    try {
      const { changes: made } = await ask("/v1/register", { files, difference: name, why });
      input.value = "";
      replace(out, h("p", { class: "note", role: "status" }, `In force: ${sums(made) || "it said so already"}. The lists follow by themselves.`));
      say("The register is changed.");
      await done();
    } catch (problem) {
      replace(out, tools.trouble(problem, null));
    }
  }
  function confirm(files, found) {
    const why = h("textarea", { rows: "2", maxlength: "900", required: true });
    return h("form", { "aria-label": "Put it in force", onsubmit: (event) => {
      event.preventDefault();
      if (why.value.trim()) apply(files, found.difference, why.value.trim());
    } },
    h("div", { class: "row" }, field("Why", why, "Kept beside your name with every entry. Nothing that was said before is lost.")),
    h("p", { class: "buttons" }, h("button", { class: "primary" }, "Put it in force")));
  }
  async function look() {
    try {
      const files = await given();
      const found = await ask("/v1/register?dry_run=true", { files });
      const head = h("h3", { tabindex: "-1" }, found.changes.length === 0 ? "It would change nothing"
        : `It would change: ${sums(found.changes)}`);
      replace(out, head, found.changes.length === 0 ? h("p", {}, "The register says so already.")
        : [difference(found.changes), confirm(files, found)]);
      head.focus();
    } catch (problem) {
      replace(out, tools.trouble(problem, null));
    }
  }
  input.addEventListener("change", () => replace(out));
  return h("section", { class: "noprint", "aria-labelledby": "changing-h" }, h("h2", { id: "changing-h" }, "Change it"),
    h("p", { class: "quiet" }, "Save a file, change it, and give it back. A file says all that its register says from now on: what no "
      + "longer stands in it is withdrawn. The whole register is checked first."),
    h("p", { class: "buttons" }, names.map((name) =>
      h("button", { type: "button", onclick: () => keep(name, tools, saved) }, `Save ${name}.json`))), saved,
    put(h("form", { class: "card", "aria-label": "Register files", onsubmit: (event) => {
      event.preventDefault();
      look();
    } }), h("div", { class: "row" }, field("Register files", input)),
    h("p", { class: "buttons" }, h("button", { class: "primary" }, "See what it would change"))), out);
}
