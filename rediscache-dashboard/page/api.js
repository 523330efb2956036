// What is asked of the program, below the address of the page.

const address = (path) => new URL(`api/${path}`, new URL(".", location.href)).href;

/** How long what no tick tells is shown before it is asked for again, in milliseconds. */
export const EVERY = 3000;

/** A failure with what the program said of it. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function answered(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new Refused(0, "the program does not answer");
  }
  const body = await response.json().catch(() => ({ error: `the answer is no JSON (${response.status})` }));
  if (!response.ok) throw new Refused(response.status, body.error ?? `status ${response.status}`);
  return body;
}

export const get = (path) => answered(fetch(address(path), { cache: "no-store" }));

export const post = (path, body) =>
  answered(fetch(address(path), { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }));

/** The path of something of an object; one of a family has the id behind the question mark. */
export const of = (object, what, query = {}) => path("objects", object.name, what, { of: object.of, ...query });

/** The path of the ids of a family. */
export const idsOf = (family, cursor) => path("families", family.name, "ids", { cursor });

function path(all, name, what, query) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const text = given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return `${all}/${encodeURIComponent(name)}/${what}${text ? `?${text}` : ""}`;
}

/** Hands over what changes, for as long as somebody can see it. */
export function watch(onTick, onState) {
  let source = null, silence = null;
  const quiet = () => { clearTimeout(silence); silence = setTimeout(() => onState("gone"), 8000); };
  const open = () => {
    source = new EventSource(address("events"));
    source.onmessage = (event) => { quiet(); onState("live"); onTick(JSON.parse(event.data)); };
    // A stream that ends is begun again by the browser; one that is refused is not.
    source.onerror = () => { if (source && source.readyState === EventSource.CLOSED) { onState("gone"); reopen(); } };
    quiet();
  };
  const close = () => { clearTimeout(silence); source?.close(); source = null; };
  const reopen = () => { close(); setTimeout(() => { if (!source && !document.hidden) open(); }, 3000); };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { close(); onState("paused"); } else if (!source) open();
  });
  open();
}
