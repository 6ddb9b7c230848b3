// main.js - signing in, the views by the address's hash, shortcuts, and what went wrong.

import { h, say } from "./dom.js";
import { Problem, may, offered, refresh, session, signIn, signOut } from "./session.js";
import { count, length, time } from "./words.js";
import { forget, showContact } from "./contact.js";
import { showStart } from "./start.js";
import { showQuarantine } from "./quarantine.js";
import { showFeeds } from "./feeds.js";
import { showLists } from "./lists.js";
import { showRights } from "./rights.js";
import { showRegister } from "./register.js";
import { showTrends } from "./trends.js";
import { showTelling } from "./telling.js";

// hash, name, shortcut, the route that it needs, how it is shown
const VIEWS = [
  ["start", "Start", "s", "desk", showStart],
  ["contact", "Find a contact", "c", "provenance", showContact],
  ["told", "Write down", "w", "told", showTelling],
  ["rights", "Rights requests", "r", "rights", showRights],
  ["quarantine", "Quarantine", "q", "quarantine", showQuarantine],
  ["trends", "Over time", "t", "desk", showTrends],
  ["feeds", "Feeds", "f", "feeds", showFeeds],
  ["lists", "Lists", "l", "lists", showLists],
  ["register", "Register", "g", "desk", showRegister],
];

const main = document.getElementById("main");
let shown = 0; // which showing is the latest: an older one must not overwrite it

// --- what went wrong --------------------------------------------------------------------

function words(problem) {
  switch (problem.status) {
    case 0: return ["The service does not answer.",
      "Your connection may be down, or the service is being restarted. Nothing was lost."];
    case 403: return ["This token may not see this.",
      "What a token may see follows from its role. Ask whoever gave it to you."];
    case 404: return ["There is nothing of that number.", "It may have been mistyped."];
    case 409: if (String(problem.said.type || "").endsWith("second-person"))
      return ["It waits for a second person.", "You have asked for it. Somebody else has to do the same within seven days."];
      return String(problem.said.type || "").endsWith("settled")
      ? ["It has been settled already.", "Somebody was quicker; load it again."]
      : ["That cannot be done.", `The service says: ${problem.message}.`];
    case 429: return ["The contacts of this token are spent for today.",
      "Contacts that were asked about today may still be asked about. New ones from midnight UTC"
      + (problem.retry ? `, in ${length(problem.retry)}.` : ".")];
    case 400: case 422: return ["That cannot be asked.", `The service says: ${problem.message}.`];
    case 503: return String(problem.said.type || "").endsWith("database")
      ? ["The database does not answer.",
        "Nothing else is good enough to answer from, so nothing is shown. It usually passes."]
      : ["The service cannot answer now.", `The service says: ${problem.message}.`];
    default: return ["Something went wrong.", problem.message
      ? `The service says: ${problem.message} (${problem.status}).` : `Status ${problem.status}.`];
  }
}

/** A box that says what went wrong; again: what the button does, if there is one. */
export function trouble(problem, again) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.status === 401) {
    signOut();
    showSignIn("This token is not accepted any more. It was revoked, has expired, or was mistyped.");
    return h("p", {}, "Signed out.");
  }
  const [title, text] = words(problem);
  say(title);
  return h("div", { class: "trouble", role: "group", "aria-label": title },
    h("p", { class: "trouble-title" }, title), h("p", {}, text),
    again ? h("p", {}, h("button", { type: "button", onclick: again }, "Try again")) : null);
}

// --- signing in -------------------------------------------------------------------------

function showSignIn(wrong) {
  shown++;
  forget();
  for (const id of ["top", "foot"]) document.getElementById(id).hidden = true;
  document.title = "Sign in · consentmq console";
  const input = h("input", { type: "password", id: "token", autocomplete: "off", required: true,
    spellcheck: "false", autocapitalize: "off", "aria-describedby": "token-hint" });
  const note = h("div", { role: "alert" }, wrong ? h("p", { class: "trouble" }, wrong) : null);
  const form = h("form", { class: "card signin", onsubmit: async (event) => {
    event.preventDefault();
    note.replaceChildren();
    signIn(input.value.trim());
    try {
      await refresh();
      show();
    } catch (problem) {
      signOut();
      const text = problem.status === 401
        ? "That token is not accepted. It may be mistyped, expired or revoked."
        : words(problem).join(" ");
      note.replaceChildren(h("p", { class: "trouble" }, text));
      input.focus();
    }
  } },
  h("p", { class: "brand" }, h("span", { class: "mark", "aria-hidden": "true" }), "consentmq ",
    h("span", {}, "console")),
  h("h1", {}, "Who may be written to, and why"),
  h("label", { for: "token" }, "Your token"), input,
  h("p", { class: "hint", id: "token-hint" }, "It begins with cmq_. It stays in this tab, is never "
    + "part of an address, and is forgotten when the tab is closed."),
  note, h("p", {}, h("button", { class: "primary" }, "Sign in")));
  main.replaceChildren(form);
  input.focus();
  offered().then((yes) => {
    if (yes) form.append(h("p", {}, h("a", { href: "/v1/sign-in", id: "account" },
      "Sign in with your account"), " instead, if you have one here."));
  });
}

