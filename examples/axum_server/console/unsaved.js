// What was typed and is not saved yet: nobody loses it without being asked.

const watched = new Map();
let kept;

const isOnOrOff = (field) => field.type === "checkbox" || field.type === "radio";
const key = (field) => (field.type === "radio" ? `${field.name}=${field.value}` : field.id || field.name);
const fields = (form) => [...form.elements].filter((field) => key(field) && !["button", "submit", "fieldset"].includes(field.type));
const value = (field) => (isOnOrOff(field) ? field.checked : field.value);
const state = (form) => new Map(fields(form).map((field) => [key(field), value(field)]));
const changes = (form) => [...state(form)].filter(([name, now]) => watched.get(form).before.get(name) !== now);

/// From now on what is typed into the form is kept from being lost; `what` says what it is. Whoever calls `saved` has saved it.
export function watch(form, what) {
  const saved = () => watched.set(form, { what, before: state(form) });
  saved();
  const again = kept?.place === location.hash && kept.forms.get(form.id);
  if (again) {
    kept.forms.delete(form.id);
    for (const field of fields(form)) if (again.has(key(field))) fill(field, again.get(key(field)));
  }
  return { saved, isFilled: Boolean(again), dropped: () => watched.delete(form) };
}

function fill(field, given) {
  if (isOnOrOff(field)) field.checked = given;
  else field.value = given;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/// What is not saved, in words.
export const unsaved = () => [...watched.keys()].filter((form) => form.isConnected && changes(form).length).map((form) => watched.get(form).what);

/// Keeps what was changed, and nothing else, for the same page when it is shown again.
export function keep() {
  const forms = [...watched.keys()].filter((form) => form.id && form.isConnected && changes(form).length);
  if (forms.length) kept = { place: location.hash, forms: new Map(forms.map((form) => [form.id, new Map(changes(form))])) };
}

/// Another page is shown: what was typed on the last one is no more, but for what is kept for this one.
export function forget() {
  watched.clear();
  if (kept?.place !== location.hash) kept = undefined;
}

/// Nobody wants it any more.
export function drop() {
  watched.clear();
  kept = undefined;
}

addEventListener("beforeunload", (event) => {
  if (unsaved().length || kept?.forms.size) event.preventDefault();
});
