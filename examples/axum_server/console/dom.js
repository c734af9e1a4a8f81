import { watch } from "./unsaved.js";

// Elements made from data. Text is only ever set as text, so that no name of a user can become markup.

// What turns the direction of writing without being seen, so that a name can look like another.
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const TURN = new RegExp(`(${TURNS.source})`);
const codePoint = (character) => `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

/// Text in which such characters are seen and do nothing, for where there can be no elements: titles, labels, what is announced.
export const plain = (text) => String(text).replace(TURNS, (turn) => `[${codePoint(turn)}]`);

/// The same for one name among other words.
export const apart = (name) => `\u2068${plain(name)}\u2069`;

/// Text that comes from elsewhere: whatever its direction is, that of the words beside it stays.
export const foreign = (text) => el("bdi", {}, String(text));

/// What stands between two of those characters is text, and each of them a mark.
const marked = (text) => text.split(TURN).map((part, index) => (index % 2 ? el("span", { class: "turn", title: "This character changes the text direction" }, codePoint(part)) : part));

export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (["value", "checked", "disabled", "className"].includes(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : name === "title" || name === "aria-label" ? plain(value) : value);
  }
  append(element, children);
  return element;
}

export function append(element, children) {
  for (const child of children.flat(3)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(...(child instanceof Node ? [child] : marked(String(child))));
  }
}

/// What had the focus has it again, if it is there as before: who goes by the keyboard turns pages.
export function show(element, ...children) {
  const focused = element.contains(document.activeElement) ? document.activeElement.id : "";
  element.replaceChildren();
  append(element, children);
  const again = focused && document.getElementById(focused);
  if (again) (again.disabled ? element.querySelector("a, button:enabled") : again)?.focus();
}

export const pill = (text, kind = "") => el("bdi", { class: `pill ${kind}`, title: text.length > 40 ? text : null }, text);
export const notice = (text, kind = "bad") => el("p", { class: `notice ${kind}`, role: kind === "bad" ? "alert" : "status" }, quoted(sentence(text)));

/// Words as a sentence; a name at its head, which stands between backticks, stays as it is.
export const sentence = (words) => words.replace(/^[a-z]/, (first) => first.toUpperCase());

/// Words in which names stand between backticks.
export const quoted = (text) => text.split("`").map((part, index) => (index % 2 ? el("code", {}, foreign(part)) : part));

/// Does something once nobody types any more.
export function later(input, then) {
  let waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(then, 200);
  });
}

let fading;
export function announce(text) {
  const toast = document.getElementById("announce");
  toast.textContent = plain(text);
  clearTimeout(fading);
  fading = setTimeout(() => (toast.textContent = ""), 5000);
}

/// A value that is there to be copied.
export function copyField(id, label, value) {
  const input = el("input", { type: "text", id, value, readonly: true, spellcheck: "false", onfocus: () => input.select() });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
    } catch {
      // Without TLS there is no clipboard but by the selection.
      input.select();
      document.execCommand("copy");
    }
    announce(`${label} copied`);
  };
  const button = el("button", { type: "button", onclick: copy, "aria-label": `Copy ${label}` }, "Copy");
  return el("div", { class: "field" }, el("label", { for: id }, label), el("div", { class: "copy" }, input, button));
}

/// A choice from a list of values, each with its words.
export function choice(id, label, options, chosen) {
  const select = el("select", { id }, options.map(([value, words]) => el("option", { value, selected: value === chosen }, words)));
  return { select, field: el("div", { class: "field" }, el("label", { for: id }, label), select) };
}

/// Asks before something is done that cannot be undone, or for what is needed to do it. `more` stands below the text; `confirm`
/// is a name that has to be typed first.
export function ask({ title, text, more, fields = [], confirm, action, danger = false, cancel = "Cancel", run }) {
  const problem = el("div");
  const input = (type, properties) => (type === "area" ? el("textarea", { rows: "5", spellcheck: "false", ...properties }) : el("input", { type, ...properties }));
  const inputs = fields.map(({ id, label, type = "text", hint, value }) =>
    el("div", { class: "field" }, el("label", { for: id }, label), input(type, { id, name: id, value, autocomplete: "off" }), hint && el("p", { class: "hint" }, hint)));
  const isConfirmed = () => confirm === undefined || form.elements[fields[0].id].value === confirm;
  const submit = el("button", { class: danger ? "danger" : "main" }, action);
  const form = el("form", {}, el("h2", { id: "dialog-title" }, title), text && el("p", { class: "muted" }, text), more, problem, inputs,
    el("div", { class: "row" }, el("button", { type: "button", onclick: () => dialog.close() }, cancel), submit));
  const dialog = el("dialog", { "aria-labelledby": "dialog-title", onclose: () => (dialog.remove(), typed?.dropped()) }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!isConfirmed()) return;
    submit.disabled = true;
    try {
      await run(Object.fromEntries(new FormData(form)));
      typed?.dropped();
      dialog.close();
    } catch (error) {
      show(problem, notice(error.message));
    }
    submit.disabled = false;
  });
  // What has to be typed to confirm is no loss.
  const typed = fields.length && confirm === undefined ? watch(form, title) : undefined;
  if (confirm !== undefined) {
    submit.disabled = true;
    form.addEventListener("input", () => (submit.disabled = !isConfirmed()));
  }
  document.body.append(dialog);
  dialog.showModal();
}
