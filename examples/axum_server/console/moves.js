// From page to page: by a link, by Back and Forward, or by an address that was typed. Whoever would lose something is asked first.

import { ask, el } from "./dom.js";
import { drop, unsaved } from "./unsaved.js";

// Each entry of the browser's history has a number, by which it is known how far, and which way, it is back to the last one.
let here = history.state?.entry ?? 0;
let isReturning = false;

/// Calls `turn` whenever there is another page to show.
export function onMove(turn) {
  history.replaceState({ entry: here }, "");
  addEventListener("hashchange", () => {
    const entry = history.state?.entry ?? here + 1;
    if (isReturning) {
      isReturning = entry !== here;
      return;
    }
    history.replaceState({ entry }, "");
    const steps = entry - here;
    if (steps && unsaved().length) {
      isReturning = true;
      history.go(-steps);
      askToLeave(() => history.go(steps));
    } else {
      here = entry;
      turn();
    }
  });
}

/// Goes on at once where nothing is lost, or after a question.
export function leaving(then) {
  if (unsaved().length) askToLeave(then);
  else then();
}

function askToLeave(then) {
  if (document.querySelector("#unsaved")) return;
  ask({
    title: "Leave without saving?", text: "These changes will be lost:", danger: true, action: "Leave without saving", cancel: "Keep editing",
    more: el("ul", { id: "unsaved" }, unsaved().map((what) => el("li", {}, what))),
    run: async () => {
      drop();
      then();
    },
  });
}
