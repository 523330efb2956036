// One entry in full: read, edited as JSON, put back or taken away.

import { of, post } from "./api.js";
import { ask, byId, el, put, say, toast } from "./dom.js";
import { facts } from "./entries.js";
import { coloured, laidOut, plain } from "./json.js";
import { bytes, clock, types, when, whose } from "./show.js";
import { can } from "./state.js";

/** Opens an entry of a part; `changed` is told when it is another. */
export function openEntry(object, part, entry, changed) {
  const panel = byId("panel"), message = el("p", { class: "error", role: "alert", hidden: true });
  const act = (action, done) => async () => {
    try {
      const answer = await post(of(object, "act"), { action, part, id: entry.id });
      panel.close();
      toast(answer.done ? done : "It was not there any more");
      changed();
    } catch (error) {
      message.hidden = false;
      say(message, error.message);
    }
  };
  const remove = async () => {
    const title = entry.key?.json === undefined ? "Delete this?" : `Delete ${plain(entry.key.json).slice(0, 80)}?`;
    if (await ask(title, "It cannot be brought back.", "Delete")) await act("delete", "Deleted")();
  };
  const known = facts(entry);
  if (entry.expires_at) known.push(["Expires", `${when(entry.expires_at)}, ${clock(entry.expires_at)}`]);
  const isWhole = !entry.value || entry.value.json !== undefined;
  put(panel, head(object, entry.key ? null : part),
    entry.key && [el("h3", {}, "Key"), whole(entry.key, "panel-key")],
    entry.value && [el("h3", {}, object.kind === "ranking" ? "Score" : "Value"), whole(entry.value, "panel-value")],
    known.length > 0 && el("dl", {}, known.map(([title, value]) => [el("dt", {}, title), el("dd", {}, value)])),
    message,
    el("div", { class: "buttons" },
      can(object, part, "delete") && el("button", { type: "button", class: "danger", id: "delete", onclick: remove }, "Delete"),
      can(object, part, "requeue") && el("button", { type: "button", id: "requeue", onclick: act("requeue", "Put back into the queue") }, "Put back"),
      can(object, part, "edit") && isEditable(object) && isWhole && el("button", { type: "button", class: "main", id: "edit", onclick: () => editEntry(object, entry, changed) }, "Edit"),
      el("button", { type: "button", class: "plain", id: "close", onclick: () => panel.close() }, "Close")));
  if (!panel.open) panel.showModal();
  byId("close").focus();
}

/** Whether an entry keeps its place when it is stored anew: an item of a queue would be put behind the others. */
const isEditable = (object) => !object.kind.endsWith("queue") && object.kind !== "set";

const head = (object, title) =>
  el("header", {}, el("h2", { id: "panel-title" }, el("span", { class: "muted" }, whose(object)), object.field, title && el("span", { class: "muted" }, ` · ${title}`)), el("code", { class: "muted" }, types(object)));

function whole(shown, id) {
  if (shown.secret) return el("p", { class: "secret", id }, "secret: it is never sent");
  if (shown.unreadable !== undefined) return el("p", { class: "error", id }, shown.unreadable);
  if (shown.begin !== undefined) return [el("pre", { id }, shown.begin), el("p", { class: "muted" }, `The begin of ${bytes(shown.bytes)}.`)];
  return el("pre", { id, tabindex: "0" }, coloured(laidOut(shown.json)));
}

/** Edits an entry, or a new one where none is given. */
export function editEntry(object, entry, changed, firstKey = "") {
  const panel = byId("panel"), message = el("p", { class: "error", role: "alert", id: "panel-error", hidden: true });
  const hasKey = object.key_type !== null || object.kind === "set", hasValue = object.kind !== "set";
  const key = el("textarea", { id: "edit-key", rows: 2, spellcheck: "false", readonly: Boolean(entry), value: entry?.key?.json ?? firstKey });
  const value = el("textarea", { id: "edit-value", rows: 14, spellcheck: "false", value: entry?.value?.json ? laidOut(entry.value.json) : "" });
  const save = el("button", { type: "submit", class: "main", id: "save" }, entry ? "Save" : "Store");
  const form = el("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      save.disabled = true;
      message.hidden = true;
      try {
        await post(of(object, "set"), { key: key.value, value: value.value });
        panel.close();
        toast("Stored");
        changed();
      } catch (error) {
        message.hidden = false;
        say(message, error.message);
      } finally {
        save.disabled = false;
      }
    },
    onkeydown: (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(); },
  },
    hasKey && [el("label", { for: "edit-key" }, object.kind === "set" ? "Member" : "Key", el("span", { class: "muted" }, ` · ${object.key_type ?? object.value_type}, as JSON`)), key],
    hasValue && [el("label", { for: "edit-value" }, object.kind === "ranking" ? "Score" : "Value", el("span", { class: "muted" }, ` · ${object.value_type}, as JSON`)), value],
    message,
    el("div", { class: "buttons" }, save, el("button", { type: "button", class: "plain", id: "close", onclick: () => panel.close() }, "Cancel")));
  put(panel, head(object, entry ? "edit" : object.kind.endsWith("queue") ? "put" : "new"), form);
  if (!panel.open) panel.showModal();
  (entry || !hasKey ? value : key).focus();
}
