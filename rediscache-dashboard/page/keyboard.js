// Keys: `/` finds, arrows go from row to row, Enter opens, Escape goes back to what the heading leads to.

import { byId } from "./dom.js";

const isTyping = (target) => /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

/** Rows of the list that has the focus, or of the first on the page. */
function rows(target) {
  const list = target.closest?.("[data-rows]");
  const rows = [...(list ?? byId("main")).querySelectorAll("[data-row]")];
  return rows.filter((row) => row.offsetParent !== null);
}

function move(event, target, by) {
  const all = rows(target);
  if (!all.length) return;
  const at = all.indexOf(target.closest("[data-row]"));
  const to = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  event.preventDefault();
  to.focus();
  to.scrollIntoView({ block: "nearest" });
}

function find(event) {
  const box = byId("find") ?? byId("filter");
  event.preventDefault();
  box.focus();
  box.select();
}

function back(target) {
  if (isTyping(target)) {
    target.value = "";
    target.dispatchEvent(new Event("input", { bubbles: true }));
    target.blur();
  } else if (location.hash.length > 2) {
    location.hash = byId("main").querySelector("h1 a")?.getAttribute("href") ?? "#/";
  }
}

/** Listens to keys. `arrive` shows what the address names: a key can come between a new address and the word of it. */
export function listen(arrive) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    arrive();
    if (document.querySelector("dialog[open]") !== null) return;
    const target = document.activeElement ?? document.body;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (event.key === "/" && !isTyping(target)) find(event);
    else if (event.key === "Escape") back(target);
    else if (step && (!isTyping(target) || target.type === "search")) move(event, target, step);
    else if (event.key === "Enter" && target.matches("tr[data-row]")) { event.preventDefault(); target.click(); }
  });
}
