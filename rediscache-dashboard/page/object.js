// One object: its entries in pages, found by key, and what can be done with them.

import { get, of, post } from "./api.js";
import { ask, el, put, say, toast } from "./dom.js";
import { entries } from "./entries.js";
import { editEntry, openEntry } from "./entry.js";
import { finder } from "./finder.js";
import { follow } from "./follow.js";
import { pages } from "./pages.js";
import { bytes, called, clock, count, percent, types, when, whose } from "./show.js";
import { can, familyLink, inPart, link, named, past, state, summary } from "./state.js";
import { kind, spark, tile } from "./table.js";

const PARTS = { entries: "Entries", delayed: "Delayed", pending: "Pending", dead: "Dead letters", workers: "Workers" };

const title = (object, part) => (part === "entries" && object.kind.endsWith("queue") ? "Waiting" : PARTS[part]);

const FOUND_BY = { set: "member", ranking: "member", limit: "subject", lock: "key" };

export function show(main, [name, wanted, id]) {
  const object = named(name, id), part = object.parts.some((one) => one.name === wanted) ? wanted : object.parts[0].name;
  const tiles = el("div", { class: "tiles wide" }), numbers = new Map();
  const tabs = object.parts.length > 1 && el("div", { class: "tabs" }, object.parts.map((one) => {
    numbers.set(one.name, el("span", { class: "held" }));
    return el("a", { href: link(object, one.name), "aria-current": one.name === part ? "page" : null, "data-part": one.name }, title(object, one.name), numbers.get(one.name));
  }));
  const list = pagesOf(object, part), asking = object.family && follow([object], () => update());
  put(main, head(object), tiles, tabs, toolbar(object, part, list), list.element);
  const update = () => {
    put(tiles, drawTiles(object));
    numbers.forEach((number, its) => say(number, inPart(object, its) === null ? "" : count(inPart(object, its))));
  };
  update();
  list.draw();
  return { tick: () => { update(); list.tick(); asking?.tick(); }, leave: () => { list.leave(); asking?.leave(); } };
}

function head(object) {
  return el("div", { class: "heading" },
    el("h1", {}, el("a", { href: object.family ? familyLink(object.family, object.of) : "#/", class: "muted" }, whose(object)), object.field, " ", kind(object)),
    el("p", {}, el("code", {}, types(object)), el("span", { class: "muted" }, " in "), el("code", { id: "namespace" }, called(object))));
}

function drawTiles(object) {
  const its = summary(object);
  if (its.error) return [tile("No answer", "–", its.error, "bad")];
  const shown = [];
  const held = inPart(object, object.parts[0].name);
  if (held !== null) shown.push(tile(title(object, object.parts[0].name), count(held), spark(past(object), 120, 24)));
  if (its.memory !== null && its.memory !== undefined) shown.push(tile("Memory", bytes(its.memory), held ? `${bytes(its.memory / held)} each` : "as the store says"));
  if (its.expires_at) shown.push(tile("Expires", when(its.expires_at), clock(its.expires_at)));
  if (its.near) shown.push(tile("Near hits", percent(its.near.hits, its.near.hits + its.near.misses), `${count(its.near.entries)} kept here, ${bytes(its.near.bytes)}`));
  if (its.loads) shown.push(tile("Hits of loads", percent(its.loads.hits, its.loads.hits + its.loads.misses), `${count(its.loads.loads)} loads, ${count(its.loads.failures)} failed`, its.loads.failures ? "bad" : ""));
  return shown;
}

function toolbar(object, part, list) {
  const tools = [];
  const isFound = part === "entries" && (object.key_type !== null || object.kind === "set");
  if (isFound) tools.push(findEntry(object, list));
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

const findEntry = (object, list) => finder(FOUND_BY[object.kind] ?? "key", async (key) => {
  const { entry } = await get(of(object, "entry", { key }));
  if (entry && !list.isLeft()) openEntry(object, "entries", entry, list.draw);
  return Boolean(entry);
});

async function all(object, part, action, list) {
  const where = part === "entries" ? called(object) : `${PARTS[part].toLowerCase()} of ${called(object)}`;
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
function pagesOf(object, part) {
  const list = entries(object, part, open);
  const shown = pages(list, (cursor) => get(of(object, "page", { part, cursor })), part === "dead" ? ["No dead letters", "Nothing failed for good."] : ["Nothing is there", ""]);

  /** What a page cuts short is asked for in full. */
  async function open(entry) {
    const isCut = entry.key?.json !== undefined && entry.value?.begin !== undefined;
    const whole = isCut ? await get(of(object, "entry", { key: entry.key.json })).catch(() => ({})) : {};
    if (!shown.isLeft()) openEntry(object, part, whole.entry ?? entry, shown.draw);
  }

  return shown;
}
