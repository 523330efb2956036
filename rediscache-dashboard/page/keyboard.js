// Keys: `/` finds, arrows go from row to row, Enter opens, Escape goes back to what the heading leads to.

import { byId } from "./dom.js";

const isTyping = (target) => /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

/** Rows of the list that has the focus, or of the first on the page. */
function rows(target) {
  const list = target.closest?.("[data-rows]");
  const rows = [...(list ?? byId("main")).querySelectorAll("[data-row]")];
  return rows.filter((row) => row.offsetParent !== null);
}

function move(event, by) {
  const all = rows(event.target);
  if (!all.length) return;
  const at = all.indexOf(event.target.closest("[data-row]"));
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

function back(event) {
  if (isTyping(event.target)) {
    event.target.value = "";
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
    event.target.blur();
  } else if (location.hash.length > 2) {
    location.hash = byId("main").querySelector("h1 a")?.getAttribute("href") ?? "#/";
  }
}

export function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const isOpen = document.querySelector("dialog[open]") !== null;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (isOpen) return;
    if (event.key === "/" && !isTyping(event.target)) find(event);
    else if (event.key === "Escape") back(event);
    else if (step && (!isTyping(event.target) || event.target.type === "search")) move(event, step);
    else if (event.key === "Enter" && event.target.matches("tr[data-row]")) { event.preventDefault(); event.target.click(); }
  });
}
