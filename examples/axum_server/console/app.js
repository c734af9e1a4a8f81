// The frame around the pages: who has signed in, which tenant it is about, and which page is shown.

import { activityPage } from "./activity.js";
import { at, get, onMissed, onSignedOut, post, remove, resume, signOut } from "./api.js";
import { groupPage, userPage } from "./detail.js";
import { directoryPage } from "./directory.js";
import { announce, apart, ask, el, notice, quoted, show } from "./dom.js";
import { leaving, onMove } from "./moves.js";
import { noAnswer, noPage, noTenant, noThing } from "./nothing.js";
import { settingsPage } from "./settings.js";
import { signInPage } from "./sign_in.js";
import { drop, forget, keep } from "./unsaved.js";
import { count } from "./words.js";

const PAGES = new Map(Object.entries({
  settings: { name: "Settings", render: settingsPage },
  users: { name: "Users", hasParts: true, render: (context) => (context.id ? userPage(context) : directoryPage(context, "users")) },
  groups: { name: "Groups", hasParts: true, render: (context) => (context.id ? groupPage(context) : directoryPage(context, "groups")) },
  activity: { name: "Activity", hasParts: true, render: activityPage },
}));

const frame = document.getElementById("frame");
let tenants = [];
let leave = () => {};
let shown = 0;

onSignedOut((words) => {
  keep();
  enter(words);
});
onMove(route);
resume().then(start, (error) => (error.status === 401 ? enter() : noAnswer(frame, error.message)));

function enter(words) {
  leave();
  leave = () => {};
  shown += 1;
  document.querySelectorAll("dialog").forEach((dialog) => dialog.close());
  signInPage(frame, words, start);
}

async function start() {
  try {
    await loadTenants();
  } catch (error) {
    // Who is signed out is asked for the password.
    if (error.status !== 401) noAnswer(frame, error.message);
    return;
  }
  await route();
}

async function loadTenants() {
  tenants = (await get("/tenants")).tenants;
}

const known = (name) => tenants.find((tenant) => tenant.name === name);

/// Something of a tenant was not there: it may be the tenant, deleted elsewhere.
async function look(name) {
  await loadTenants();
  if (place().name === name && !known(name)) await route();
}

onMissed(look);
// Back from another tab, where the tenant may have been deleted.
document.addEventListener("visibilitychange", () => {
  const { name } = place();
  const isSignedIn = document.getElementById("sign-out");
  if (document.visibilityState === "visible" && isSignedIn && known(name)) look(name).catch(() => {});
});

/// `#/TENANT/PAGE/ID`. Where the address names no page it is the settings, and where it names no tenant, the first.
function place() {
  const [name, page, id, ...more] = location.hash.replace(/^#\/?/, "").split("/").map(decoded);
  const isPage = !page || (PAGES.has(page) && !more.length && (!id || PAGES.get(page).hasParts));
  return { name: name || tenants[0]?.name, isNamed: name !== "", page: page || "settings", id, words: [page, id, ...more].filter(Boolean).join("/"), isPage };
}

/// What somebody typed may be no such code.
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const link = (...parts) => `#/${parts.map(encodeURIComponent).join("/")}`;

async function route() {
  forget();
  leave();
  leave = () => {};
  shown += 1;
  const turn = shown;
  const { name, page, id, words, isPage } = place();
  // It may have been added elsewhere.
  if (name && !known(name)) await loadTenants().catch(() => {});
  if (turn !== shown) return;
  const tenant = known(name);
  const main = el("main", { id: "main", tabindex: "-1" });
  document.querySelectorAll("dialog").forEach((dialog) => dialog.close());
  show(frame, bar(tenant, page), main);
  if (!tenant) {
    noTenant(main, name, tenants.map((other) => el("a", { href: link(other.name, PAGES.has(page) ? page : "settings") }, other.name)), addTenant);
    return;
  }
  // What is shown is what the address names, also once other tenants come and go.
  if (!place().isNamed) history.replaceState(history.state, "", link(tenant.name, page));
  document.title = `${tenant.name} · SCIM console`;
  if (!isPage) {
    noPage(main, words, [...PAGES].map(([key, { name }]) => el("a", { href: link(tenant.name, key) }, name)));
    return;
  }
  document.title = `${PAGES.get(page).name} · ${document.title}`;
  const context = {
    tenant, id, main, page,
    link: (...parts) => link(tenant.name, ...parts),
    isShown: () => turn === shown,
    title: (name) => (document.title = `${apart(name)} · ${document.title}`),
    onLeave: (callback) => (leave = callback),
    deleteTenant: () => deleteTenant(tenant),
    reload: route,
  };
  try {
    await PAGES.get(page).render(context);
    // Who goes by the keyboard goes on from here.
    if (turn > 1 && context.isShown() && !main.contains(document.activeElement)) main.focus({ preventScroll: true });
  } catch (error) {
    if (!context.isShown()) return;
    if (error.status === 404 && id) noThing(context, PAGES.get(page).name);
    else show(main, notice(error.message));
  }
}

function bar(tenant, page) {
  const choice = el("select", { "aria-label": "Tenant", id: "tenant", onchange: () => choose(choice, tenant, page) },
    tenants.map(({ name }) => el("option", { value: name, selected: name === tenant?.name }, name)),
    el("option", { value: "" }, "Add tenant…"));
  return el("header", { class: "bar" }, el("div", { class: "bar-in" },
    el("a", { class: "brand", href: tenant ? link(tenant.name, "settings") : "#" }, el("img", { src: "/console/icon.svg", alt: "" }), "SCIM console"),
    el("nav", { "aria-label": "Pages" }, tenant && [...PAGES].map(([key, { name }]) =>
      el("a", { href: link(tenant.name, key), "aria-current": key === page ? "page" : null }, name))),
    el("div", { class: "bar-end" }, tenant && choice,
      el("button", { class: "quiet", id: "sign-out", onclick: () => leaving(end) }, "Sign out"))));
}

async function end() {
  drop();
  await signOut().catch(() => {});
  enter();
}

function choose(choice, tenant, page) {
  const name = choice.value;
  // Until another is shown.
  choice.value = tenant.name;
  if (name) location.hash = link(name, page);
  else addTenant();
}

function addTenant() {
  ask({
    title: "Add tenant", text: "Each tenant has its own users, groups, tokens and settings, isolated from other tenants.",
    fields: [{ id: "tenant-name", label: "Name", hint: "Letters, digits, - and _. It is part of the Tenant URL." }],
    action: "Add",
    run: async (given) => {
      const { name } = await post("/tenants", { name: given["tenant-name"] });
      await loadTenants();
      location.hash = link(name, "settings");
    },
  });
}

async function deleteTenant({ name }) {
  const { users, groups } = await get(at(name));
  ask({
    title: `Delete the tenant ${name}?`, danger: true, action: "Delete tenant", confirm: name,
    text: "Its users, groups, tokens, clients and settings are deleted, and requests from its identity provider will fail. This cannot be undone.",
    fields: [{ id: "confirm-name", label: quoted(`Type \`${name}\` to delete ${count(users, "user")} and ${count(groups, "group")}`) }],
    run: async (given) => {
      await remove(at(name), { name: given["confirm-name"] });
      drop();
      await loadTenants();
      announce(`${name} was deleted`);
      if (location.hash) location.hash = "";
      else await route();
    },
  });
}
