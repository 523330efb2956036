// What the page knows: what the program declares, and what it was told last.

export const state = {
  objects: [],
  mayChange: false,
  /** By the name of an object: what its last summary was. */
  summaries: new Map(),
  /** By the name of an object: how much it held at each tick of late. */
  past: new Map(),
  /** The figures of the session at each tick of late. */
  figures: [],
};

const LONGEST_PAST = 120;

/** Takes in what the program tells each second. */
export function take(tick) {
  state.objects.forEach((object, at) => {
    const summary = tick.objects[at];
    if (!summary) return;
    state.summaries.set(object.name, summary);
    const held = holds(object);
    if (held !== null) keep(state.past, object.name, held);
  });
  if (tick.figures) {
    state.figures.push({ time: Date.now(), ...tick.figures });
    if (state.figures.length > LONGEST_PAST) state.figures.shift();
  }
}

function keep(map, name, value) {
  const values = map.get(name) ?? [];
  values.push(value);
  if (values.length > LONGEST_PAST) values.shift();
  map.set(name, values);
}

export const summary = (object) => state.summaries.get(object.name) ?? {};

/** How many stand in a part, or `null` where that is not known without walking through it. */
export const inPart = (object, part) => summary(object).counts?.[part] ?? null;

/** How much there is of what the object is for. */
export const holds = (object) => inPart(object, object.parts[0]?.name);

export const can = (object, part, action) =>
  state.mayChange && Boolean(object.parts.find((one) => one.name === part)?.actions.includes(action));

export const link = (object, part) => `#/object/${encodeURIComponent(object.name)}${part ? `/${part}` : ""}`;

export const named = (name) => state.objects.find((object) => object.name === name);

/** The structs in their order, each with its objects. */
export function owners() {
  const owners = new Map();
  for (const object of state.objects) owners.set(object.owner, [...(owners.get(object.owner) ?? []), object]);
  return owners;
}
