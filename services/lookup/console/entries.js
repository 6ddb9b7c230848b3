// entries.js - entries of the register: those there are, and in words what one version says that another does not.

import { h } from "./dom.js";
import { ask, may } from "./session.js";
import { readable } from "./words.js";

const plain = (value) => (value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value));

/** As list items; then: null where there was none, now: null where it is withdrawn. */
export function changes(now, then) {
  if (now === null) return [h("li", {}, "withdrawn")];
  const names = [...new Set([...Object.keys(now), ...Object.keys(then || {})])].filter((n) => n !== "id");
  return names.filter((n) => JSON.stringify(now[n]) !== JSON.stringify((then || {})[n])).map((n) =>
    h("li", {}, h("b", {}, readable(n)), ": ", then && then[n] !== undefined ? `${plain(then[n])} → ` : "", plain(now[n])));
}

/** An entry's name, which leads to all its versions for whoever may see them. */
export const entryLink = (kind, id) => (may("desk") ? h("a", { href: `#/register/${kind}:${encodeURIComponent(id)}` }, id) : id);

/** All versions, the latest first; of one kind or one entry, where it is named. */
export async function all(kind, id) {
  const found = [];
  let before = "";
  do {
    const query = new URLSearchParams({ limit: "500" });
    if (kind) query.set("kind", kind);
    if (id) query.set("id", id);
    if (before) query.set("before", before);
    const page = await ask(`/v1/register?${query}`);
    found.push(...page.entries);
    before = page.before;
  } while (before);
  return found;
}

/** What is said today: the latest version of each, without what was withdrawn. */
export function said(list) {
  const latest = new Map();
  for (const e of list) {
    const key = [e.kind, e.id, e.effective].join(" ");
    if (!latest.has(key)) latest.set(key, e);
  }
  return [...latest.values()].filter((e) => e.body);
}

/** The entries of a kind that are in force, by name. */
export const ids = (list, kind) => [...new Set(said(list).filter((e) => e.kind === kind).map((e) => e.id))].sort();
