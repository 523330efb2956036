// What is read a page at a time, with buttons that turn them.

import { EVERY } from "./api.js";
import { byId, el, put, say } from "./dom.js";
import { nothing } from "./table.js";

/** A page stays for this many times as long as it took to read, at the least. */
const REST = 10;

/** Pages that hold nothing though others follow are passed over, but not for ever. */
const MOST_EMPTY = 50;

/**
 * Shows in a list what `ask` tells behind a cursor: `{ entries, next }`; where there are none, this title and text. What is told `once`
 * stands on no page behind the first that has it.
 */
export function pages(list, ask, [title, text], { once = false } = {}) {
  let cursors = [null], next = null, isLeft = false, asked = 0, answered = 0, last = 0, took = 0;
  /** By page, the ids of what stands there. */
  const shown = [];
  const note = el("div", { id: "note" });
  const back = el("button", { type: "button", id: "back", onclick: () => { cursors.pop(); draw(true); } }, "Back");
  const on = el("button", { type: "button", id: "next", onclick: () => { cursors.push(next); draw(true); } }, "Next");
  const place = el("span", { class: "muted" }), pager = el("div", { class: "pager", hidden: true }, back, place, on);
  const element = el("div", { class: "list" }, list.element, note, pager);

  const isNew = (entry) => !once || !shown.slice(0, cursors.length - 1).some((ids) => ids.has(entry.id));

  async function read() {
    for (let cursor = cursors.at(-1), empty = 0; ; empty += 1) {
      const page = await ask(cursor), entries = page.entries.filter(isNew);
      if (entries.length || !page.next || empty === MOST_EMPTY) return { entries, next: page.next };
      cursor = page.next;
    }
  }

  /** Reads what is there now; what was asked for before and has no answer yet is not shown any more. */
  async function draw(isOther = false) {
    const mine = (asked += 1), isLate = () => isLeft || mine !== asked;
    last = Date.now();
    if (isOther) back.disabled = on.disabled = true;
    try {
      const page = await read();
      if (isLate()) return;
      next = page.next;
      shown[cursors.length - 1] = new Set(page.entries.map((entry) => entry.id));
      list.update(page.entries);
      put(note, !page.entries.length && (next ? nothing("Nothing so far", "There is more to look through on the next page.") : nothing(title, text)));
      pager.hidden = cursors.length === 1 && !next;
      say(place, `page ${cursors.length}`);
      if (isOther) byId("main").scrollTo?.({ top: 0 });
    } catch (error) {
      if (!isLate()) put(note, el("p", { class: "error", role: "alert" }, error.message));
    } finally {
      if (!isLate()) {
        [answered, took] = [mine, Date.now() - last];
        back.disabled = cursors.length === 1;
        on.disabled = !next;
      }
    }
  }

  const isQuiet = () => asked === answered && document.querySelector("dialog[open]") === null && Date.now() - last >= Math.max(EVERY, REST * took);
  return { element, draw: () => draw(), tick: () => { if (isQuiet()) draw(); }, leave: () => { isLeft = true; }, isLeft: () => isLeft };
}
