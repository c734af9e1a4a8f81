import { at, get, post, put, remove } from "./api.js";
import { announce, ask, copyField, el, foreign, notice, pill, show } from "./dom.js";
import { watch } from "./unsaved.js";
import { count, lastUse, quoted, time } from "./words.js";

const ADDRESSES = "One on each line; `okta:APP` stands for those of Okta's catalogue app APP. None for Entra ID, which sends nobody here.";

/// The clients of a tenant; `outdate` is called when something of theirs ends.
export async function clientsCard(tenant, outdate) {
  const path = (...parts) => at(tenant.name, "clients", ...parts);
  const list = el("div", { id: "clients" });
  const fresh = el("div");
  const problem = el("div");
  const guide = el("div");
  const redirects = el("textarea", { id: "redirects", rows: "3", spellcheck: "false", autocomplete: "off" });

  const told = (id, secret) => show(fresh, el("div", { class: "notice ok", id: "fresh-client", role: "status" },
    el("p", {}, el("b", {}, "Copy the secret now."), " It is shown this once, and cannot be shown again."),
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
    title: "Redirect addresses", text: ["Where ", foreign(client.id), " may have an administrator sent back to."], action: "Save",
    fields: [{ id: "addresses", label: "Addresses", type: "area", hint: quoted(ADDRESSES), value: client.redirects.join("\n") }],
    run: async ({ addresses }) => {
      await put(path(client.id), { redirects: lines(addresses) });
      await done("Addresses saved");
    },
  });
  const rotate = (client) => ask({
    title: "Make a new secret?", text: [foreign(client.id), " is refused from now on, until it has the new one. What was allowed stays allowed. Last used: ", lastUse(client), "."], action: "New secret", danger: true,
    run: async () => {
      const { secret } = await post(path(client.id, "secret"));
      told(client.id, secret);
      await done("The old secret has ended");
    },
  });
  const revoke = (client) => ask({
    title: "Revoke access?", text: ["All tokens of ", foreign(client.id), " end now. An administrator has to allow it again; with its own credentials it can ask again at once. Last used: ", lastUse(client), "."], action: "Revoke access", danger: true,
    run: async () => {
      await remove(path(client.id, "grants"));
      await done("Access revoked");
    },
  });
  const end = (client) => ask({
    title: "Delete this client?", text: [foreign(client.id), " is let in no more, and all of its tokens end now. Last used: ", lastUse(client), "."], action: "Delete", danger: true,
    run: async () => {
      await remove(path(client.id));
      show(fresh);
      await done("Client deleted");
    },
  });
  const button = (words, client, action) => el("button", { type: "button", class: "quiet", "aria-label": `${words}: ${client.id}`, onclick: () => action(client) }, words);
  const line = (client) => el("li", { "data-client": client.id },
    el("div", {}, el("span", { class: "mono" }, foreign(client.id)), " ", client.given && pill("command line"),
      el("div", { class: "muted small" }, client.given ? "" : ["made ", time(client.created), " · "], "last used ", lastUse(client),
        " · ", client.grants ? `allowed by ${count(client.grants, "consent")}` : "no consent"),
      client.redirects.length
        ? client.redirects.map((address) => el("div", { class: "mono muted" }, foreign(address)))
        : el("div", { class: "muted small" }, "No redirect addresses: it uses its own credentials."),
      client.given && el("div", { class: "muted small" }, quoted("The command line gives it: `--oauth-client` and `--oauth-redirect` change or end it.")),
      el("div", { class: "row tight" },
        !client.given && [button("Addresses…", client, change), button("New secret…", client, rotate)],
        button("Revoke access…", client, revoke), !client.given && button("Delete…", client, end))));
  const load = async () => {
    const { clients, ...endpoints } = await get(path());
    show(list, clients.length
      ? el("ul", { class: "lines" }, clients.map(line))
      : el("p", { class: "muted" }, "There is no client: nobody can get a token by OAuth 2."));
    if (!guide.firstChild) show(guide, whatToPaste(tenant, endpoints));
  };
  await load();
  const form = el("form", { onsubmit: add, id: "add-client" },
    el("div", { class: "field" }, el("label", { for: "redirects" }, "Redirect addresses of a new client"), redirects, el("p", { class: "hint" }, quoted(ADDRESSES))),
    problem, el("button", { class: "main" }, "Add a client"));
  const typed = watch(form, "The redirect addresses of a new client");
  return el("section", { class: "card", id: "clients-card", "aria-labelledby": "clients-title" },
    el("h2", { id: "clients-title" }, "OAuth 2"),
    el("p", { class: "muted" }, "The identity provider gets its tokens by itself, and renews them: an administrator allows it once, or it uses its own credentials."),
    guide, fresh, list, form);
}

const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

function whatToPaste(tenant, { authorizationEndpoint, tokenEndpoint }) {
  const pairs = (...rows) => el("dl", {}, rows.map(([field, value]) => [el("dt", {}, field), el("dd", {}, quoted(value))]));
  return [
    copyField("authorization-endpoint", "Authorization endpoint", authorizationEndpoint),
    copyField("token-endpoint", "Token endpoint", tokenEndpoint),
    el("details", { id: "what-to-paste" }, el("summary", {}, "What to paste where"),
      el("h3", {}, "Okta: an app of the catalogue, Authenticate with …"),
      el("p", { class: "muted small" }, quoted("Add a client with the address `okta:APP`; APP is the app's name in the address of its page at Okta. Whoever clicks Authenticate signs in here with the password of this console.")),
      pairs(["Base URL", `\`${tenant.url}\``], ["Authorize endpoint", "the Authorization endpoint"], ["Access token endpoint", "the Token endpoint"], ["Client ID, Client Secret", "those of the client"]),
      el("h3", {}, "Microsoft Entra ID: a gallery app, OAuth 2 client credentials"),
      el("p", { class: "muted small" }, "Add a client without any address."),
      pairs(["Tenant URL", `\`${tenant.url}\``], ["Token endpoint", "the Token endpoint"], ["Client identifier, Client secret", "those of the client"])),
  ];
}
