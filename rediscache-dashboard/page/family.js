// A family: the ids there are, and the objects of one.

import { get, idsOf, of } from "./api.js";
import { el, put, toast } from "./dom.js";
import { entries } from "./entries.js";
import { finder } from "./finder.js";
import { follow } from "./follow.js";
import { holding } from "./overview.js";
import { pages } from "./pages.js";
import { declaredFamily, familyLink, member } from "./state.js";
import { kind } from "./table.js";

const KIND = { kind: "family" };

export function show(main, [name, id]) {
  const family = declaredFamily(name);
  return id === undefined ? showIds(main, family) : showOne(main, family, id);
}

function showIds(main, family) {
  const open = ({ key }) => {
    if (key.json === undefined) toast(key.unreadable ?? "This id is too long for an address", "bad");
    else location.hash = familyLink(family, key.json);
  };
  const list = entries({ ...family, ...KIND }, "ids", open);
  const ids = pages(list, async (cursor) => {
    const page = await get(idsOf(family, cursor));
    return { entries: page.ids.map((id) => ({ id: JSON.stringify(id), key: id, facts: {} })), next: page.next };
  }, ["No ids", "Nothing is kept of any."], { once: true });
  const fields = family.objects.map((object) => object.field).join(", ");
  put(main, head(family, el("a", { href: "#/" }, family.owner), el("span", { class: "muted" }, " · "), fields),
    el("div", { class: "tools" }, finder("id", find), el("span", { class: "grow" })), ids.element);

  /** Opens one of which nothing may be kept yet; what is no id is refused. */
  async function find(id) {
    await get(of(member(family.objects[0], id), "summary"));
    if (!ids.isLeft()) location.hash = familyLink(family, id);
    return true;
  }

  ids.draw();
  return ids;
}

function showOne(main, family, id) {
  const objects = family.objects.map((object) => member(object, id));
  const sheet = holding(objects, family.owner);
  const title = el("span", {}, el("a", { href: familyLink(family), class: "muted" }, `${family.owner}::of(`), id, el("span", { class: "muted" }, ")"));
  put(main, head(family, title), sheet.element);
  sheet.update();
  return follow(objects, sheet.update);
}

function head(family, title, ...more) {
  return el("div", { class: "heading" },
    el("h1", {}, title, kind(KIND)),
    el("p", {}, el("code", { id: "namespace" }, family.namespace), el("span", { class: "muted" }, " per "), el("code", {}, family.id_type), more));
}
