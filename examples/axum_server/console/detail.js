import { at, get, put, remove } from "./api.js";
import { announce, ask, el, foreign, later, notice, pill, show } from "./dom.js";
import { change, count, origin, state, time, userName } from "./words.js";

const HIDDEN = ["schemas", "meta", "groups", "members", "id", "externalId"];
const FIRST = ["userName", "displayName", "name", "active"];
const NAMES = { userName: "User name", displayName: "Display name", phoneNumbers: "Phone numbers", nickName: "Nickname", profileUrl: "Profile URL", preferredLanguage: "Preferred language", userType: "User type", employeeNumber: "Employee number", costCenter: "Cost centre", givenName: "Given name", familyName: "Family name", middleName: "Middle name" };

export async function userPage(context) {
  const { tenant, main, id } = context;
  const user = await get(at(tenant.name, "directory", "users", id));
  if (!context.isShown()) return;
  const { resource } = user;
  context.title(userName(resource));
  show(main, head(context, "users", "Users", userName(resource), [origin(user.origin), state(resource.active !== false)]),
    el("div", { class: "two" },
      el("div", {},
        el("section", { class: "card" }, el("h2", {}, "Attributes"), attributes(resource)),
        el("section", { class: "card", id: "memberships" }, el("h2", {}, "Groups"), memberships(context, user.memberships))),
      el("div", {},
        el("section", { class: "card" }, el("h2", {}, "Account"), facts([
          ["Origin", origin(user.origin)], ["Account size", user.quotaGb === null ? "—" : `${user.quotaGb} GB`], ...common(resource)])),
        history(user.history, id))));
}

export async function groupPage(context) {
  const { tenant, main, id } = context;
  const group = await get(at(tenant.name, "directory", "groups", id));
  if (!context.isShown()) return;
  context.title(group.resource.displayName);
  const side = el("div", {}, aside(group, id));
  const list = el("div", { id: "members" });
  const path = at(tenant.name, "groups", id, "members");
  const search = el("input", { type: "search", id: "search", placeholder: "Search", "aria-label": "Search the members", spellcheck: "false" });
  const found = el("p", { class: "unseen", role: "status" });
  let asked = 0;
  const load = async (start) => {
    const turn = ++asked;
    const wanted = search.value.trim();
    try {
      const page = await get(`${at(tenant.name, "directory", "groups", id, "members")}?${new URLSearchParams({ start, search: wanted })}`);
      if (turn !== asked || !context.isShown()) return;
      show(list, page.total ? members(context, page, load, reload, path)
        : el("p", { class: "empty" }, wanted ? "No members found. The search covers users only." : "No members yet. Add one, or push the group from your identity provider."));
      found.textContent = count(page.total, "member");
      tools.hidden = !wanted && page.total < 2;
    } catch (error) {
      if (turn === asked && context.isShown()) show(list, el("div", { class: "pad" }, notice(error.message)));
    }
  };
  // With what has changed of the group itself.
  const reload = async () => {
    show(side, aside(await get(at(tenant.name, "directory", "groups", id)), id));
    await load(1);
  };
  later(search, () => load(1));
  const tools = el("div", { class: "tools", hidden: true }, search, found);
  const add = () => ask({
    title: "Add member", text: "The membership is local: it does not come from an identity provider.", action: "Add",
    fields: [{ id: "member", label: "User name" }],
    run: async ({ member }) => {
      const filter = `userName eq ${JSON.stringify(member)}`;
      const found = await get(`${at(tenant.name, "directory", "users")}?${new URLSearchParams({ search: filter })}`);
      if (!found.resources.length) throw new Error("No user has this user name.");
      await put(`${path}/${encodeURIComponent(found.resources[0].resource.id)}`);
      announce("Member added");
      await reload();
    },
  });
  show(main, head(context, "groups", "Groups", group.resource.displayName, [origin(group.origin)]),
    el("div", { class: "two members" },
      el("section", { class: "card flush" }, el("div", { class: "tools spread" }, el("h2", {}, "Members"),
        el("button", { type: "button", id: "add-member", onclick: add }, "Add member")), tools, list),
      side));
  await load(1);
}

const aside = ({ resource, origin: from, history: events }, id) => [
  el("section", { class: "card" }, el("h2", {}, "Group"), facts([["Name", foreign(resource.displayName)], ["Origin", origin(from)], ...common(resource)])),
  history(events, id)];

const head = (context, key, name, title, pills) => el("div", { class: "head" }, el("div", {},
  el("div", { class: "crumb" }, el("a", { href: context.link(key) }, `← ${name}`)),
  el("h1", {}, foreign(title)), el("div", { class: "row" }, pills)));

