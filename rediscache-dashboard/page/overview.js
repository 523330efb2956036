// Every object: what it is, how much it holds, and what it does while one looks.

import { el, put, say } from "./dom.js";
import { bytes, count, short, types, when } from "./show.js";
import { familyLink, holds, inPart, link, owners, past, state, summary } from "./state.js";
import { heading, kind, nothing, row, spark, table, tile } from "./table.js";
import { tiles as figureTiles } from "./figures.js";

const COLUMNS = [
  { title: "Object", class: "name" },
  { title: "Kind" },
  { title: "Types", class: "types" },
  { title: "Holds", class: "number" },
  { title: "Memory", class: "number" },
  { title: "Expires", class: "number" },
  { title: "Of late", class: "spark-cell" },
];

const DECLARED = COLUMNS.slice(0, 3);

export function show(main) {
  if (!state.objects.length && !state.families.length) {
    put(main, nothing("No objects yet", "Name the structs of the program where the dashboard is made: Dashboard::new(&session).with::<Shop>()"));
    return {};
  }
  const tiles = el("div", { class: "tiles" });
  const sheets = [...owners()].map(([owner, objects]) => {
    const sheet = holding(objects, owner);
    return { ...sheet, element: el("section", {}, el("h2", { class: "owner" }, owner), sheet.element) };
  });
  put(main, heading("Overview"), tiles, sheets.map((sheet) => sheet.element), state.families.map(drawFamily));
  const tick = () => { put(tiles, drawTiles()); sheets.forEach((sheet) => sheet.update()); };
  tick();
  return { tick };
}

/** A table of objects, with how much each holds. */
export function holding(objects, name) {
  const rows = new Map(), body = el("tbody", {}, objects.map((object) => drawRow(object, rows)));
  return { element: table(COLUMNS, body, name), update: () => rows.forEach(update) };
}

function drawFamily(family) {
  const rows = family.objects.map((object) => linkedRow(DECLARED, object, []));
  return el("section", { "data-family": family.name },
    el("h2", { class: "owner" }, el("a", { href: familyLink(family) }, family.owner), kind({ kind: "family" }), el("code", { class: "muted" }, `${family.namespace} per ${family.id_type}`), el("a", { href: familyLink(family), class: "ids" }, "Its ids →")),
    table(DECLARED, el("tbody", {}, rows), family.owner));
}

function drawRow(object, rows) {
  const parts = { held: el("span"), memory: el("span"), expires: el("span"), past: el("span"), error: el("span", { class: "error" }) };
  rows.set(object, parts);
  return linkedRow(COLUMNS, object, [parts.held, parts.memory, parts.expires, parts.past], parts.error);
}

/** What is declared of an object, with more behind it; the whole row leads to it. */
function linkedRow(columns, object, more, error) {
  const name = el("a", { href: link(object), "data-row": true, "data-object": object.name }, object.field);
  const cells = [[name, error], kind(object), el("code", {}, types(object)), ...more];
  return row(columns, cells, { class: "way", onclick: (event) => { if (event.target !== name) name.click(); } });
}

function update(parts, object) {
  const its = summary(object);
  const dead = inPart(object, "dead"), held = holds(object);
  say(parts.error, its.error ?? (dead ? `${count(dead)} dead` : ""));
  parts.error.title = its.error ?? "";
  say(parts.held, count(held));
  say(parts.memory, bytes(its.memory));
  say(parts.expires, its.expires_at ? when(its.expires_at) : "–");
  put(parts.past, spark(past(object)));
}

function drawTiles() {
  const sum = (of) => state.objects.reduce((all, object) => all + (of(object) ?? 0), 0);
  const queues = state.objects.filter((object) => object.kind.endsWith("queue"));
  const dead = sum((object) => inPart(object, "dead"));
  const families = state.families.length && ` and ${count(state.families.length)} ${state.families.length === 1 ? "family" : "families"}`;
  const own = [
    tile("Objects", count(state.objects.length), [`in ${count(owners().size)} structs`, families || ""]),
  ];
  const memory = sum((object) => summary(object).memory);
  if (memory) own.push(tile("Memory", bytes(memory), "as the store says"));
  if (queues.length) {
    const waiting = queues.reduce((all, object) => all + (holds(object) ?? 0), 0);
    own.push(tile("Waiting", short(waiting), `in ${count(queues.length)} queues`));
    own.push(tile("Dead letters", short(dead), dead ? "see Queues" : "none", dead ? "bad" : ""));
  }
  return [...figureTiles(), ...own];
}
