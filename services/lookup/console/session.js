// session.js - who is signed in, and every question to the service.
//
// A pasted token lives in this tab alone: sessionStorage, a header, never an address. Who has
// signed in with an account has a cookie instead, which no script can read.

const KEY = "consentmq.token";

export const session = { token: sessionStorage.getItem(KEY) || "", me: null };

export function signIn(token) {
  session.token = token;
  sessionStorage.setItem(KEY, token);
}

export function signOut() {
  if (!session.token && session.me !== null)
    fetch("/v1/sign-out", { method: "POST", headers: { "Consent-Console": "1" }, keepalive: true,
      credentials: "same-origin" }).catch(() => {});
  session.token = "";
  session.me = null;
  sessionStorage.removeItem(KEY);
}

export function may(route) {
  return session.me !== null && session.me.may.includes(route);
}

/** The name of a company of the register. */
export const company = (id) => session.me.register.controllers.find((k) => k.id === id)?.name || id;

/** Is there a provider that people sign in with? */
export async function offered() {
  try {
    return (await (await fetch("/v1/sign-in/offer", { cache: "no-store" })).json()).offered === true;
  } catch {
    return false;
  }
}

/** What went wrong, as the service says it. status 0: it does not answer. */
export class Problem extends Error {
  constructor(status, said, retry) {
    super(said.detail || "");
    this.status = status;
    this.said = said;
    this.retry = retry;
  }
}

const PATIENCE_MS = 30000;

/** The answer, read by `read` when it is a good one. */
async function send(path, body, read) {
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), PATIENCE_MS);
  // Without a token the cookie of a signed-in person counts, and only beside this field.
  const headers = { "Consent-Console": "1" };
  if (session.token) headers.Authorization = `Bearer ${session.token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer, said = {};
  try {
    answer = await fetch(path, {
      method: body === undefined ? "GET" : "POST", headers, signal: stop.signal,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin", cache: "no-store", referrerPolicy: "no-referrer",
    });
    said = await (answer.ok ? read(answer) : answer.json());
  } catch (wrong) {
    if (!answer || answer.ok) throw new Problem(0, {}, 0);
  } finally {
    clearTimeout(clock);
  }
  if (answer.ok) return said;
  throw new Problem(answer.status, said, Number(answer.headers.get("Retry-After")) || 0);
}

/** GET, or POST when there is a body; the JSON of the answer. */
export const ask = (path, body) => send(path, body, (answer) => answer.json());

/** Asks again until what was sent has been taken in, for a minute at most: then the page is drawn
 * again. Not when the person has gone on meanwhile: what they look at or type is not ours. */
export async function taken(path, there, tools) {
  for (const end = Date.now() + 60000; Date.now() < end;) {
    const found = await ask(path);
    if (!tools.current()) return;
    if (there(found)) break;
    await new Promise((done) => { setTimeout(done, 400); });
  }
  if (tools.current()) tools.reload();
}

/** Gives a file to the person at the browser. */
export function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** POST; the answer is saved as a file, under the name that the service gives it. */
export const saveAnswer = (path, body, name) => send(path, body, async (answer) => {
  const given = /filename="?([\w.-]+)/.exec(answer.headers.get("Content-Disposition") || "");
  save(given ? given[1] : name, await answer.blob());
  return true;
});

/** Who am I, and what is left of the day? */
export async function refresh() {
  session.me = await ask("/v1/me");
  document.dispatchEvent(new Event("me"));
  return session.me;
}
