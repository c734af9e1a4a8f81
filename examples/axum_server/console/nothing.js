// Pages for what an address names and is not there. The address stays as it is, and nothing else is shown in its place.

import { el, foreign, notice, show } from "./dom.js";

const ABSENT = {
  users: ["User not found", "It may have been deleted, or it belongs to another tenant."],
  groups: ["Group not found", "It may have been deleted, or it belongs to another tenant."],
  activity: ["Request not found", "Only the last 200 requests of each tenant are kept, until the server restarts."],
};

/// Nothing can be shown, since the server does not say what there is.
export function noAnswer(frame, words) {
  document.title = "No response · SCIM console";
  show(frame, el("main", { class: "sign-in", id: "main" }, el("section", { class: "card", id: "no-answer" },
    el("h1", {}, "The console could not be loaded"), notice(words),
    el("button", { type: "button", class: "main", id: "again", onclick: () => location.reload() }, "Try again"))));
}

/// There is no tenant of that name; `links` lead to those that there are.
export function noTenant(main, name, links, add) {
  document.title = "No such tenant · SCIM console";
  show(main, el("section", { class: "card", id: "no-tenant" },
    name ? el("h1", {}, "Tenant ", foreign(name), " not found") : el("h1", {}, "No tenants yet"),
    name && el("p", { class: "muted" }, "It may have been deleted, or the link is wrong. Choose another tenant or add one."),
    links.length > 0 && [el("p", {}, "Choose one:"), el("ul", { class: "lines", id: "tenants" }, links.map((link) => el("li", {}, link)))],
    el("button", { type: "button", class: links.length ? "" : "main", onclick: add }, "Add tenant")));
}

/// There is no page of that name.
export function noPage(main, words, links) {
  document.title = `No such page · ${document.title}`;
  show(main, el("section", { class: "card", id: "no-page" }, el("h1", {}, "Page ", foreign(words), " not found"),
    el("p", { class: "muted" }, "The link is wrong. Choose one:"), el("ul", { class: "lines" }, links.map((link) => el("li", {}, link)))));
}

/// There is no user, group or request of that id.
export function noThing({ main, page, id, link, tenant }, name) {
  const [title, words] = ABSENT[page];
  document.title = `Not found · ${document.title}`;
  show(main, el("div", { class: "head" }, el("div", {},
    el("div", { class: "crumb" }, el("a", { href: link(page) }, `← ${name}`)),
    el("h1", { id: "not-there" }, title))),
  el("section", { class: "card" }, el("p", {}, words),
    el("p", { class: "muted small" }, "Searched in ", el("b", {}, tenant.name), ": ", el("span", { class: "mono" }, foreign(id)))));
}
