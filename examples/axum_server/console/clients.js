import { at, get, post, put, remove } from "./api.js";
import { announce, ask, copyField, el, foreign, notice, pill, show } from "./dom.js";
import { watch } from "./unsaved.js";
import { count, lastUse, quoted, time } from "./words.js";

const ADDRESSES = "One per line. `okta:APP` stands for those of Okta's catalog app APP. Leave empty for Entra ID, which uses client credentials.";

/// The clients of a tenant; `outdate` is called when something of theirs ends.
export async function clientsCard(tenant, outdate) {
  const path = (...parts) => at(tenant.name, "clients", ...parts);
  const list = el("div", { id: "clients" });
  const fresh = el("div");
  const problem = el("div");
  const guide = el("div");
  const redirects = el("textarea", { id: "redirects", rows: "3", spellcheck: "false", autocomplete: "off" });

  const told = (id, secret) => show(fresh, el("div", { class: "notice ok", id: "fresh-client", role: "status" },
    el("p", {}, el("b", {}, "Copy the secret now."), " It is shown only once."),
    copyField("client-id", "Client ID", id), copyField("client-secret", "Client secret", secret)));
  const add = async (event) => {
    event.preventDefault();
    try {
      const { client, secret } = await post(path(), { redirects: lines(redirects.value) });
      redirects.value = "";
      typed.saved();
      show(problem);
      told(client.id, secret);
      await load();
    } catch (error) {
      show(problem, notice(error.message));
    }
  };
  const done = async (words) => {
    announce(words);
    outdate();
    await load();
  };
  const change = (client) => ask({
    title: "Redirect URIs", text: ["URIs to which ", foreign(client.id), " may redirect an administrator."], action: "Save",
    fields: [{ id: "addresses", label: "Redirect URIs", type: "area", hint: quoted(ADDRESSES), value: client.redirects.join("\n") }],
    run: async ({ addresses }) => {
      await put(path(client.id), { redirects: lines(addresses) });
      await done("Redirect URIs saved");
    },
  });
  const rotate = (client) => ask({
    title: "Rotate the secret?", text: [foreign(client.id), " cannot get tokens until it has the new secret. Existing authorizations stay valid. ", lastUse(client), "."], action: "Rotate secret", danger: true,
    run: async () => {
      const { secret } = await post(path(client.id, "secret"));
      told(client.id, secret);
      await done("Secret rotated");
    },
  });
  const revoke = (client) => ask({
    title: "Revoke access?", text: ["All tokens of ", foreign(client.id), " are revoked now. An administrator must authorize it again; with client credentials it can get new tokens at once. ", lastUse(client), "."], action: "Revoke access", danger: true,
    run: async () => {
      await remove(path(client.id, "grants"));
      await done("Access revoked");
    },
  });
  const end = (client) => ask({
    title: "Delete this client?", text: ["All tokens of ", foreign(client.id), " are revoked, and its requests will fail. ", lastUse(client), "."], action: "Delete", danger: true,
    run: async () => {
      await remove(path(client.id));
      show(fresh);
      await done("Client deleted");
    },
  });
  const button = (words, client, action) => el("button", { type: "button", class: "quiet", "aria-label": `${words}: ${client.id}`, onclick: () => action(client) }, words);
  const line = (client) => el("li", { "data-client": client.id },
    el("div", {}, el("span", { class: "mono" }, foreign(client.id)), " ", client.given && pill("command line"),
      el("div", { class: "muted small" }, client.given ? "" : ["Created ", time(client.created), " · "], lastUse(client),
        " · ", client.grants ? count(client.grants, "active authorization") : "No active authorization"),
      client.redirects.length
        ? client.redirects.map((address) => el("div", { class: "mono muted" }, foreign(address)))
        : el("div", { class: "muted small" }, "No redirect URIs: it uses client credentials."),
      client.given && el("div", { class: "muted small" }, quoted("Set on the command line: use `--oauth-client` and `--oauth-redirect` to change or remove it.")),
      el("div", { class: "row tight" },
        !client.given && [button("Redirect URIs…", client, change), button("Rotate secret…", client, rotate)],
        button("Revoke access…", client, revoke), !client.given && button("Delete…", client, end))));
  const load = async () => {
    const { clients, ...endpoints } = await get(path());
    show(list, clients.length
      ? el("ul", { class: "lines" }, clients.map(line))
      : el("p", { class: "muted" }, "No OAuth 2 clients yet. Add one to let an identity provider get tokens itself."));
    if (!guide.firstChild) show(guide, whatToPaste(tenant, endpoints));
  };
  await load();
  const form = el("form", { onsubmit: add, id: "add-client" },
    el("div", { class: "field" }, el("label", { for: "redirects" }, "Redirect URIs of a new client"), redirects, el("p", { class: "hint" }, quoted(ADDRESSES))),
    problem, el("button", { class: "main" }, "Add client"));
  const typed = watch(form, "The redirect URIs of a new client");
  return el("section", { class: "card", id: "clients-card", "aria-labelledby": "clients-title" },
    el("h2", { id: "clients-title" }, "OAuth 2"),
    el("p", { class: "muted" }, "The identity provider gets and renews its tokens itself: after one authorization by an administrator, or with client credentials."),
    guide, fresh, list, form);
}

const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

function whatToPaste(tenant, { authorizationEndpoint, tokenEndpoint }) {
  const pairs = (...rows) => el("dl", {}, rows.map(([field, value]) => [el("dt", {}, field), el("dd", {}, quoted(value))]));
  return [
    copyField("authorization-endpoint", "Authorization endpoint", authorizationEndpoint),
    copyField("token-endpoint", "Token endpoint", tokenEndpoint),
    el("details", { id: "what-to-paste" }, el("summary", {}, "Where to paste these values"),
      el("h3", {}, "Okta: catalog app, Authenticate with …"),
      el("p", { class: "muted small" }, quoted("Add a client with the redirect URI `okta:APP`, where APP is the app's name in the URL of its page at Okta. After clicking Authenticate, sign in here with the password of this console.")),
      pairs(["Base URL", `\`${tenant.url}\``], ["Authorize endpoint", "the Authorization endpoint"], ["Access token endpoint", "the Token endpoint"], ["Client ID, Client Secret", "ID and secret of the client"]),
      el("h3", {}, "Microsoft Entra ID: a gallery app, OAuth 2 client credentials"),
      el("p", { class: "muted small" }, "Add a client without redirect URIs."),
      pairs(["Tenant URL", `\`${tenant.url}\``], ["Token endpoint", "the Token endpoint"], ["Client identifier, Client secret", "ID and secret of the client"])),
  ];
}
