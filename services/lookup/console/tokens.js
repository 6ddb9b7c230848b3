// tokens.js - the tokens; those with which sources send their events are made and ended here.

import { field, h, instantField, once, replace, say, select, table, twoSteps } from "./dom.js";
import { ask, may } from "./session.js";
import { readable, time } from "./words.js";

/** Ends one, after asking once more. */
function ending(t, tools, done) {
  const place = h("span", {});
  async function end() {
    try {
      await ask(`/v1/tokens/${t.token}/revoke`, {});
      say(`Token ${t.token} is revoked.`);
      await done();
    } catch (problem) {
      replace(place, tools.trouble(problem, null));
    }
  }
  return twoSteps(place, "Revoke", `Revoke token ${t.token}`, `Revoke token ${t.token} for ever`, null, end);
}

function list(found, tools, done) {
  return table("Tokens", ["Token", "Role", "For", "Note", "State", "Made", "Ends"],
    found.map((t) => [String(t.token), t.role, t.source || t.recipient || "–", t.note || "–",
      [readable(t.state), " ", may("tokens") && t.role === "source" && t.state === "valid" ? ending(t, tools, done) : null],
      `${time(t.created, true)} by ${t.made_by}`, t.revoked ? `revoked ${time(t.revoked, true)}${t.revoked_by ? ` by ${t.revoked_by}` : ""}`
        : t.expires ? time(t.expires, true) : "never"]), { class: "stack" });
}

/** shown: where a new token's secret stands, and whose it is. */
function making(sources, tools, shown, done) {
  const source = select(sources.map((s) => [s.id, s.sandbox ? `${s.id} (for trying: nothing comes of it)` : s.id]));
  const note = h("input", { type: "text", maxlength: "100", required: true, autocomplete: "off" });
  const until = instantField();
  const { out } = shown;

  const make = once(async () => {
    const said = { source: source.value, note: note.value.trim(), ...(until.value.trim() ? { expires: until.instant() } : {}) };
    try {
      const made = await ask("/v1/tokens", said);
      note.value = "";
      shown.token = made.token;
      const head = h("h4", { tabindex: "-1" }, `Token ${made.token} for ${made.source}`);
      const copied = h("span", { class: "quiet", role: "status" });
      replace(out, head, h("p", {}, h("code", { class: "secret" }, made.secret)),
        h("p", {}, h("button", { type: "button", onclick: async () => {
          await navigator.clipboard.writeText(made.secret);
          copied.textContent = "Copied.";
        } }, "Copy it"), " ", copied),
        h("p", { class: "note" }, "It is shown this once. Give it to whoever sends the events, by a way that nobody else reads; if it gets "
          + "lost, revoke it and make another."));
      await done();
      head.focus();
    } catch (problem) {
      replace(out, tools.trouble(problem, null));
    }
  });
  return h("form", { class: "card noprint", "aria-labelledby": "making-h", onsubmit: (event) => {
    event.preventDefault();
    make();
  } },
  h("h3", { id: "making-h" }, "Make a token for a source"),
  h("div", { class: "row" }, field("Source", source), field("Who has it, and what for", note),
    until.row("Ends (UTC)", "Empty: never. For example 2027-11-30")),
  h("p", { class: "buttons" }, h("button", { class: "primary" }, "Make a token")), out);
}

/** sources: those of the register, each with its id and whether it is a sandbox. */
export async function showTokens(sources, tools) {
  const place = h("div", {});
  const shown = { token: null, out: h("div", { class: "panel" }) };
  async function load() {
    const { tokens } = await ask("/v1/tokens");
    replace(place, list(tokens, tools, load));
    if (tokens.some((t) => t.token === shown.token && t.state !== "valid")) {
      shown.token = null;
      replace(shown.out);
    }
  }
  await load();
  return h("section", { "aria-labelledby": "tokens-h" }, h("h2", { id: "tokens-h" }, "Tokens"), place,
    may("tokens") && sources.length > 0 ? making(sources, tools, shown, load) : null);
}
