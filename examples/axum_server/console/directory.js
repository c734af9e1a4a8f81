import { at, get, post } from "./api.js";
import { announce, ask, el, foreign, later, notice, show } from "./dom.js";
import { count, origin, state, time, userName, sentence } from "./words.js";

const PAGE = 25;

const KINDS = {
  users: {
    title: "Users", one: "user", sort: "userName",
    hint: "Search, or a filter: active eq false",
    columns: [
      { name: "User name", sort: "userName", show: ({ resource }, link) => [link(resource.userName), resource.displayName && el("span", { class: "name muted small", title: userName(resource) }, foreign(userName(resource)))] },
      { name: "Department", is: "department", wide: true, show: ({ resource }) => foreign(resource["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]?.department ?? "—") },
      { name: "Origin", is: "origin", show: (user) => origin(user.origin) },
      { name: "State", is: "state", sort: "active", show: ({ resource }) => state(resource.active !== false) },
      { name: "Size", is: "size", wide: true, number: true, show: ({ quotaGb }) => (quotaGb === null ? "—" : `${quotaGb} GB`) },
      { name: "Last modified", is: "changed", sort: "meta.lastModified", wide: true, show: ({ resource }) => time(resource.meta?.lastModified) },
    ],
    create: {
      title: "Add a local user", text: "A local user, independent of your identity provider.",
      fields: [{ id: "userName", label: "User name" }, { id: "displayName", label: "Display name" }],
    },
  },
  groups: {
    title: "Groups", one: "group", sort: "displayName",
    hint: "Search, or a filter: displayName sw \"T\"",
    columns: [
      { name: "Name", sort: "displayName", show: ({ resource }, link) => link(resource.displayName) },
      { name: "External ID", is: "external", sort: "externalId", wide: true, show: ({ resource }) => el("span", { class: "mono" }, foreign(resource.externalId ?? "—")) },
      { name: "Origin", is: "origin", show: (group) => origin(group.origin) },
      { name: "Last modified", is: "changed", sort: "meta.lastModified", show: ({ resource }) => time(resource.meta?.lastModified) },
    ],
    create: { title: "Add a local group", text: "A local group, independent of your identity provider.", fields: [{ id: "displayName", label: "Name" }] },
  },
};

const styled = ({ wide, number }) => `${wide ? "wide" : ""} ${number ? "number" : ""}`;

export async function directoryPage(context, key) {
  const { tenant, main } = context;
  const kind = KINDS[key];
  const wanted = { search: "", sort: kind.sort, descending: false, start: 1 };
  const body = el("div", { id: "list" });
  // Read aloud when something was looked for; the table is not.
  const found = el("p", { class: "unseen", role: "status" });
  const search = el("input", { type: "search", id: "search", placeholder: kind.hint, "aria-label": `Search ${key}`, spellcheck: "false" });
  let asked = 0;

  const load = async () => {
    const turn = ++asked;
    const query = new URLSearchParams({ ...wanted, count: PAGE });
    try {
      const page = await get(`${at(tenant.name, "directory", key)}?${query}`);
      if (turn !== asked || !context.isShown()) return;
      show(body, page.total ? [table(page), footer(page)] : nothing());
      found.textContent = page.total ? count(page.total, kind.one) : "No results";
    } catch (error) {
      if (turn === asked && context.isShown()) show(body, el("div", { class: "pad" }, notice(error.message)));
    }
  };
  const change = (changes) => load(Object.assign(wanted, changes));
  const nothing = () => el("p", { class: "empty" }, wanted.search ? "No results. Change the search, or clear it." : [`No ${key} yet. Connect your identity provider with the `,
    el("a", { href: context.link("settings") }, "Tenant URL and a token"), "."]);

  const heading = (column) => {
    const here = wanted.sort === column.sort;
    const turn = () => change({ sort: column.sort, descending: here && !wanted.descending, start: 1 });
    return el("th", { scope: "col", class: `${column.is ? `is-${column.is}` : ""} ${styled(column)}`, "aria-sort": column.sort && here ? (wanted.descending ? "descending" : "ascending") : null },
      column.sort ? el("button", { type: "button", id: `by-${column.sort}`, onclick: turn }, `${column.name} `) : column.name);
  };
  const table = (page) => el("div", { class: "scroll" }, el("table", { class: "fixed" },
    el("thead", {}, el("tr", {}, kind.columns.map(heading))),
    el("tbody", {}, page.resources.map((item) => el("tr", {}, kind.columns.map((column) =>
      el("td", { class: styled(column) },
        column.show(item, (text) => el("a", { class: "name", title: text, href: context.link(key, item.resource.id) }, foreign(text))))))))));
  const footer = (page) => {
    const last = wanted.start + page.resources.length - 1;
    return el("div", { class: "foot" },
      el("span", { id: "range" }, page.total > PAGE ? `${wanted.start}–${last} of ${page.total}` : count(page.total, kind.one)),
      page.total > PAGE && el("span", { class: "row" },
        el("button", { type: "button", id: "back", disabled: wanted.start === 1, onclick: () => change({ start: Math.max(1, wanted.start - PAGE) }) }, "Back"),
        el("button", { type: "button", id: "next", disabled: last >= page.total, onclick: () => change({ start: wanted.start + PAGE }) }, "Next")));
  };

  later(search, () => change({ search: search.value, start: 1 }));
  const add = () => ask({
    ...kind.create, action: "Add",
    run: async (given) => {
      const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
      const made = await post(at(tenant.name, key), named);
      announce(`${sentence(kind.one)} added`);
      location.hash = context.link(key, made.id);
    },
  });
  show(main,
    el("div", { class: "head" }, el("h1", {}, kind.title), el("button", { type: "button", id: "add", onclick: add }, `Add a local ${kind.one}`)),
    el("section", { class: "card flush" }, el("div", { class: "tools" }, search, found), body));
  await load();
}
