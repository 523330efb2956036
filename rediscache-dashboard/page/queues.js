// Queues: what waits, what is under way, and what failed.

import { el, put, say } from "./dom.js";
import { count, whose } from "./show.js";
import { inPart, link, past, state, summary } from "./state.js";
import { heading, kind, nothing, spark } from "./table.js";

const TITLES = { entries: "Waiting", delayed: "Delayed", pending: "Pending", dead: "Dead", workers: "Workers" };

export function show(main) {
  const queues = state.objects.filter((object) => object.kind.endsWith("queue"));
  if (!queues.length) {
    put(main, heading("Queues"), nothing("No queues", "None of the structs has a RedisQueue or a RedisTaskQueue."));
    return {};
  }
  const cards = queues.map(card);
  put(main, heading("Queues", "A dead letter is a task that could not be read, or failed too often."), el("div", { class: "cards" }, cards.map((one) => one.element)));
  const tick = () => cards.forEach((one) => one.update());
  tick();
  return { tick };
}

function card(object) {
  const numbers = object.parts.map(({ name }) => {
    const number = el("span", { class: "number" });
    return { name, number, element: el("a", { class: `part part-${name}`, href: link(object, name), "data-row": true }, number, el("span", {}, TITLES[name])) };
  });
  const line = el("div", { class: "card-spark" }), warning = el("p", { class: "warning", hidden: true });
  const element = el("section", { class: "card", "data-object": object.name },
    el("div", { class: "card-head" }, el("h2", {}, el("span", { class: "muted" }, whose(object)), object.field), kind(object)),
    el("code", { class: "muted" }, object.value_type), line,
    el("div", { class: "parts", "data-rows": true }, numbers.map((one) => one.element)), warning);
  const update = () => {
    for (const { name, number, element } of numbers) {
      const held = inPart(object, name);
      say(number, count(held));
      element.classList.toggle("some", Boolean(held));
    }
    const isIdle = inPart(object, "workers") === 0 && inPart(object, "entries") > 0;
    warning.hidden = !isIdle && !summary(object).error;
    say(warning, summary(object).error ?? (isIdle ? "Tasks wait, and no worker takes them." : ""));
    put(line, spark(past(object), 320, 36));
  };
  return { element, update };
}
