// The frame around all pages: where one goes, what is live, and by which light it is seen.

import { get, watch } from "./api.js";
import { byId, el, put, say } from "./dom.js";
import { listen } from "./keyboard.js";
import { count } from "./show.js";
import { holds, link, named, owners, state, take } from "./state.js";
import { nothing } from "./table.js";
import * as caches from "./caches.js";
import * as figures from "./figures.js";
import * as guards from "./guards.js";
import * as object from "./object.js";
import * as overview from "./overview.js";
import * as queues from "./queues.js";
import * as shapes from "./shapes.js";

const PAGES = [
  ["", "Overview", overview, () => true],
  ["queues", "Queues", queues, (kind) => kind.endsWith("queue")],
  ["caches", "Caches", caches, (kind) => kind.endsWith("cache")],
  ["guards", "Locks and limits", guards, (kind) => kind === "lock" || kind === "limit"],
  ["shapes", "Shapes", shapes, () => true],
  ["figures", "Figures", figures, () => true],
];

let page = null;
const counts = new Map();

function drawPages() {
  const shown = PAGES.filter(([, , , fits]) => state.objects.some((object) => fits(object.kind)) || fits === PAGES[0][3]);
  put(byId("pages"), shown.map(([path, title]) => el("a", { href: `#/${path}`, "data-page": path }, title)));
}

function drawObjects() {
  const wanted = byId("filter").value.trim().toLowerCase();
  const fits = (object) => `${object.namespace} ${object.kind}`.toLowerCase().includes(wanted);
  counts.clear();
  put(byId("objects"), [...owners()].map(([owner, objects]) => {
    const fitting = objects.filter(fits);
    return fitting.length > 0 && el("section", { "data-rows": true }, el("h2", {}, owner), fitting.map((object) => {
      const held = el("span", { class: "held" });
      counts.set(object, held);
      return el("a", { href: link(object), "data-row": true, "data-object": object.name }, el("span", {}, object.field), held);
    }));
  }));
  drawCounts();
  mark();
}

function drawCounts() {
  for (const [object, held] of counts) say(held, holds(object) === null ? "" : count(holds(object)));
}

/** Shows which link leads to where one is. */
function mark() {
  const [path = "", name] = place();
  for (const link of document.querySelectorAll("nav a")) {
    const isHere = link.dataset.object !== undefined ? path === "object" && link.dataset.object === name : link.dataset.page === path;
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

const decoded = (text) => {
  try { return decodeURIComponent(text); } catch { return text; }
};

const place = () => location.hash.replace(/^#\/?/, "").split("/").map(decoded);

function go() {
  page?.leave?.();
  page = null;
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  const [path, ...rest] = place();
  const main = put(byId("main"));
  const found = path === "object" ? named(rest[0]) && object : PAGES.find(([name]) => name === path)?.[2];
  if (found) page = found.show(main, rest) ?? null;
  else put(main, nothing("There is nothing here", "No object of this program is called so."));
  const title = path === "object" ? rest[0] : PAGES.find(([name]) => name === path)?.[1];
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
  let declared;
  try {
    declared = await get("objects");
  } catch (error) {
    put(byId("main"), nothing("The program does not say what it has", error.message));
    return;
  }
  state.objects = declared.objects;
  state.mayChange = declared.may_change;
  byId("access").hidden = declared.may_change;
  byId("prefix").hidden = !declared.global_namespace;
  say(byId("prefix"), declared.global_namespace);
  drawPages();
  drawObjects();
  byId("filter").addEventListener("input", drawObjects);
  listen();
  addEventListener("hashchange", go);
  go();
  watch((tick) => { take(tick); drawCounts(); page?.tick?.(tick); }, setState);
}

begin();
