// Pages for what an address names and is not there. The address stays as it is, and nothing else is shown in its place.

import { el, foreign, notice, show } from "./dom.js";

const ABSENT = {
  users: ["This user is not there.", "It may have been deleted, or the link is of another tenant."],
  groups: ["This group is not there.", "It may have been deleted, or the link is of another tenant."],
  activity: ["This request is not there.", "At most the last 200 requests of each tenant are kept, until the server ends; older ones were dropped."],
};

/// Nothing can be shown, since the server does not say what there is.
export function noAnswer(frame, words) {
  document.title = "No answer · SCIM console";
  show(frame, el("main", { class: "sign-in", id: "main" }, el("section", { class: "card", id: "no-answer" },
    el("h1", {}, "The console cannot be shown"), notice(words),
    el("button", { type: "button", class: "main", id: "again", onclick: () => location.reload() }, "Try again"))));
}

/// There is no tenant of that name; `links` lead to those that there are.
export function noTenant(main, name, links, add) {
  document.title = "No such tenant · SCIM console";
  show(main, el("section", { class: "card", id: "no-tenant" },
    name ? el("h1", {}, "There is no tenant ", foreign(name), ".") : el("h1", {}, "There is no tenant."),
    name && el("p", { class: "muted" }, "It may have been deleted, or the link is wrong. Nothing of another tenant is shown or changed here."),
    links.length > 0 && [el("p", {}, "There are these:"), el("ul", { class: "lines", id: "tenants" }, links.map((link) => el("li", {}, link)))],
    el("button", { type: "button", class: links.length ? "" : "main", onclick: add }, "Add a tenant")));
}

/// There is no page of that name.
export function noPage(main, words, links) {
  document.title = `No such page · ${document.title}`;
  show(main, el("section", { class: "card", id: "no-page" }, el("h1", {}, "There is no page ", foreign(words), "."),
    el("p", { class: "muted" }, "The link is wrong. There are these:"), el("ul", { class: "lines" }, links.map((link) => el("li", {}, link)))));
}

/// There is no user, group or request of that id.
export function noThing({ main, page, id, link, tenant }, name) {
  const [title, words] = ABSENT[page];
  document.title = `Not there · ${document.title}`;
  show(main, el("div", { class: "head" }, el("div", {},
    el("div", { class: "crumb" }, el("a", { href: link(page) }, `← ${name}`)),
    el("h1", { id: "not-there" }, title))),
  el("section", { class: "card" }, el("p", {}, words),
    el("p", { class: "muted small" }, "Looked for in ", el("b", {}, tenant.name), ": ", el("span", { class: "mono" }, foreign(id)))));
}
