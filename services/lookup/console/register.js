// register.js - what the register says and has said, the tokens, and what is held back.

import { field, h, put, replace, say, select, table } from "./dom.js";
import { ask } from "./session.js";
import { count, readable, time } from "./words.js";

const KINDS = ["controller", "website", "policy", "purpose", "party", "agreement", "source", "recipient", "list", "retention",
  "windows", "holidays", "authority", "adequacy", "link_key", "webhook"];
const seen = { kind: "agreement" };

const since = (at) => (at ? time(at) : "from the beginning");
const plain = (value) => (value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value));

/** What one version of an entry says that the version before did not. */
function changes(now, then) {
  if (now === null) return [h("li", {}, "withdrawn")];
  const names = [...new Set([...Object.keys(now), ...Object.keys(then || {})])].filter((n) => n !== "id");
  return names.filter((n) => JSON.stringify(now[n]) !== JSON.stringify((then || {})[n])).map((n) =>
    h("li", {}, h("b", {}, readable(n)), ": ", then && then[n] !== undefined ? `${plain(then[n])} → ` : "", plain(now[n])));
}

/** The versions of an entry, the latest first, each beside the one before. */
function versions(list) {
  return table("Versions, the latest first", ["Known (UTC)", "Holds from", "Says", "From", "Applied by"],
    list.map((e, i) => {
      const made = changes(e.body, list[i + 1] ? list[i + 1].body : null);
      return [since(e.known), e.effective ? time(e.effective, true) : "always",
        made.length > 0 ? h("ul", { class: "bare" }, made) : "the same", e.origin, e.applied_by];
    }), { class: "stack" });
}

async function all(kind, id) {
  const found = [];
  let before = "";
  do {
    const query = new URLSearchParams({ kind, limit: "500" });
    if (id) query.set("id", id);
    if (before) query.set("before", before);
    const page = await ask(`/v1/register?${query}`);
    found.push(...page.entries);
    before = page.before;
  } while (before);
  return found;
}

async function showEntry(place, tools, kind, id) {
  const list = await all(kind, id);
  if (!tools.current()) return;
  tools.title.textContent = `${readable(kind)} ${id}`;
  document.title = `${tools.title.textContent} · consentmq console`;
  put(place, h("p", { class: "noprint" }, h("a", { href: "#/register" }, "← The register")),
    list.length === 0 ? h("p", { class: "empty" }, "The register has nothing of that name.") : versions(list));
}

function holds(list) {
  return list.length === 0 ? h("p", { class: "empty" }, "Nothing is held back from being erased.")
    : table("What is held back from being erased", ["Matter", "What", "Why", "By", "Since (UTC)"],
      list.map((o) => [o.matter, [o.one_contact ? "one contact" : "every contact", o.controller, o.row].filter(Boolean).join(", "),
        o.reason, o.by, time(o.since)]), { class: "stack" });
}

function tokens(list) {
  return table("Tokens", ["Token", "Role", "For", "Note", "State", "Made", "Ends"],
    list.map((t) => [String(t.token), t.role, t.source || t.recipient || "–", t.note || "–", readable(t.state),
      time(t.created, true), t.revoked ? `revoked ${time(t.revoked, true)}` : t.expires ? time(t.expires, true) : "never"]),
    { class: "stack" });
}

async function showWhole(place, tools) {
  const kind = select(KINDS.map((k) => [k, readable(k)]), seen.kind);
  const result = h("div", {});

  async function load() {
    const list = await all(seen.kind);
    if (!tools.current()) return;
    const latest = new Map();
    for (const e of list) {
      if (!latest.has(e.id)) latest.set(e.id, { ...e, n: 0 });
      latest.get(e.id).n++;
    }
    replace(result, latest.size === 0 ? h("p", { class: "empty" }, "None.")
      : table(`${readable(seen.kind)}: what the register says`, ["Id", "Says", "Known (UTC)", "Versions"],
        [...latest.values()].map((e) => [h("a", { href: `#/register/${seen.kind}:${encodeURIComponent(e.id)}` }, e.id),
          e.body ? h("ul", { class: "bare" }, changes(e.body, null).slice(0, 4)) : "withdrawn", since(e.known), count(e.n)]),
        { class: "stack" }));
    say(`${latest.size} shown.`);
  }
  const [{ tokens: known }, { holds: held }] = await Promise.all([ask("/v1/tokens"), ask("/v1/holds")]);
  if (!tools.current()) return;
  kind.addEventListener("change", () => {
    seen.kind = kind.value;
    load().catch((problem) => replace(result, tools.trouble(problem, load)));
  });
  put(place, h("p", { class: "quiet" }, "The policy as data: who applied what, and when. It is changed with consentctl register apply, "
    + "which checks the whole of it first."),
  h("div", { class: "row filter noprint" }, field("Show", kind)), result,
  h("section", {}, h("h2", {}, "Held back from being erased"), holds(held)),
  h("section", {}, h("h2", {}, "Tokens"), tokens(known)));
  await load();
}

export function showRegister(place, tools) {
  const [kind, ...id] = tools.more.split(":");
  return id.length > 0 ? showEntry(place, tools, kind, id.join(":")) : showWhole(place, tools);
}
