// register.js - what the register says and has said, the tokens, and what is held back.

import { field, h, put, replace, say, select, table } from "./dom.js";
import { ask, may } from "./session.js";
import { all, changes, entryLink, ids, said } from "./entries.js";
import { showChanging } from "./changing.js";
import { showHolds } from "./holds.js";
import { showTokens } from "./tokens.js";
import { showEnding, stands } from "./ending.js";
import { count, readable, time } from "./words.js";

const KINDS = ["controller", "website", "policy", "purpose", "party", "agreement", "source", "recipient", "list", "retention",
  "windows", "holidays", "archive", "authority", "adequacy", "link_key", "webhook"];
const seen = { kind: "agreement" };

const since = (at) => (at ? time(at) : "from the beginning");
/** The versions of an entry, the latest first, each beside the one before. */
function versions(list) {
  return table("Versions, the latest first", ["Known (UTC)", "Holds from", "Says", "File", "Who, and why"],
    list.map((e, i) => {
      const made = changes(e.body, list[i + 1] ? list[i + 1].body : null);
      return [since(e.known), e.effective ? time(e.effective, true) : "always",
        made.length > 0 ? h("ul", { class: "bare" }, made) : "the same", e.origin, [e.person || e.applied_by, e.why ? `: ${e.why}` : ""]];
    }), { class: "stack" });
}

async function showEntry(place, tools, kind, id) {
  const [list, agreed] = await Promise.all([all(kind, id),
    kind === "agreement" ? ask(`/v1/agreements/${encodeURIComponent(id)}`).catch((problem) => {
      if (problem.status === 404) return null; // withdrawn
      throw problem;
    }) : null]);
  if (!tools.current()) return;
  tools.title.textContent = `${readable(kind)} ${id}`;
  document.title = `${tools.title.textContent} · consentmq console`;
  put(place, h("p", { class: "noprint" }, h("a", { href: "#/register" }, "← The register")),
    agreed ? [stands(agreed), showEnding(agreed, tools), h("h2", {}, "In the register")] : null,
    list.length === 0 ? h("p", { class: "empty" }, "The register has nothing of that name.") : versions(list));
}

/** The registers that something in force is from. */
const files = (list) => [...new Set(said(list).map((e) => e.origin))].sort();
const sources = (list) => said(list).filter((e) => e.kind === "source")
  .map((e) => ({ id: e.id, sandbox: e.body.sandbox === true })).sort((a, b) => (a.id < b.id ? -1 : 1));

async function showWhole(place, tools) {
  const kind = select(KINDS.map((k) => [k, readable(k)]), seen.kind);
  const result = h("div", {});
  let list = [];

  async function load() {
    list = await all();
    if (tools.current()) show();
  }
  function show() {
    const latest = new Map();
    for (const e of list.filter((one) => one.kind === seen.kind)) {
      if (!latest.has(e.id)) latest.set(e.id, { ...e, n: 0 });
      latest.get(e.id).n++;
    }
    replace(result, latest.size === 0 ? h("p", { class: "empty" }, "None.")
      : table(`${readable(seen.kind)}: what the register says`, ["Id", "Says", "Known (UTC)", "Versions"],
        [...latest.values()].map((e) => [entryLink(seen.kind, e.id),
          e.body ? h("ul", { class: "bare" }, changes(e.body, null).slice(0, 4)) : "withdrawn", since(e.known), count(e.n)]),
        { class: "stack" }));
    say(`${latest.size} shown.`);
  }
  await load();
  const [held, known] = await Promise.all([showHolds(ids(list, "retention"), tools), showTokens(sources(list), tools)]);
  if (!tools.current()) return;
  kind.addEventListener("change", () => {
    seen.kind = kind.value;
    show();
  });
  put(place, h("p", { class: "quiet" }, "The policy as data: who applied what, when and why."),
  h("div", { class: "row filter noprint" }, field("Show", kind)), result,
  may("register") ? showChanging(files(list), tools, load) : null,
  held, known);
}

export function showRegister(place, tools) {
  const [kind, ...id] = tools.more.split(":");
  return id.length > 0 ? showEntry(place, tools, kind, id.join(":")) : showWhole(place, tools);
}
