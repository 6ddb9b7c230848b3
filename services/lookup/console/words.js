// words.js - codes in plain words. What is not in a table is shown as it is, made readable.

// code: [in a cell, as a sentence]
const REASONS = {
  CONSENT: ["consented", "The person has consented, and the consent still stands."],
  SOFT_OPT_IN: ["customer", "An existing customer, similar products, and an opt-out was offered each time."],
  NOT_PROMOTIONAL: ["no marketing", "The message is no marketing: it belongs to a service or a duty."],
  PURPOSE_NOT_DISCLOSED: ["not disclosed", "The privacy policy in force does not disclose this purpose."],
  PROCESSOR_ONLY: ["customer’s data", "We hold this contact for a customer only, as a processor."],
  UNDER_16: ["under 16", "The person is, or was when last heard of, under sixteen."],
  ERASED: ["erased", "The person’s data was erased on request."],
  UNREACHABLE: ["unreachable", "Messages to this address have bounced."],
  RESTRICTED: ["restricted", "The person has had the processing restricted."],
  OBJECTION: ["objected", "The person has objected to direct marketing."],
  OPTOUT: ["opted out", "The person has opted out."],
  WITHDRAWN: ["withdrew", "The person has withdrawn the consent."],
  COMPLAINT: ["complained", "The person has reported a message as spam."],
  DIRECT_OPTOUT_BEATS_THIRD_PARTY: ["said no to us", "The person said no to us; what a third party brought cannot undo that."],
  NO_AGREEMENT: ["no agreement", "No agreement with the source was in force."],
  NO_WARRANTY: ["no warranty", "The source has not warranted the consent."],
  CONTROLLER_NOT_NAMED: ["not named", "The consent does not name this company."],
  CHANNEL_NOT_IN_STATEMENT: ["other channel", "What the person agreed to does not mention this channel."],
  EVIDENCE_MISSING: ["no evidence", "There is no evidence of the consent."],
  STALE: ["too old", "A consent collected by a third party was not used in time."],
  SOURCE_SUSPENDED: ["source suspended", "The source that brought the consent is suspended."],
  AGREEMENT_EXPIRED: ["agreement ended", "The agreement under which the consent came has expired."],
  TERMINATED: ["terminated", "The agreement under which the consent came was terminated."],
  INVALIDATED: ["invalidated", "The source’s warranty proved false, so its consents never counted."],
  EXPIRED: ["expired", "The consent has expired."],
  ART14_OVERDUE: ["notice overdue", "The person has not been told in time where we have the data from (Article 14)."],
  NOT_GIVEN: ["not given", "A consent was asked for, and was refused or not confirmed."],
  SALE_DEFAULT: ["no sale", "Data is not sold or rented without an explicit consent."],
  SALE_OPTED_OUT: ["no sale", "The person has opted out of the sale of data."],
  NO_GRANT: ["no consent", "There is no consent on record. That is the answer for contacts nobody has heard of, too."],
  PURPOSE_INCOMPATIBLE_WITH_SOURCE: ["wrong source", "A source of this kind cannot bring a consent for this purpose."],
  PLATFORM_LIST: ["on a public list", "The person is on a public do-not-contact list."],
  DECEASED: ["deceased", "The person has died."],
};

const RULES = {
  P1: "Is the purpose disclosed?", P2: "Only a customer’s data?", P3: "Under sixteen?",
  P4: "Erased?", P5: "Can it be reached?", P6: "Restricted?", P7: "Is it marketing at all?",
  P8: "Sale or rent?", P9: "Has the person said no to us?", P10: "A later yes that counts?",
  P11: "A no passed on by a partner?", P12: "Does the third party’s consent stand?",
  P13: "A third party’s yes against a no?", P14: "Does its agreement still hold?",
  P15: "Expired or too old?", P16: "Was the Article 14 notice sent?",
  P17: "Given, or only asked for?", P18: "Soft opt-in?", P19: "A consent that stands?",
  P20: "Sale: an explicit yes?", P21: "Nothing found: no",
};

const OBLIGATIONS = {
  OPT_OUT_LINK: "carry a working opt-out link",
  ART14_NOTICE: "tell the person where we have the data from (Article 14) in the same message",
  ART21_4_STATEMENT: "point out the right to object (Article 21(4))",
  NO_PROMOTIONAL_CONTENT: "contain no promotional content",
  VERIFY_RELATIONSHIP: "be sent only after the relationship is verified",
  COMPLAINT_RISK: "be considered with care: the person has complained before",
};

