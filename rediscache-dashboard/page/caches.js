// What this process keeps near, and what it loaded.

import { el, put } from "./dom.js";
import { bytes, count, percent, whose } from "./show.js";
import { link, state, summary } from "./state.js";
import { bar, heading, nothing, row, table } from "./table.js";

const NEAR = [
  { title: "Object", class: "name" }, { title: "Hit rate", class: "rate" }, { title: "Hits", class: "number" },
  { title: "Misses", class: "number" }, { title: "Told of changes", class: "number" }, { title: "Entries", class: "number" },
  { title: "Memory", class: "number" },
];

const LOADS = [
  { title: "Object", class: "name" }, { title: "Hit rate", class: "rate" }, { title: "Hits", class: "number" },
  { title: "Misses", class: "number" }, { title: "Loads", class: "number" }, { title: "Shared", class: "number" },
  { title: "Stale", class: "number" }, { title: "Failures", class: "number" },
];

export function show(main) {
  const near = el("tbody"), loads = el("tbody"), empty = el("div");
  const nearSheet = el("section", { id: "near" }, el("h2", { class: "owner" }, "Near caches"), table(NEAR, near, "Near caches"));
  const loadSheet = el("section", { id: "loads" }, el("h2", { class: "owner" }, "Loads"), table(LOADS, loads, "Loads"));
  put(main, heading("Caches", "Of this process, since it began."), nearSheet, loadSheet, empty);
  let last = "";
  const tick = () => {
    const their = state.objects.map((object) => [object, summary(object)]);
    const text = JSON.stringify(their.map(([, its]) => [its.near, its.loads]));
    if (text === last) return;
    last = text;
    const nearOnes = their.filter(([, its]) => its.near), loadingOnes = their.filter(([, its]) => its.loads);
    put(near, nearOnes.map(([object, its]) => nearRow(object, its.near)));
    put(loads, loadingOnes.map(([object, its]) => loadRow(object, its.loads)));
    nearSheet.hidden = !nearOnes.length;
    loadSheet.hidden = !loadingOnes.length;
    put(empty, !nearOnes.length && !loadingOnes.length && nothing("Nothing is kept near", "No cache has `near`, and none loads."));
  };
  tick();
  return { tick };
}

const name = (object) => el("a", { href: link(object), "data-row": true }, el("span", { class: "muted" }, whose(object)), object.field);

const rate = (hits, misses) => el("div", { class: "rated" }, bar(hits, hits + misses), el("span", {}, percent(hits, hits + misses)));

const nearRow = (object, near) =>
  row(NEAR, [name(object), rate(near.hits, near.misses), count(near.hits), count(near.misses), count(near.invalidations), count(near.entries), bytes(near.bytes)]);

function loadRow(object, loads) {
  const failures = el("span", { class: loads.failures ? "error" : "" }, count(loads.failures));
  return row(LOADS, [name(object), rate(loads.hits, loads.misses), count(loads.hits), count(loads.misses), count(loads.loads), count(loads.shared), count(loads.stale), failures]);
}
