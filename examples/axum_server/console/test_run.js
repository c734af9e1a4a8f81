import { at, post } from "./api.js";
import { el, foreign, notice, show } from "./dom.js";
import { duration, status } from "./words.js";

export function testCard(tenant) {
  // The verdict is read aloud; the steps are there to be looked at.
  const verdict = el("div", { "aria-live": "polite" });
  const steps = el("div");
  let isShown = false;
  const token = el("input", { type: "password", id: "test-token", autocomplete: "off", spellcheck: "false" });
  const lifecycle = el("input", { type: "checkbox", id: "lifecycle" });
  const button = el("button", { type: "submit", id: "run-test" }, "Run test");
  const run = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const { passed, steps: taken } = await post(at(tenant.name, "test"), { token: token.value, lifecycle: lifecycle.checked });
      const failed = taken.filter((step) => !step.passed).length;
      show(verdict, el("p", { class: `notice ${passed ? "ok" : "bad"}` }, passed ? `All ${taken.length} steps passed.` : `${failed} of ${taken.length} steps failed.`));
      show(steps, el("ol", { class: "steps" }, taken.map(stepLine)));
    } catch (error) {
      show(verdict, notice(error.message));
      show(steps);
    }
    isShown = true;
    button.disabled = false;
  };
  // What was tested is not what is there now.
  const outdate = () => {
    if (!isShown) return;
    isShown = false;
    show(verdict, el("p", { class: "notice", id: "test-outdated" }, "Settings or tokens have changed since this test. Run it again."));
    show(steps);
  };
  const card = el("section", { class: "card", "aria-labelledby": "test-title" },
    el("h2", { id: "test-title" }, "Test"),
    el("p", { class: "muted" }, "Sends the same requests as the test buttons of Okta and Entra ID to this tenant's endpoint."),
    el("form", { onsubmit: run },
      el("div", { class: "field" }, el("label", { for: "test-token" }, "Token"), token,
        el("p", { class: "hint" }, "The token exactly as pasted in the identity provider. Leave empty to use a temporary token.")),
      el("div", { class: "field" }, el("label", { class: "check" }, lifecycle, el("span", {}, "Also create, change, deactivate, reactivate and delete a user"))),
      button),
    el("div", { id: "test-results" }, verdict, steps));
  return { card, outdate };
}

const stepLine = (step) => el("li", { class: step.passed ? "passed" : "failed" },
  el("span", { class: `mark ${step.passed ? "ok" : "bad"}`, role: "img", "aria-label": step.passed ? "passed" : "failed" }, step.passed ? "✓" : "✕"),
  el("span", {}, step.name, step.request && [el("br"), el("span", { class: "mono muted" }, foreign(step.request))],
    step.words && [el("br"), el("span", { class: step.passed ? "muted small" : "small" }, foreign(step.words))]),
  el("span", { class: "small muted nowrap" }, step.status && [status(step.status), " ", duration(step.micros)]));