const EVENTS = {
  "consent.granted.v1": "Consent given", "consent.refused.v1": "Consent refused",
  "consent.withdrawn.v1": "Consent withdrawn", "optout.recorded.v1": "Opt-out",
  "objection.recorded.v1": "Objection", "lead.received.v1": "Lead handed over",
  "agreement.changed.v1": "Agreement changed",
  "agreement.warranty_breached.v1": "Warranty proved false", "notice.sent.v1": "Notice sent",
  "feedback.bounced.v1": "Bounce", "feedback.complained.v1": "Spam complaint",
  "rights.requested.v1": "Rights request", "rights.completed.v1": "Rights request answered",
  "retention.anchored.v1": "Retention date noted",
  "contact.changed.v1": "Contact point changed",
};

const FAULTS = {
  FUTURE_DATED: "It claims a time in the future.",
  BACKDATED: "It tells of a consent from long ago, on a live feed.",
  ID_REUSE: "Its id was used before, for another event.",
  SOURCE_MISMATCH: "It names another source than the one whose feed it came on.",
  EVENT_NOT_ALLOWED: "A source of this kind may not send such an event.",
  IDENTIFIER_NOT_ALLOWED: "A source of this kind may not bring such a contact.",
  CARD_NUMBER: "It holds what looks like a payment card’s number.",
  POISON: "It made the program fail, again and again.",
  TOO_MANY_SCOPES: "It names more purposes and channels than can be taken.",
  WILDCARD: "It agrees to everything at once, which only a refusal may do.",
  UNDER_16: "It is about a person under sixteen.",
  HEADERS: "Its headers cannot be read.",
  BAD_JSON: "It cannot be read at all.",
  UNKNOWN_TYPE: "It is of a type nobody knows.",
  UNKNOWN_SOURCE: "The register does not know its source.",
  UNKNOWN_AGREEMENT: "It names an agreement that the register does not have.",
  UNKNOWN_PURPOSE: "It names a purpose that the register does not have.",
  UNKNOWN_CONTROLLER: "It names a company that the register does not have.",
  PURPOSE_NOT_DISCLOSED: "It names a purpose that the policy does not disclose.",
  PURPOSE_INCOMPATIBLE_WITH_SOURCE: "A source of this kind cannot bring a consent for it.",
  POLICY_NOT_IN_FORCE: "It cites a version of our policy that was not in force then.",
  NO_CONTACT: "It names no contact that can be recognised.",
  MISSING: "Something it must say is missing.",
  BAD_TYPE: "Something in it has the wrong type.",
  BAD_VALUE: "Something in it has a value that cannot be.",
  BAD_TIME: "A time in it cannot be read.",
};

const CLASSES = {
  promotional: "Marketing", solicited: "Answers to inquiries", sharing: "Sale and sharing",
  transactional: "Service messages", administrative: "Administration", legal: "Legal duties",
  web: "Web site and cookies", recruitment: "Recruitment",
};

const RIGHTS = {
  access: "a copy of the data", erase: "erasure", rectify: "a correction",
  restrict: "restriction", object: "no more marketing", portability: "the data to take along",
  withdraw: "withdrawal of consent", post_mortem_directive: "a directive after death",
  opt_out_sale: "no sale of data", complaint: "a complaint",
  unclassified: "something that a person has to read",
};

const CHANNELS = { email: "e-mail", phone: "telephone", sms: "SMS", post: "post", web: "web",
  social: "social media" };

export function readable(code) {
  const text = String(code || "").replace(/[_.]+/g, " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const shortReason = (code) => REASONS[code] ? REASONS[code][0] : readable(code).toLowerCase();
export const reason = (code) => REASONS[code] ? REASONS[code][1] : code ? `${readable(code)}.` : "";
export const rule = (id) => RULES[id] || "";
export const obligation = (code) => OBLIGATIONS[code] || readable(code).toLowerCase();
export const eventType = (code) => EVENTS[code] || readable(code) || "Event in quarantine";
export const fault = (code) => FAULTS[code] || `${readable(code)}.`;
export const purposeClass = (code) => CLASSES[code] || readable(code);
export const right = (code) => RIGHTS[code] || readable(code).toLowerCase();
export const channel = (code) => CHANNELS[code] || code;

/** "3 days 4 h" */
export function length(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const s = Math.round(seconds);
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  if (s < 172800) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86400)} days`;
}

export const count = (n) => Number(n).toLocaleString("en-GB");

/** "23 Nov 2026, 13:05:09" in UTC; the day alone with onlyDay. */
export function time(iso, onlyDay) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return String(iso);
  const day = at.toLocaleDateString("en-GB",
    { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" });
  return onlyDay ? day : `${day}, ${at.toISOString().slice(11, 19)}`;
}
