// The shapes of the program's types, and what differs from what is stored.

import { get } from "./api.js";
import { el, put } from "./dom.js";
import { whose } from "./show.js";
import { declared, link } from "./state.js";
import { heading, nothing, row, table } from "./table.js";

const COLUMNS = [{ title: "Object", class: "name" }, { title: "Keys", class: "types" }, { title: "Values", class: "types wide" }];

export function show(main) {
  const findings = el("div", { id: "findings" }, el("p", { class: "muted" }, "Comparing with what is stored …"));
  const shapes = el("div");
  const again = el("button", { type: "button", id: "again", onclick: () => draw() }, "Compare again");
  put(main, el("div", { class: "with-button" }, heading("Shapes", "What serde tells of each type, and what is stored that does not fit. Up to 512 values of each object are read."), again), findings, shapes);
  let isLeft = false;
  async function draw() {
    again.disabled = true;
    try {
      const found = await get("findings");
      if (isLeft) return;
      put(findings, found.findings.length ? found.findings.map(card) : el("div", { class: "all-well" }, "All that is stored fits this program."));
      put(shapes, table(COLUMNS, el("tbody", {}, found.shapes.map(shapeRow)), "Shapes"));
    } catch (error) {
      if (!isLeft) put(findings, nothing("It could not be compared", error.message));
    } finally {
      again.disabled = false;
    }
  }
  draw();
  return { leave: () => { isLeft = true; } };
}

function card(finding) {
  const [first, ...rest] = finding.message.split("\n");
  return el("section", { class: "finding" }, el("span", { class: "badge" }, finding.kind), el("p", {}, first), rest.length > 0 && el("pre", {}, rest.map((line) => line.replace(/^ {4}/, "")).join("\n")));
}

function shapeRow(shape) {
  const object = declared(shape.name);
  const name = el("a", { href: link(object), "data-row": true }, el("span", { class: "muted" }, whose(object)), object.field);
  return row(COLUMNS, [name, el("code", {}, shape.key ?? "–"), el("code", {}, shape.value)]);
}
