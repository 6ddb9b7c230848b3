// erasing.js - what an erasure would take of a contact, before anybody answers a request.

import { h, replace, say, table } from "./dom.js";
import { ask, company } from "./session.js";
import { count, eventType, many, time } from "./words.js";


function rows(found) {
  return table("What goes, and what stays and why", ["Company", "Row", "What becomes of it", "Why", "Article"],
    found.rows.map((r) => [company(r.controller), r.row, r.goes ? "goes" : "stays",
      !r.goes && r.due ? `${r.text}, until ${time(r.due, true)}` : r.text, r.article || "–"]), { class: "stack" });
}

export async function showErasing(place, contact, tools) {
  try {
    const found = await ask("/v1/erasures/preview", { contact });
    const types = Object.entries(found.types);
    replace(place,
      h("p", {}, found.events === 0 ? "Nothing would go."
        : `If the person's request were granted now: ${many(found.events, "event", "events")}, `
          + `${many(found.facts, "fact", "facts")}, ${many(found.letters, "letter", "letters")} and `
          + `${many(found.quarantined, "record", "records")} in quarantine would go; `
          + `${many(found.events_that_stay, "event", "events")} would stay. `
          + (found.whole ? "The address itself would go, too." : "The address itself would stay.")),
      types.length === 0 ? null : table("Events that would go", ["Kind", "How many"],
        types.map(([type, n]) => [eventType(type), count(n)])),
      found.rows.length === 0 ? null : rows(found),
      h("p", { class: "quiet" }, "What the person refused or objected to stays, and the tokens on lists, "
        + "so that nobody writes to them again (articles 17(3)(b) and 21(3))."));
    say("Nothing was changed. What would go is shown.");
  } catch (problem) {
    replace(place, tools.trouble(problem, null));
  }
}