function showWho() {
  const me = session.me;
  if (!me) return;
  const left = me.left_today === null ? "no limit today"
    : `${count(me.left_today)} of ${count(me.budget)} contacts left today`;
  const who = document.getElementById("who");
  const stood = who.contains(document.activeElement);
  const out = h("button", { type: "button", class: "plain", onclick: () => {
    signOut();
    history.replaceState(null, "", "/console/"); // the next one begins at the beginning
    showSignIn();
  } }, "Sign out");
  who.replaceChildren(
    h("p", {}, h("b", {}, me.note || `Token ${me.token}`), ` · ${me.role}`, h("br"),
      h("span", { class: "quiet" }, left)), out);
  if (stood) out.focus();
  document.getElementById("printed").textContent =
    `Printed on ${time(new Date().toISOString())} UTC, token ${me.token}`
    + (me.note ? ` (${me.note}).` : ".");
}

// --- views ------------------------------------------------------------------------------

function showNav(current) {
  document.getElementById("nav").replaceChildren(...VIEWS.filter((v) => may(v[3])).map(
    ([hash, name]) => h("li", {}, h("a", { href: `#/${hash}`,
      "aria-current": hash === current ? "page" : null }, name))));
}

/** Has somebody signed in with an account of theirs? The cookie tells, which we cannot read. */
async function signedIn() {
  if (!(await offered())) return false;
  return refresh().then(() => true, () => false);
}

async function show() {
  if (!session.token && !session.me && !(await signedIn())) return showSignIn();
  const turn = ++shown;
  if (!session.me) {
    let box = null;
    try {
      await refresh();
    } catch (problem) {
      box = trouble(problem, show); // or the way to sign in again
    }
    if (turn !== shown) return undefined;
    if (box) {
      const title = h("h1", { tabindex: "-1" }, "Console");
      main.replaceChildren(title, box);
      title.focus();
      return undefined;
    }
  }
  const [, wanted, more] = location.hash.split("/");
  const first = VIEWS.find((v) => may(v[3]));
  const view = VIEWS.find((v) => v[0] === wanted && may(v[3])) || first;
  for (const id of ["top", "foot"]) document.getElementById(id).hidden = false;
  showWho();
  showNav(view && view[0]);
  const title = h("h1", { tabindex: "-1" }, view ? view[1] : "Nothing to see");
  const place = h("div", { class: "view" });
  main.replaceChildren(title, place);
  document.title = `${title.textContent} · consentmq console`;
  window.scrollTo(0, 0);
  // At once: the link or button that led here is gone, and a view can take its time to load.
  title.focus();
  if (!view) {
    place.append(h("p", { class: "note" },
      "This token’s role does not reach any further. What it may do, it may do over HTTP."));
    return undefined;
  }
  const tools = { title, more: more ? decodeURIComponent(more) : "", trouble, reload: show,
    current: () => turn === shown };
  try {
    await view[4](place, tools);
  } catch (problem) {
    if (turn === shown) place.replaceChildren(trouble(problem, show));
  }
  if (turn !== shown) return undefined;
  // Whoever has gone on meanwhile stays there: only who stands nowhere is taken to the title.
  const lost = document.activeElement === null || document.activeElement === document.body;
  if (lost) title.focus();
  else if (title.textContent !== view[1]) say(title.textContent); // it was heard under its first name
  return undefined;
}

// --- shortcuts --------------------------------------------------------------------------

const dialog = document.getElementById("keys");
const QUIET = "consentmq.quiet"; // single keys can be switched off (WCAG 2.1.4)
const quiet = () => sessionStorage.getItem(QUIET) === "yes";

function showKeys() {
  const box = h("input", { type: "checkbox", id: "keys-on", checked: !quiet(),
    onchange: () => sessionStorage.setItem(QUIET, box.checked ? "no" : "yes") });
  const rows = [...VIEWS.filter((v) => may(v[3])).map(([, name, key]) => [key, name]),
    ["/", "To the first field of this page"], ["p", "Print this page"], ["?", "This help"]];
  dialog.replaceChildren(h("h2", { id: "keys-title" }, "Keyboard shortcuts"),
    h("dl", { class: "keys" }, rows.map(([key, text]) =>
      h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, text)))),
    h("p", {}, box, " ", h("label", { for: "keys-on" }, "Single keys are shortcuts")),
    h("p", {}, h("button", { type: "button", class: "primary", onclick: () => dialog.close() },
      "Close")));
  dialog.showModal();
}

document.getElementById("keys-open").addEventListener("click", showKeys);
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the hash is for views
  main.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || dialog.open || !session.me || quiet()
      || event.target.closest("input, select, textarea")) return;
  const view = VIEWS.find((v) => v[2] === event.key && may(v[3]));
  if (view) location.hash = `#/${view[0]}`;
  else if (event.key === "/") main.querySelector("input, select")?.focus();
  else if (event.key === "p") window.print();
  else if (event.key === "?") showKeys();
  else return;
  event.preventDefault();
});

window.addEventListener("hashchange", show);
document.addEventListener("me", showWho);
show();
