// What the session did over the last hour: calls a second, errors, how long calls took, and what was kept near.

import { get } from "./api.js";
import { el, put, svg } from "./dom.js";
import { bytes, count, latency, short, span } from "./show.js";
import { state } from "./state.js";
import { heading, row, spark, table, tile } from "./table.js";

const EVERY = 5000, HOUR = 3600e3;

const COLUMNS = [
  { title: "Object", class: "name" }, { title: "Calls", class: "number" }, { title: "Errors", class: "number" }, { title: "Median", class: "number" },
  { title: "99 %", class: "number" }, { title: "Read", class: "number" }, { title: "Written", class: "number" },
];

const past = (name) => state.figures.map((point) => point[name] ?? 0);

/** What is done at the moment, for the overview. */
export function tiles() {
  const now = state.figures.at(-1);
  if (!now) return [tile("Calls a second", "–"), tile("Errors a second", "–"), tile("99 % take up to", "–")];
  return [
    tile("Calls a second", short(now.calls), spark(past("calls"), 120, 24)),
    tile("Errors a second", short(now.errors), spark(past("errors"), 120, 24), now.errors ? "bad" : ""),
    tile("99 % take up to", latency(now.p99), `half up to ${latency(now.p50)}`),
  ];
}

export function show(main) {
  const plots = el("div", { class: "plots" }), objects = el("div");
  put(main, heading("Figures", "Of this process over the last hour, from when somebody first looked. What this page asks for is counted, too."), plots, el("h2", { class: "owner" }, "Since the session began"), objects);
  let isLeft = false, last = 0;
  async function draw() {
    last = Date.now();
    try {
      const told = await get("figures");
      if (isLeft) return;
      const rate = (point) => (point.near_hits + point.near_misses ? (100 * point.near_hits) / (point.near_hits + point.near_misses) : null);
      const ones = [
        plot("Calls a second", told.points, [["calls", (point) => point.calls]], short),
        plot("Errors a second", told.points, [["errors", (point) => point.errors]], short),
        plot("Answered within", told.points, [["99 %", (point) => point.p99], ["half", (point) => point.p50]], latency),
      ];
      if (told.points.some((point) => rate(point) !== null)) ones.push(plot("Answered near", told.points, [["hits", rate]], (value) => `${Math.round(value)} %`));
      put(plots, ones);
      put(objects, table(COLUMNS, el("tbody", {}, told.objects.map(objectRow)), "Figures by object"));
    } catch (error) {
      if (!isLeft) put(objects, el("p", { class: "error", role: "alert" }, error.message));
    }
  }
  draw();
  return { tick: () => { if (Date.now() - last >= EVERY) draw(); }, leave: () => { isLeft = true; } };
}

function objectRow(object) {
  const errors = Object.entries(object.errors).map(([kind, number]) => `${count(number)} ${kind}`).join(", ");
  return row(COLUMNS, [object.namespace, count(object.calls), el("span", { class: errors ? "error" : "" }, errors || "–"), latency(object.p50), latency(object.p99), bytes(object.read), bytes(object.written)]);
}

const WIDTH = 460, HEIGHT = 150, LEFT = 52, BOTTOM = 20, TOP = 8;

/** A plot of some lines over the last hour, or over what there is of it. */
function plot(title, points, lines, show) {
  const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT + BOTTOM}`, role: "img", "aria-label": title });
  const values = points.flatMap((point) => lines.map(([, of]) => of(point))).filter((value) => value !== null && value !== undefined);
  const top = ceiling(Math.max(0, ...values)), end = Date.now();
  const begin = Math.max(end - HOUR, Math.min(points[0]?.time ?? end, end - 60e3));
  const x = (time) => LEFT + ((WIDTH - LEFT) * (time - begin)) / (end - begin);
  const y = (value) => TOP + (HEIGHT - TOP) * (1 - value / top);
  for (const part of [0, 0.5, 1]) {
    drawing.append(svg("line", { class: "grid", x1: LEFT, x2: WIDTH, y1: y(top * part), y2: y(top * part) }),
      svg("text", { x: LEFT - 8, y: y(top * part) + 4, "text-anchor": "end" }, show(top * part)));
  }
  drawing.append(svg("text", { x: LEFT, y: HEIGHT + 16 }, `${span(end - begin)} ago`), svg("text", { x: WIDTH, y: HEIGHT + 16, "text-anchor": "end" }, "now"));
  lines.forEach(([, of], at) => {
    const known = points.filter((point) => point.time >= begin && of(point) !== null && of(point) !== undefined);
    if (known.length < 2) return;
    const path = known.map((point) => `${x(point.time).toFixed(1)},${y(of(point)).toFixed(1)}`);
    const mark = "ab"[at];
    drawing.append(svg("polygon", { class: `area ${mark}`, points: [`${x(known[0].time).toFixed(1)},${HEIGHT}`, ...path, `${x(known.at(-1).time).toFixed(1)},${HEIGHT}`].join(" ") }),
      svg("polyline", { class: `line ${mark}`, points: path.join(" ") }));
  });
  const last = points.at(-1), keys = lines.map(([name, of], at) => el("span", { class: `key ${"ab"[at]}` }, `${lines.length > 1 ? `${name} ` : ""}${last ? show(of(last) ?? null) : "–"}`));
  return el("section", { class: "plot" }, el("header", {}, el("h2", {}, title), el("div", {}, keys)), drawing);
}

/** The next number above that is easily read. */
function ceiling(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? value;
}
