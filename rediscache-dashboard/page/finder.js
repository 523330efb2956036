// A field in which one writes what is to be found.

import { el, say } from "./dom.js";

/** `find` is told what was written, and says whether it is there. */
export function finder(what, find) {
  const box = el("input", { id: "find", type: "search", placeholder: `Find by ${what}, as JSON or text`, autocomplete: "off", spellcheck: "false", "aria-label": `Find by ${what}` });
  const said = el("span", { id: "found", class: "muted", role: "status" });
  const submit = async (event) => {
    event.preventDefault();
    if (!box.value.trim()) return;
    try {
      say(said, (await find(box.value.trim())) ? "" : "Nothing is there.");
    } catch (error) {
      say(said, error.message);
    }
  };
  return el("form", { class: "finder", onsubmit: submit, oninput: () => say(said, "") }, box, el("kbd", {}, "/"), said);
}
