// A list of entries: keys, values and what else is known of them, kept in place while it changes.

import { el, put } from "./dom.js";
import { coloured, inLine, plain } from "./json.js";
import { bytes, called, clock, count, span, when } from "./show.js";
import { row } from "./table.js";

const moment = (time) => el("time", { title: clock(time) }, when(time));

const FACTS = {
  worker: ["Worker", (worker) => worker],
  since: ["Since", moment],
  attempt: ["Attempt", count],
  due: ["Due", moment],
  fence: ["Fence", (fence) => fence],
  held: ["State", (is) => (is ? "held" : "free")],
  remaining: ["Left", count],
  retry_after: ["Has to wait", (time) => (time ? span(time) : "–")],
  alive: ["State", (is) => el("span", { class: is ? "good" : "bad" }, is ? "alive" : "silent")],
  tasks: ["Tasks", count],
  heard: ["Last heard", moment],
  stale: ["Age", (is) => (is ? "stale" : "fresh")],
};

/** What is known of an entry, as pairs of a title and what is to be shown. */
export const facts = (entry) =>
  Object.entries(FACTS).filter(([name]) => name in entry.facts).map(([name, [title, show]]) => [title, show(entry.facts[name])]);

/** A key or value in a line. */
export function inRow(shown) {
  if (!shown) return "–";
  if (shown.secret) return el("span", { class: "secret" }, "secret");
  if (shown.unreadable !== undefined) return el("span", { class: "error" }, shown.unreadable);
  if (shown.begin !== undefined) return [el("code", {}, shown.begin.slice(0, 200)), el("span", { class: "muted" }, ` … ${bytes(shown.bytes)}`)];
  return el("code", {}, coloured(inLine(shown.json).slice(0, 400)));
}

/** A key; one that would not be seen is shown as JSON. */
function keyText(shown) {
  if (shown?.json === undefined) return inRow(shown);
  const text = plain(shown.json);
  return text.trim() ? text : shown.json;
}

/** A list for a part of an object; `open` is told which entry was chosen. */
export function entries(object, part, open) {
  const head = el("thead"), body = el("tbody");
  const element = el("div", { class: "sheet", hidden: true }, el("table", { class: "entries", "data-rows": true, "aria-label": `${called(object)} ${part}` }, head, body));
  let columns = [], rows = new Map();

  function setColumns(list) {
    const known = Object.keys(FACTS).filter((name) => list.some((entry) => name in entry.facts));
    const wanted = [
      list.some((entry) => entry.key) && ["key", object.kind === "family" ? "Id" : "Key", "name"],
      list.some((entry) => entry.value) && ["value", object.kind === "ranking" ? "Score" : "Value", "value"],
      ...known.map((name) => [name, FACTS[name][0], "fact"]),
      list.some((entry) => entry.expires_at) && ["expires_at", "Expires", "fact"],
    ].filter(Boolean).map(([name, title, kind]) => ({ name, title, class: kind }));
    if (JSON.stringify(wanted) === JSON.stringify(columns)) return;
    columns = wanted;
    rows = new Map();
    put(head, el("tr", {}, columns.map((column) => el("th", { scope: "col", class: column.class }, column.title))));
  }

  function cell(entry, column, at) {
    const shown = column.name === "key" ? keyText(entry.key)
      : column.name === "value" ? inRow(entry.value)
      : column.name === "expires_at" ? (entry.expires_at ? el("time", { title: clock(entry.expires_at) }, when(entry.expires_at)) : "–")
      : column.name in entry.facts ? FACTS[column.name][1](entry.facts[column.name]) : "–";
    return at === 0 && open ? el("button", { type: "button", class: "open", "data-row": true, onclick: (event) => { event.stopPropagation(); open(entry); } }, shown) : shown;
  }

  function draw(id, entry) {
    const text = JSON.stringify(entry), before = rows.get(id);
    // Times are told from now on, so what has one is drawn again.
    if (before?.text === text && !/"(since|heard|due|expires_at)":\d/.test(text)) return before;
    const drawn = row(columns, columns.map((column, at) => cell(entry, column, at)), { "data-id": id, class: open ? "way" : "", onclick: open && (() => open(entry)) });
    if (before && before.text !== text) drawn.classList.add("changed");
    return { text, drawn };
  }

  /** Shows these; rows that are the same stay where they are. */
  function update(list) {
    setColumns(list);
    element.hidden = !list.length;
    const focused = body.contains(document.activeElement) ? document.activeElement.closest("tr").dataset.id : null;
    // Items of a queue may be equal, and then so is what tells them from others.
    const seen = new Map();
    const told = list.map((entry) => {
      const before = seen.get(entry.id) ?? 0;
      seen.set(entry.id, before + 1);
      return [before ? `${entry.id}.${before}` : entry.id, entry];
    });
    const now = new Map(told.map(([id, entry]) => [id, draw(id, entry)]));
    const wanted = [...now.values()].map((one) => one.drawn);
    if (wanted.length !== body.children.length || wanted.some((drawn, at) => drawn !== body.children[at])) {
      body.replaceChildren(...wanted);
      if (focused !== null) now.get(focused)?.drawn.querySelector("[data-row]")?.focus({ preventScroll: true });
    }
    rows = now;
  }

  return { element, update };
}
