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

/** The same in the place of what is there. */
export function replace(place, ...children) {
  place.replaceChildren();
  return fill(place, {}, children);
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
      { scope: i === (options.rowHead ?? 0) ? "row" : null, "data-head": heads[i] }, cell))));
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

export function select(options, chosen) {
  return h("select", {}, options.map(([value, text]) =>
    h("option", { value, selected: value === chosen }, text)));
}
