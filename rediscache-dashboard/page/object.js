// One object: its entries in pages, found by key, and what can be done with them.

import { get, of, post } from "./api.js";
import { ask, byId, el, put, say, toast } from "./dom.js";
import { entries } from "./entries.js";
import { editEntry, openEntry } from "./entry.js";
import { bytes, clock, count, percent, types, when } from "./show.js";
import { can, inPart, link, named, state, summary } from "./state.js";
import { kind, nothing, spark, tile } from "./table.js";

/** How long what is shown stays before it is read again. */
const EVERY = 3000;

/** Pages that hold nothing though others follow are passed over, but not for ever. */
const MOST_EMPTY = 50;

const PARTS = { entries: "Entries", delayed: "Delayed", pending: "Pending", dead: "Dead letters", workers: "Workers" };

const title = (object, part) => (part === "entries" && object.kind.endsWith("queue") ? "Waiting" : PARTS[part]);

const FOUND_BY = { set: "member", ranking: "member", limit: "subject", lock: "key" };

export function show(main, [name, wanted]) {
  const object = named(name), part = object.parts.some((one) => one.name === wanted) ? wanted : object.parts[0].name;
  const tiles = el("div", { class: "tiles wide" }), numbers = new Map();
  const tabs = object.parts.length > 1 && el("div", { class: "tabs" }, object.parts.map((one) => {
    numbers.set(one.name, el("span", { class: "held" }));
    return el("a", { href: link(object, one.name), "aria-current": one.name === part ? "page" : null, "data-part": one.name }, title(object, one.name), numbers.get(one.name));
  }));
  const list = pages(object, part);
  put(main, head(object), tiles, tabs, toolbar(object, part, list), list.element);
  const update = () => {
    put(tiles, drawTiles(object));
    numbers.forEach((number, its) => say(number, inPart(object, its) === null ? "" : count(inPart(object, its))));
  };
  update();
  list.draw();
  return { tick: () => { update(); list.tick(); }, leave: list.leave };
}

function head(object) {
  return el("div", { class: "heading" },
    el("h1", {}, el("a", { href: "#/", class: "muted" }, `${object.owner}.`), object.field, " ", kind(object)),
    el("p", {}, el("code", {}, types(object)), el("span", { class: "muted" }, " in "), el("code", { id: "namespace" }, object.namespace)));
}

function drawTiles(object) {
  const its = summary(object);
  if (its.error) return [tile("No answer", "–", its.error, "bad")];
  const shown = [];
  const held = inPart(object, object.parts[0].name);
  if (held !== null) shown.push(tile(title(object, object.parts[0].name), count(held), spark(state.past.get(object.name) ?? [], 120, 24)));
  if (its.memory !== null && its.memory !== undefined) shown.push(tile("Memory", bytes(its.memory), held ? `${bytes(its.memory / held)} each` : "as the store says"));
  if (its.expires_at) shown.push(tile("Expires", when(its.expires_at), clock(its.expires_at)));
  if (its.near) shown.push(tile("Near hits", percent(its.near.hits, its.near.hits + its.near.misses), `${count(its.near.entries)} kept here, ${bytes(its.near.bytes)}`));
  if (its.loads) shown.push(tile("Hits of loads", percent(its.loads.hits, its.loads.hits + its.loads.misses), `${count(its.loads.loads)} loads, ${count(its.loads.failures)} failed`, its.loads.failures ? "bad" : ""));
  return shown;
}

function toolbar(object, part, list) {
  const tools = [];
  const isFound = part === "entries" && (object.key_type !== null || object.kind === "set");
  if (isFound) tools.push(finder(object, list));
  tools.push(el("span", { class: "grow" }));
  const isQueue = object.kind.endsWith("queue");
  const isPut = (isQueue || object.kind === "set") && state.mayChange && !object.secret;
  if (part === "entries" && (isPut || can(object, part, "edit"))) {
    tools.push(el("button", { type: "button", id: "add", onclick: () => add(object, list) }, isQueue ? "Put" : object.parts[0].name === "entries" && isAlone(object) ? "Set" : "Add"));
  }
  if (can(object, part, "requeue")) tools.push(el("button", { type: "button", id: "requeue-all", onclick: () => all(object, part, "requeue", list) }, "Put all back"));
  if (can(object, part, "delete") || (isQueue && part === "entries" && state.mayChange)) tools.push(el("button", { type: "button", class: "danger", id: "delete-all", onclick: () => all(object, part, "delete", list) }, part === "entries" ? "Clear" : "Delete all"));
  return tools.length > 1 ? el("div", { class: "tools" }, tools) : null;
}

