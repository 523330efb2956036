// The frame around all pages: where one goes, what is live, and by which light it is seen.

import { get, watch } from "./api.js";
import { byId, el, put, say } from "./dom.js";
import { listen } from "./keyboard.js";
import { count } from "./show.js";
import { declared, declaredFamily, familyLink, holds, link, named, owners, state, take } from "./state.js";
import { nothing } from "./table.js";
import * as caches from "./caches.js";
import * as family from "./family.js";
import * as figures from "./figures.js";
import * as guards from "./guards.js";
import * as object from "./object.js";
import * as overview from "./overview.js";
import * as queues from "./queues.js";
import * as shapes from "./shapes.js";

const PAGES = [
  ["", "Overview", overview, null],
  ["queues", "Queues", queues, (kind) => kind.endsWith("queue")],
  ["caches", "Caches", caches, (kind) => kind.endsWith("cache")],
  ["guards", "Locks and limits", guards, (kind) => kind === "lock" || kind === "limit"],
  ["shapes", "Shapes", shapes, null],
  ["figures", "Figures", figures, null],
];

let page = null;
/** The address of the page that is shown. */
let address = null;
const counts = new Map();

function drawPages() {
  const shown = PAGES.filter(([, , , fits]) => !fits || state.objects.some((object) => fits(object.kind)));
  put(byId("pages"), shown.map(([path, title]) => el("a", { href: `#/${path}`, "data-page": path }, title)));
}

function drawObjects() {
  const wanted = byId("filter").value.trim().toLowerCase();
  const fits = (object) => `${object.namespace} ${object.kind}`.toLowerCase().includes(wanted);
  counts.clear();
  const families = state.families.filter((family) => family.objects.some(fits)).map((family) => el("section", { "data-rows": true }, el("h2", {}, family.owner),
    el("a", { href: familyLink(family), "data-row": true, "data-family": family.name }, el("span", {}, family.namespace))));
  put(byId("objects"), [...owners()].map(([owner, objects]) => {
    const fitting = objects.filter(fits);
    return fitting.length > 0 && el("section", { "data-rows": true }, el("h2", {}, owner), fitting.map((object) => {
      const held = el("span", { class: "held" });
      counts.set(object, held);
      return el("a", { href: link(object), "data-row": true, "data-object": object.name }, el("span", {}, object.field), held);
    }));
  }), families);
  drawCounts();
  mark();
}

function drawCounts() {
  for (const [object, held] of counts) say(held, holds(object) === null ? "" : count(holds(object)));
}

/** Shows which link leads to where one is. */
function mark() {
  const [path = "", name] = place(), ofFamily = path === "family" ? name : path === "object" ? declared(name)?.family?.name : undefined;
  for (const link of document.querySelectorAll("nav a")) {
    const { object, family, page } = link.dataset;
    const isHere = object !== undefined ? path === "object" && object === name : family !== undefined ? family === ofFamily : page === path;
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

const decoded = (text) => {
  try { return decodeURIComponent(text); } catch { return text; }
};

const place = () => location.hash.replace(/^#\/?/, "").split("/").map(decoded);

function go() {
  if (address === location.hash) return;
  address = location.hash;
  page?.leave?.();
  page = null;
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  const [path, ...rest] = place();
  const main = put(byId("main"));
  const [name, , id] = rest;
  const found = path === "object" ? named(name, id) && object : path === "family" ? declaredFamily(name) && family : PAGES.find(([name]) => name === path)?.[2];
  if (found) page = found.show(main, rest) ?? null;
  else put(main, nothing("There is nothing here", "No object of this program is called so."));
  const title = path === "object" || path === "family" ? name : PAGES.find(([name]) => name === path)?.[1];
  document.title = title ? `${title} · rediscache` : "rediscache";
  main.scrollTop = 0;
  mark();
}

const STATES = { live: "live", gone: "no answer", paused: "paused", waiting: "connecting" };

function setState(is) {
  const shown = byId("state");
  if (shown.dataset.state === is) return;
  shown.dataset.state = is;
  say(shown, STATES[is]);
}

function listenToTheme() {
  const root = document.documentElement, button = byId("theme");
  const isDark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const draw = () => say(button, isDark() ? "☀" : "☾");
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem("rediscache-theme", root.dataset.theme);
    draw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
}

async function begin() {
  listenToTheme();
  byId("skip").addEventListener("click", (event) => { event.preventDefault(); byId("main").focus(); });
  let told;
  try {
    told = await get("objects");
  } catch (error) {
    put(byId("main"), nothing("The program does not say what it has", error.message));
    return;
  }
  state.objects = told.objects;
  state.families = told.families;
  for (const family of state.families) for (const object of family.objects) object.family = family;
  state.mayChange = told.may_change;
  byId("access").hidden = told.may_change;
  byId("prefix").hidden = !told.global_namespace;
  say(byId("prefix"), told.global_namespace);
  drawPages();
  drawObjects();
  byId("filter").addEventListener("input", drawObjects);
  listen(go);
  addEventListener("hashchange", go);
  go();
  watch((tick) => { take(tick); drawCounts(); page?.tick?.(tick); }, setState);
}

begin();
