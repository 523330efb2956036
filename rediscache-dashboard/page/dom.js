// Elements. What comes from the database becomes text by `textContent`, and nothing else; there is no way to markup here.

/** Makes an element: `el("td", { class: "size", onclick: open }, "text", other)`. */
export function el(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

const SVG = "http://www.w3.org/2000/svg";

/** As `el`, of a drawing. */
export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Puts these in the place of all that an element holds. */
export function put(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** Sets a text, and leaves the element alone where it is the same. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export const byId = (id) => document.getElementById(id);

/** A line that tells of something for a while. */
export function toast(text, kind = "good") {
  const line = el("div", { class: `toast ${kind}` }, text);
  byId("toasts").append(line);
  setTimeout(() => line.remove(), kind === "bad" ? 9000 : 4000);
}

/** Asks before something is done; whether it is to be done. */
export function ask(title, text, action) {
  const dialog = byId("question");
  return new Promise((answer) => {
    const close = (is) => { answer(is); dialog.close(); };
    const no = el("button", { type: "button", class: "plain", id: "question-no", onclick: () => close(false) }, "Cancel");
    const yes = el("button", { type: "button", class: "danger", id: "question-yes", onclick: () => close(true) }, action);
    put(dialog, el("h2", { id: "question-title" }, title), el("p", {}, text), el("div", { class: "buttons" }, no, yes));
    dialog.addEventListener("close", () => answer(false), { once: true });
    dialog.showModal();
    no.focus();
  });
}
