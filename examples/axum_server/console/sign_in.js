import { signIn } from "./api.js";
import { el, notice, show } from "./dom.js";

export function signInPage(frame, words, done) {
  const problem = el("div", {}, words && notice(words, "warn"));
  const password = el("input", { type: "password", id: "password", autocomplete: "current-password", required: true });
  const button = el("button", { class: "main", id: "sign-in" }, "Sign in");
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await signIn(password.value);
      done();
    } catch (error) {
      show(problem, notice(error.message));
      password.select();
    }
    button.disabled = false;
  };
  document.title = "Sign in · SCIM console";
  show(frame, el("main", { class: "sign-in", id: "main" },
    el("form", { class: "card", onsubmit: submit },
      el("img", { src: "/console/icon.svg", alt: "" }),
      el("h1", {}, "SCIM console"),
      el("p", { class: "muted" }, "Sign in with the administrator password that the server printed at its first start."),
      problem,
      el("div", { class: "field" }, el("label", { for: "password" }, "Password"), password),
      button)));
  password.focus();
}
