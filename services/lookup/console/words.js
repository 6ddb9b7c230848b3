// words.js - codes in plain words. codes.js is written by the program from its own tables
// (codes.c). What has no words is shown as it is, made readable.

import { BRIEFS, CHANNELS, CLASSES, DENIALS, EVENTS, FAULTS, OBLIGATIONS, REASONS, RIGHTS,
  RULES } from "./codes.js";

export function readable(code) {
  const text = String(code || "").replace(/[_.]+/g, " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// Of a decision, or of an event that was not taken as it is.
export const shortReason = (code) => BRIEFS[code] || readable(code).toLowerCase();
export const reason = (code) => REASONS[code] || (code ? `${readable(code)}.` : "");
export const rule = (id) => RULES[id] || "";
export const obligation = (code) => OBLIGATIONS[code] || readable(code).toLowerCase();
export const eventType = (code) => EVENTS[code] || readable(code) || "Event in quarantine";
export const fault = (code) => FAULTS[code] || `${readable(code)}.`;
/** Does an event of this type say no? */
export const saysNo = (type) => DENIALS.includes(type);
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

/** "1 contact", "12 contacts". */
export const many = (n, one, more) => `${count(n)} ${n === 1 ? one : more}`;

/** "23 Nov 2026, 13:05:09" in UTC; the day alone with onlyDay. */
export function time(iso, onlyDay) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return String(iso);
  const day = at.toLocaleDateString("en-GB",
    { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" });
  return onlyDay ? day : `${day}, ${at.toISOString().slice(11, 19)}`;
}