const common = (resource) => [
  ["ID", el("span", { class: "mono" }, foreign(resource.id))],
  ["External ID", resource.externalId ? el("span", { class: "mono" }, foreign(resource.externalId)) : "—"],
  ["Created", time(resource.meta?.created)], ["Last modified", time(resource.meta?.lastModified)],
  ["Version", el("span", { class: "mono" }, foreign(resource.meta?.version ?? "—"))],
];

const facts = (pairs) => el("dl", {}, pairs.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));

function attributes(resource) {
  const rows = FIRST.filter((name) => name in resource).map((name) => [name, resource[name]]);
  for (const [name, value] of Object.entries(resource)) {
    if (HIDDEN.includes(name) || FIRST.includes(name)) continue;
    // The attributes of an extension stand beside those of the core.
    if (name.startsWith("urn:")) rows.push(...Object.entries(value));
    else rows.push([name, value]);
  }
  return facts(rows.map(([name, value]) => [el("span", { title: name }, worded(name)), shown(value)]));
}

const worded = (name) => NAMES[name] ?? name.replace(/([a-z])([A-Z])/g, (_, before, after) => `${before} ${after.toLowerCase()}`).replace(/^./, (first) => first.toUpperCase());

function shown(value) {
  if (value === null || value === undefined) return "—";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (Array.isArray(value)) return value.map((element) => el("div", {}, shown(element)));
  if (typeof value !== "object") return foreign(value);
  if (value.value !== undefined) {
    return [foreign(value.value), " ", value.type && pill(value.type), " ", value.primary && pill("primary", "idp")];
  }
  return Object.entries(value).filter(([name]) => name !== "$ref").map(([name, part]) => el("div", {}, el("span", { class: "muted small" }, `${worded(name)} `), shown(part)));
}

function memberships(context, groups) {
  if (!groups.length) return el("p", { class: "muted" }, "This user is not in any group.");
  return el("ul", { class: "lines" }, groups.map((group) => el("li", {},
    el("a", { href: context.link("groups", group.id) }, foreign(group.name ?? group.id)),
    el("span", {}, group.type === "indirect" && pill("via a group"), " ", origin(group.origin)))));
}

function members(context, page, load, reload, path) {
  const last = page.start + page.members.length - 1;
  const leave = (member) => ask({
    title: "Remove from the group?", text: [foreign(member.name ?? member.id), " is removed from the group. An identity provider may add the member again."], action: "Remove", danger: true,
    run: async () => {
      await remove(`${path}/${encodeURIComponent(member.id)}`);
      announce("Member removed");
      await reload();
    },
  });
  const named = (tag, member, more) => el(tag, { class: "name", title: member.name ?? member.id, ...more }, foreign(member.name ?? member.id));
  const row = (member) => el("tr", {},
    el("td", {}, member.isUser || member.isGroup ? named("a", member, { href: context.link(member.isUser ? "users" : "groups", member.id) }) : named("span", member),
      member.userName && member.userName !== member.name && el("span", { class: "name muted small", title: member.userName }, foreign(member.userName))),
    el("td", {}, origin(member.origin)), el("td", { class: "wide" }, member.isUser ? state(member.active) : pill(member.isGroup ? "group" : "unknown")),
    el("td", { class: "number" }, !member.isDirect ? pill("via a group") : el("button", { type: "button", class: "quiet danger", onclick: () => leave(member), "aria-label": `Remove ${member.name ?? member.id}` }, "Remove")));
  return [
    el("div", { class: "scroll" }, el("table", { class: "fixed" }, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Name"), el("th", { scope: "col", class: "is-origin" }, "Origin"), el("th", { scope: "col", class: "is-known wide" }, "State"), el("th", { scope: "col", class: "is-action" }, el("span", { class: "unseen" }, "Action")))),
      el("tbody", {}, page.members.map(row)))),
    el("div", { class: "foot" }, el("span", {}, page.total > page.pageSize ? `${page.start}–${last} of ${page.total}` : count(page.total, "member")),
      page.total > page.pageSize && el("span", { class: "row" },
        el("button", { type: "button", id: "back", disabled: page.start === 1, onclick: () => load(Math.max(1, page.start - page.pageSize)) }, "Back"),
        el("button", { type: "button", id: "next", disabled: last >= page.total, onclick: () => load(page.start + page.pageSize) }, "Next")))];
}

const history = (events, id) => el("section", { class: "card", id: "history" }, el("h2", {}, "History"), events.length
  ? el("ul", { class: "lines" }, events.map((told) => el("li", {}, el("span", {}, change(told, id)), el("span", { class: "muted small" }, time(told.time)))))
  : el("p", { class: "muted" }, "No changes since the server started."));
