// Locks with their holders, and limits with what is left to whom.

import { EVERY, get, of } from "./api.js";
import { el, put } from "./dom.js";
import { whose } from "./show.js";
import { link, state } from "./state.js";
import { entries } from "./entries.js";
import { heading, kind, nothing } from "./table.js";

export function show(main) {
  const guards = state.objects.filter((object) => object.kind === "lock" || object.kind === "limit");
  if (!guards.length) {
    put(main, heading("Locks and limits"), nothing("No locks and no limits", "None of the structs has a RedisLock or a RedisLimit."));
    return {};
  }
  let isLeft = false, last = 0;
  const sheets = guards.map((object) => {
    const list = entries(object, "entries"), note = el("p", { class: "muted" });
    const element = el("section", {}, el("h2", { class: "owner" }, el("a", { href: link(object) }, whose(object), object.field), " ", kind(object)), list.element, note);
    return { object, list, note, element };
  });
  put(main, heading("Locks and limits", "Who holds what, with its fence, and what is left to whom."), sheets.map((sheet) => sheet.element));
  const draw = (sheet) => get(of(sheet.object, "page", { part: "entries" })).then((page) => {
    if (isLeft) return;
    sheet.list.update(page.entries);
    put(sheet.note, page.next ? "There are more: open it." : page.entries.length ? "" : "Nobody.");
  }).catch((error) => put(sheet.note, error.message));
  const tick = () => {
    if (Date.now() - last < EVERY) return;
    last = Date.now();
    sheets.forEach(draw);
  };
  tick();
  return { tick, leave: () => { isLeft = true; } };
}
