// Numbers and times as people read them.

const whole = new Intl.NumberFormat("en");

export const count = (number) => (number === null || number === undefined ? "–" : whole.format(number));

/** With few digits, for where there is little room: 1.2 M. */
export function short(number) {
  if (number === null || number === undefined) return "–";
  const [divisor, unit] = number >= 1e9 ? [1e9, " G"] : number >= 1e6 ? [1e6, " M"] : number >= 1e4 ? [1e3, " k"] : [1, ""];
  return digits(number / divisor) + unit;
}

const digits = (number) => (number >= 100 || Number.isInteger(number) ? whole.format(Math.round(number)) : String(Number(number.toPrecision(number < 1 ? 2 : 3))));

export function bytes(number) {
  if (number === null || number === undefined) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (number >= 1024 && unit < units.length - 1) { number /= 1024; unit += 1; }
  return `${digits(number)} ${units[unit]}`;
}

/** How long, from milliseconds. */
export function span(milliseconds) {
  const steps = [[86400e3, "d"], [3600e3, "h"], [60e3, "min"], [1e3, "s"]];
  const at = steps.findIndex(([length]) => milliseconds >= length);
  if (at < 0) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const [length, unit] = steps[at];
  const first = Math.floor(milliseconds / length), next = steps[at + 1];
  const rest = next && first < 10 ? Math.floor((milliseconds % length) / next[0]) : 0;
  return rest ? `${first} ${unit} ${rest} ${next[1]}` : `${first} ${unit}`;
}

/** How long until a time, or since. */
export function when(time) {
  if (time === null || time === undefined) return "never";
  const distance = time - Date.now();
  return distance >= 0 ? `in ${span(distance)}` : `${span(-distance)} ago`;
}

export const clock = (time) => new Date(time).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });

export const percent = (part, all) => (all ? `${digits((100 * part) / all)} %` : "–");

/** A latency, from microseconds. */
export const latency = (micros) => (micros === null || micros === undefined ? "–" : micros < 1000 ? `${digits(micros)} µs` : micros < 1e6 ? `${digits(micros / 1000)} ms` : `${digits(micros / 1e6)} s`);

/** Whose an object is, as the program would write it: `Shop.`, or `Tenant::of("acme").` */
export const whose = (object) => `${object.owner}${object.of === undefined ? "" : `::of(${object.of})`}.`;

/** What an object is called in the store. */
export const called = (object) => (object.of === undefined ? object.namespace : `${object.namespace} of ${object.of}`);

/** The types of an object. */
export const types = (object) => (!object.key_type ? object.value_type : object.value_type === "()" ? object.key_type : `${object.key_type} → ${object.value_type}`);
