// What the page knows: what the program declares, and what it was told last.

export const state = {
  /** Those that are no family's. */
  objects: [],
  /** Structs with objects for each of many ids. */
  families: [],
  mayChange: false,
  /** By the link to an object: what its last summary was. */
  summaries: new Map(),
  /** By the link to an object: how much it held at each tick of late. */
  past: new Map(),
  /** The figures of the session at each tick of late. */
  figures: [],
};

const LONGEST_PAST = 120;

/** Takes in what the program tells each second. */
export function take(tick) {
  learn(state.objects, tick.objects);
  if (tick.figures) {
    state.figures.push({ time: Date.now(), ...tick.figures });
    if (state.figures.length > LONGEST_PAST) state.figures.shift();
  }
}

/** Takes in how much each of these holds. */
export function learn(objects, summaries) {
  objects.forEach((object, at) => {
    if (!summaries[at]) return;
    state.summaries.set(link(object), summaries[at]);
    const held = holds(object);
    if (held !== null) keep(state.past, link(object), held);
  });
}

function keep(map, name, value) {
  const values = map.get(name) ?? [];
  values.push(value);
  if (values.length > LONGEST_PAST) values.shift();
  map.set(name, values);
}

export const summary = (object) => state.summaries.get(link(object)) ?? {};

export const past = (object) => state.past.get(link(object)) ?? [];

/** How many stand in a part, or `null` where that is not known without walking through it. */
export const inPart = (object, part) => summary(object).counts?.[part] ?? null;

/** How much there is of what the object is for. */
export const holds = (object) => inPart(object, object.parts[0]?.name);

export const can = (object, part, action) =>
  state.mayChange && Boolean(object.parts.find((one) => one.name === part)?.actions.includes(action));

/** The address of a page of these steps. */
const address = (...steps) => `#/${steps.map(encodeURIComponent).join("/")}`;

/** Where an object is shown; of what a family declares for all, the family. */
export function link(object, part) {
  if (object.of !== undefined) return address("object", object.name, part ?? object.parts[0].name, object.of);
  return object.family ? familyLink(object.family) : address("object", object.name, ...(part ? [part] : []));
}

/** Where a family is shown, or one of it. */
export const familyLink = (family, id) => address("family", family.name, ...(id === undefined ? [] : [id]));

/** What is declared of the object of this name. */
export const declared = (name) =>
  [...state.objects, ...state.families.flatMap((family) => family.objects)].find((object) => object.name === name);

/** The object of this name; of a family, that of the one with this id, which is JSON. */
export function named(name, id) {
  const object = declared(name);
  return object?.family ? id !== undefined && member(object, id) : object;
}

/** What a family declares for all, of one. */
export const member = (object, id) => ({ ...object, of: id });

export const declaredFamily = (name) => state.families.find((family) => family.name === name);

/** The structs in their order, each with its objects. */
export function owners() {
  const owners = new Map();
  for (const object of state.objects) owners.set(object.owner, [...(owners.get(object.owner) ?? []), object]);
  return owners;
}