const isAlone = (object) => object.kind === "value" || object.kind === "field";

function add(object, list, key) {
  editEntry(object, null, list.draw, key);
}

function finder(object, list) {
  const box = el("input", { id: "find", type: "search", placeholder: `Find by ${FOUND_BY[object.kind] ?? "key"}, as JSON or text`, autocomplete: "off", spellcheck: "false", "aria-label": "Find by key" });
  const said = el("span", { id: "found", class: "muted", role: "status" });
  const find = async (event) => {
    event.preventDefault();
    if (!box.value.trim()) return;
    try {
      const { entry } = await get(of(object, "entry", { key: box.value.trim() }));
      say(said, entry ? "" : "Nothing is there.");
      if (entry) openEntry(object, "entries", entry, list.draw);
    } catch (error) {
      say(said, error.message);
    }
  };
  return el("form", { class: "finder", onsubmit: find, oninput: () => say(said, "") }, box, el("kbd", {}, "/"), said);
}

async function all(object, part, action, list) {
  const where = part === "entries" ? object.namespace : `${PARTS[part].toLowerCase()} of ${object.namespace}`;
  const held = inPart(object, part);
  const is = action === "delete"
    ? await ask(`Delete all ${where}?`, `${held === null ? "All that is there" : count(held)} will be gone, and cannot be brought back.`, "Delete all")
    : await ask(`Put all ${where} back?`, "They are tried again, from the first attempt.", "Put all back");
  if (!is) return;
  try {
    const { count: done } = await post(of(object, "act-on-all"), { action, part });
    toast(done === null ? "Done" : `${count(done)} ${action === "delete" ? "deleted" : "put back"}`);
  } catch (error) {
    toast(error.message, "bad");
  }
  list.draw();
}

/** The entries of a part, a page at a time. */
function pages(object, part) {
  let cursors = [null], next = null, isLeft = false, isAsking = false, last = 0, shown = 0;
  const list = entries(object, part, open), note = el("div", { id: "note" });
  const back = el("button", { type: "button", id: "back", onclick: () => { cursors.pop(); draw(true); } }, "Back");
  const on = el("button", { type: "button", id: "next", onclick: () => { cursors.push(next); draw(true); } }, "Next");
  const place = el("span", { class: "muted" }), pager = el("div", { class: "pager", hidden: true }, back, place, on);
  const element = el("div", { class: "list" }, list.element, note, pager);

  /** What a page cuts short is asked for in full. */
  async function open(entry) {
    const isCut = entry.key?.json !== undefined && entry.value?.begin !== undefined;
    const whole = isCut ? await get(of(object, "entry", { key: entry.key.json })).catch(() => ({})) : {};
    if (!isLeft) openEntry(object, part, whole.entry ?? entry, () => draw());
  }

  async function read() {
    let page = await get(of(object, "page", { part, cursor: cursors.at(-1) }));
    for (let empty = 0; !page.entries.length && page.next && empty < MOST_EMPTY; empty += 1) {
      page = await get(of(object, "page", { part, cursor: page.next }));
    }
    return page;
  }

  async function draw(isOther = false) {
    if (isAsking) return;
    [isAsking, last] = [true, Date.now()];
    if (isOther) back.disabled = on.disabled = true;
    try {
      const page = await read();
      if (isLeft) return;
      [next, shown] = [page.next, page.entries.length];
      list.update(page.entries);
      put(note, !shown && nothing(part === "dead" ? "No dead letters" : "Nothing is there", part === "dead" ? "Nothing failed for good." : ""));
      pager.hidden = cursors.length === 1 && !next;
      say(place, `page ${cursors.length}`);
      if (isOther) byId("main").scrollTo?.({ top: 0 });
    } catch (error) {
      if (!isLeft) put(note, el("p", { class: "error", role: "alert" }, error.message));
    } finally {
      isAsking = false;
      back.disabled = cursors.length === 1;
      on.disabled = !next;
    }
  }

  const isQuiet = () => document.querySelector("dialog[open]") === null && Date.now() - last >= EVERY;
  return { element, draw: () => draw(), tick: () => { if (isQuiet()) draw(); }, leave: () => { isLeft = true; } };
}
