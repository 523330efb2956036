// Tables, tiles and small lines: what several pages are made of.

import { el, svg } from "./dom.js";

/** A table of these columns, each `{ title, class }`; on a phone every cell stands under its title. */
export function table(columns, body, name) {
  const head = el("tr", {}, columns.map((column) => el("th", { class: column.class, scope: "col" }, column.title)));
  return el("div", { class: "sheet" }, el("table", { "data-rows": true, "aria-label": name }, el("thead", {}, head), body));
}

export const row = (columns, cells, properties = {}) =>
  el("tr", properties, cells.map((cell, at) => el("td", { class: columns[at].class, "data-title": columns[at].title }, cell)));

export const tile = (title, value, more, kind) =>
  el("div", { class: `tile ${kind ?? ""}` }, el("div", { class: "tile-title" }, title), el("div", { class: "tile-value" }, value), more && el("div", { class: "tile-more" }, more));

export const kind = (object) => el("span", { class: `kind kind-${object.kind.replace(" ", "-")}` }, object.kind);

/** A line of numbers, as wide as its place. */
export function spark(values, width = 96, height = 22) {
  const drawing = svg("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true", preserveAspectRatio: "none" });
  if (values.length < 2) return drawing;
  const low = Math.min(...values), high = Math.max(...values), range = high - low || 1;
  const x = (at) => ((at * width) / (values.length - 1)).toFixed(1);
  const y = (value) => (high === low ? height / 2 : height - 2 - ((value - low) * (height - 4)) / range).toFixed(1);
  drawing.append(svg("polyline", { points: values.map((value, at) => `${x(at)},${y(value)}`).join(" ") }));
  return drawing;
}

/** A bar of which so much is full. */
export function bar(part, all, kind = "") {
  const width = all ? Math.max(0, Math.min(100, (100 * part) / all)) : 0;
  return svg("svg", { class: `bar ${kind}`, viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "bar-back", width: 100, height: 6 }), svg("rect", { class: "bar-front", width, height: 6 }));
}

export const nothing = (title, text) => el("div", { class: "nothing" }, el("h2", {}, title), el("p", {}, text));

export const heading = (title, text) => el("div", { class: "heading" }, el("h1", {}, title), text && el("p", {}, text));
