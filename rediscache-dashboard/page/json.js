// JSON as text: laid out and coloured without being read, since a browser would round integers above 2^53.

const TOKEN = /\s+|[{}[\],:]|"(?:[^"\\]|\\.)*"?|[^\s{}[\],:"]+/gy;

function* tokens(text) {
  TOKEN.lastIndex = 0;
  for (let match; (match = TOKEN.exec(text)); ) if (match[0].trim()) yield match[0];
}

/** The same with a line for each part. */
export function laidOut(text) {
  let out = "", depth = 0, last = "";
  const line = () => `\n${"  ".repeat(depth)}`;
  for (const token of tokens(text)) {
    if (token === "}" || token === "]") {
      depth -= 1;
      out += (last === "{" || last === "[" ? "" : line()) + token;
    } else {
      const begins = last === "{" || last === "[" || last === ",";
      out += (begins ? line() : last === ":" ? " " : "") + token;
      if (token === "{" || token === "[") depth += 1;
    }
    last = token;
  }
  return out;
}

/** The same in one line, with a little air. */
export const inLine = (text) => [...tokens(text)].map((token) => (token === "," || token === ":" ? `${token} ` : token)).join("");

/** Spans of a text that is JSON, each of a class by what it is. */
export function coloured(text) {
  const fragment = document.createDocumentFragment();
  const parts = text.match(/\s+|[{}[\],:]|"(?:[^"\\]|\\.)*"?|[^\s{}[\],:"]+/g) ?? [];
  parts.forEach((part, at) => {
    const kind = kindOf(part, parts, at);
    if (!kind) return fragment.append(document.createTextNode(part));
    const span = document.createElement("span");
    span.className = kind;
    span.textContent = part;
    return fragment.append(span);
  });
  return fragment;
}

function kindOf(part, parts, at) {
  if (part[0] === '"') {
    const next = parts.slice(at + 1, at + 3).find((other) => other.trim());
    return next === ":" ? "j-name" : "j-text";
  }
  if (/^[-\d]/.test(part)) return "j-number";
  return /^(true|false|null)$/.test(part) ? "j-word" : null;
}

/** The text of a JSON string by itself, or the JSON. */
export function plain(text) {
  if (text[0] !== '"') return text;
  try { return JSON.parse(text); } catch { return text; }
}
