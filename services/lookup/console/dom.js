// dom.js - elements from text: nothing is ever parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child);
  }
  return element;
}

/** h("p", {class: "x"}, "text", h("b", {}, "more")) */
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Adds children to what is there; null is nothing, lists are flat. */
export function put(place, ...children) {
  return fill(place, {}, children);
}

/** The same in the place of what is there. Who stood in it with the keyboard stands at its
 * beginning then, and not at that of the page. */
export function replace(place, ...children) {
  const stood = place.contains(document.activeElement);
  place.replaceChildren();
  fill(place, {}, children);
  if (stood) stand(place);
  return place;
}

/** The keyboard's place, also of what cannot be reached by Tab. */
export function stand(element) {
  if (!element.hasAttribute("tabindex") && element.tabIndex < 0) element.tabIndex = -1;
  element.focus();
}

/** What a button does, and not twice because somebody was impatient. */
export function once(act) {
  let busy = false;
  return async (...given) => {
    if (busy) return;
    busy = true;
    try {
      await act(...given);
    } finally {
      busy = false;
    }
  };
}

/** A button that becomes two, for what is not done by one click: `sure` acts, and "Keep it"
 * or Escape goes back. consequence: what follows, above the two; null: nothing to add. */
export function twoSteps(place, words, label, sure, consequence, act) {
  const first = h("button", { type: "button", class: "plain", "aria-label": label, onclick: second }, words);
  function keep() {
    replace(place, first);
    first.focus();
  }
  function second() {
    const acting = h("button", { type: "button", onclick: once(act) }, sure);
    replace(place, consequence ? h("p", {}, consequence) : null,
      h("span", { onkeydown: (event) => { if (event.key === "Escape") keep(); } }, acting, " ",
        h("button", { type: "button", class: "plain", onclick: keep }, "Keep it")));
    acting.focus();
  }
  return put(place, first);
}

/** Said to those who hear the page; the same words twice are said twice. */
export function say(words) {
  const place = document.getElementById("status");
  place.textContent = "";
  setTimeout(() => { place.textContent = words; }, 60);
}

/** A table with a caption and row heads; cells are texts or elements. */
export function table(caption, heads, rows, options = {}) {
  const head = heads.map((text) => h("th", { scope: "col" }, text));
  const body = rows.map((cells) => h("tr", {}, cells.map((cell, i) =>
    h(i === (options.rowHead ?? 0) ? "th" : "td",
      { scope: i === (options.rowHead ?? 0) ? "row" : null, "data-head": heads[i] }, i === (options.rowHead ?? 0) ? cell : h("div", {}, cell)))));
  return h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": caption },
    h("table", { class: options.class },
      h("caption", { class: options.shown ? null : "visually-hidden" }, caption),
      h("thead", {}, h("tr", {}, head)), h("tbody", {}, body)));
}

let fields = 0;

/** A label, an input or select, and a hint that belongs to it. */
export function field(label, input, hint) {
  input.id = input.id || `field-${++fields}`;
  const more = hint ? h("p", { class: "hint", id: `${input.id}-hint` }, hint) : null;
  if (more) input.setAttribute("aria-describedby", more.id);
  return h("div", { class: "field" }, h("label", { for: input.id }, label), input, more);
}

/** A day, or a day and a time, in UTC and as ISO 8601 writes it: a browser's own field would
 * show it in the way of its language. instant(): for the service; row(): with its label. */
export function instantField(value, attributes) {
  const input = h("input", { type: "text", inputmode: "numeric", autocomplete: "off", spellcheck: "false",
    value: value || "", maxlength: "20", title: "YYYY-MM-DD, or YYYY-MM-DD hh:mm",
    pattern: "\\s*\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2})?)?Z?\\s*", ...attributes });
  input.instant = () => {
    const [, day, time] = /^(\d{4}-\d{2}-\d{2})(?:[T ]([\d:]{5,8}))?/.exec(input.value.trim()) || [];
    return day ? `${day}T${(time || "00:00").padEnd(8, ":00").slice(0, 8)}Z` : input.value.trim();
  };
  input.row = (label, hint) => field(label, input, hint);
  return input;
}

export function select(options, chosen) {
  return h("select", {}, options.map(([value, text]) =>
    h("option", { value, selected: value === chosen }, text)));
}
