import { at, post } from "./api.js";
import { el, notice, show } from "./dom.js";
import { duration, status } from "./words.js";

export function testCard(tenant) {
  const results = el("div", { id: "test-results", "aria-live": "polite" });
  const token = el("input", { type: "password", id: "test-token", autocomplete: "off", spellcheck: "false" });
  const lifecycle = el("input", { type: "checkbox", id: "lifecycle" });
  const button = el("button", { type: "submit", id: "run-test" }, "Run test");
  const run = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const { passed, steps } = await post(at(tenant.name, "test"), { token: token.value, lifecycle: lifecycle.checked });
      const failed = steps.filter((step) => !step.passed).length;
      show(results, notice(passed ? `All ${steps.length} steps passed.` : `${failed} of ${steps.length} steps failed.`, passed ? "ok" : "bad"),
        el("ol", { class: "steps" }, steps.map(stepLine)));
    } catch (error) {
      show(results, notice(error.message));
    }
    button.disabled = false;
  };
  return el("section", { class: "card", "aria-labelledby": "test-title" },
    el("h2", { id: "test-title" }, "Test"),
    el("p", { class: "muted" }, "Sends what the test buttons of Okta and Entra ID send, to this tenant's own endpoint."),
    el("form", { onsubmit: run },
      el("div", { class: "field" }, el("label", { for: "test-token" }, "Token"), token,
        el("p", { class: "hint" }, "As you pasted it there. Left empty, the test uses a token of its own.")),
      el("div", { class: "field" }, el("label", { class: "check" }, lifecycle, el("span", {}, "Also create, change, deactivate, reactivate and delete a user"))),
      button),
    results);
}

const stepLine = (step) => el("li", { class: step.passed ? "passed" : "failed" },
  el("span", { class: `mark ${step.passed ? "ok" : "bad"}`, role: "img", "aria-label": step.passed ? "passed" : "failed" }, step.passed ? "✓" : "✕"),
  el("span", {}, step.name, step.request && [el("br"), el("span", { class: "mono muted" }, step.request)],
    step.words && [el("br"), el("span", { class: step.passed ? "muted small" : "small" }, step.words)]),
  el("span", { class: "small muted nowrap" }, step.status && [status(step.status), " ", duration(step.micros)]));
