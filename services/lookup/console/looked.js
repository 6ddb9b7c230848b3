// looked.js - who has looked at a contact: from the audit, as the export of the person has it.

import { h, replace, say, table } from "./dom.js";
import { ask, company, may, session } from "./session.js";
import { purposeNamed } from "./explain.js";
import { channel, count, readable, time } from "./words.js";

const PAGE = 50;

/** Who it was: a token, or a person at the command line. */
function who(row) {
  const mine = row.token_id === session.me.token ? " (this token)" : "";
  return row.token_id ? `token ${row.token_id}, ${row.role || "?"}${mine}` : row.role || "the command line";
}

const scope = (row) => [row.purpose ? purposeNamed(row.purpose) : "", row.channel ? channel(row.channel) : "",
  row.controller ? company(row.controller) : ""].filter(Boolean).join(", ");

/** Of whoever signed in, or what a token is for; the audit itself has numbers, for it goes to the person, too. */
async function names() {
  if (!may("desk")) return new Map();
  const { tokens } = await ask("/v1/tokens");
  return new Map(tokens.map((t) => [t.token, t.note]));
}

/** The questions of one call stand in one row. */
function calls(rows) {
  const found = [];
  for (const row of rows) {
    const last = found[found.length - 1];
    if (last && last.at === row.at && last.token_id === row.token_id && last.route === row.route) last.n++;
    else found.push({ ...row, n: 1 });
  }
  return found;
}

const what = (c) => (c.n > 1 ? `${readable(c.route)}: ${count(c.n)} questions`
  : scope(c) ? `${readable(c.route)}: ${scope(c)}` : readable(c.route));

/** How long each row of the policy keeps what is held, and what that is counted from. */
export async function showKept(place, contact, tools) {
  try {
    const { retention } = await ask("/v1/export", { contact });
    const day = (at) => (at ? time(at, true) : "–");
    replace(place, retention.length === 0 ? h("p", { class: "empty" }, "Nothing is kept of this contact.")
      : table("How long it is kept", ["Row", "Company", "State", "Until", "Backups until", "Counted from"],
        retention.map((r) => [r.row, company(r.controller), readable(r.state), day(r.effective_at), day(r.backups_at),
          (r.why || []).map((w) => `${readable(w.event).toLowerCase()}, ${day(w.at)}`).join("; ")
            || (r.waits_for || []).map((w) => `waits for ${readable(w).toLowerCase()}`).join("; ") || "–"]), { class: "stack" }));
    say("Shown.");
  } catch (problem) {
    replace(place, tools.trouble(problem, null));
  }
}

export async function showLooked(place, contact, tools) {
  try {
    const { held } = await ask("/v1/export", { contact });
    const found = calls(held.lookup_audit || []).reverse();
    const known = await names();
    const draw = (n) => replace(place,
      found.length === 0 ? h("p", { class: "empty" }, "Nobody has looked before.")
        : table("Who has looked at this contact, the last first", ["When (UTC)", "Who", "Name", "What", "Answer"],
          found.slice(0, n).map((c) => [time(c.at), who(c), known.get(c.token_id) || "–", what(c), c.n > 1 ? "–" : readable(c.outcome)]), { class: "stack" }),
      found.length > n ? h("p", { class: "noprint" }, h("button", { type: "button", onclick: () => draw(n + PAGE) },
        `Show more of ${count(found.length)}`)) : null);
    draw(PAGE);
    say("The audit is shown.");
  } catch (problem) {
    replace(place, tools.trouble(problem, null));
  }
}
