// How much objects of one of a family hold: asked for while they are looked at, since no tick tells it.

import { EVERY, get, of } from "./api.js";
import { learn } from "./state.js";

/** Asks now and again, and says when there is an answer. */
export function follow(objects, changed) {
  let isLeft = false, isAsking = false, last = 0;
  async function ask() {
    [isAsking, last] = [true, Date.now()];
    const summaries = await Promise.all(objects.map((object) => get(of(object, "summary")).catch((error) => ({ error: error.message }))));
    isAsking = false;
    if (isLeft) return;
    learn(objects, summaries);
    changed();
  }
  ask();
  return { tick: () => { if (!isAsking && Date.now() - last >= EVERY) ask(); }, leave: () => { isLeft = true; } };
}
