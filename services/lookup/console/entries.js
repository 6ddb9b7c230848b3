// entries.js - entries of the register in words: what one version says that another does not.

import { h } from "./dom.js";
import { readable } from "./words.js";

const plain = (value) => (value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value));

/** As list items; then: null where there was none, now: null where it is withdrawn. */
export function changes(now, then) {
  if (now === null) return [h("li", {}, "withdrawn")];
  const names = [...new Set([...Object.keys(now), ...Object.keys(then || {})])].filter((n) => n !== "id");
  return names.filter((n) => JSON.stringify(now[n]) !== JSON.stringify((then || {})[n])).map((n) =>
    h("li", {}, h("b", {}, readable(n)), ": ", then && then[n] !== undefined ? `${plain(then[n])} → ` : "", plain(now[n])));
}
