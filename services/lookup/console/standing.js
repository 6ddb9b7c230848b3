// standing.js - one sentence about a contact: what may be sent, what may not, and why.

import { h } from "./dom.js";
import { channel, saysNo, shortReason, time } from "./words.js";
import { purposeTitle } from "./explain.js";

const BY = { email: ["email"], phone: ["phone", "sms"] };
const list = (texts) => (texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts[texts.length - 1]}`);

/** about: decisions in the order of purposes and channels, kind of contact, its events. */
export function standing(about) {
  const { decisions, purposes, channels, kind, events } = about;
  const by = channels.filter((c) => BY[kind].includes(c));
  const of = (p, c) => decisions[purposes.indexOf(p) * channels.length + channels.indexOf(c)];
  const allowed = (p) => by.filter((c) => of(p, c).verdict === "PERMIT");
  const some = (name) => purposes.filter((p) => p.class === name);
  const yes = some("promotional").filter((p) => allowed(p).length > 0);
  const service = purposes.filter((p) => ["transactional", "administrative"].includes(p.class));
  const serves = service.some((p) => allowed(p).length > 0);
  const rest = serves ? "Service messages may." : "Service messages may not, either.";
  if (yes.length === 0) {
    const first = some("promotional").map((p) => of(p, by[0]));
    const d = first.find((one) => (one.evidence || []).length > 0) || first[0];
    if (!d) return null;
    // The day of the no: of a yes that does not count its day would say something else.
    const event = events.find((e) => saysNo(e.type) && (d.evidence || []).some((x) => x.ledger_id === e.ledger_id));
    const when = event ? `, ${time(event.occurred_from || event.known, true)}` : "";
    return h("p", { class: "sentence standing no" }, `Nothing promotional may be sent: ${shortReason(d.reason)}${when}. ${rest}`);
  }
  const whole = yes.length === some("promotional").length;
  const how = list([...new Set(yes.flatMap(allowed))].map(channel));
  return h("p", { class: "sentence standing yes" }, whole ? `Promotional messages may be sent by ${how}. ${rest}`
    : `Of what is promotional only ${list(yes.map((p) => purposeTitle(p)))} may be sent, by ${how}. ${rest}`);
}
