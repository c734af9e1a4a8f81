import { at, get, put } from "./api.js";
import { clientsCard } from "./clients.js";
import { announce, ask, choice, copyField, el, notice, show } from "./dom.js";
import { testCard } from "./test_run.js";
import { tokensCard } from "./tokens.js";
import { drop, keep, watch } from "./unsaved.js";

const ORPHANS = [["keep", "Keep the user"], ["deactivate", "Deactivate the user"], ["delete", "Delete the user"]];
// As Okta and Entra ID name them.
const ACCESS = {
  bearer: ['Bearer token (Okta "HTTP Header", Entra "Secret Token")', "Authorization: Bearer TOKEN", "Paste the token there, without the word Bearer."],
  oauth: ['OAuth 2 (Okta "OAuth 2", Entra "OAuth2 client credentials grant")', "Authorization: Bearer ACCESS-TOKEN", "The identity provider gets and renews the token itself, as with Okta's Authenticate with …. All other tokens are rejected."],
};

export async function settingsPage(context) {
  const { tenant, main } = context;
  const settings = await get(at(tenant.name, "settings"));
  if (!context.isShown()) return;
  const connect = el("section", { class: "card", "aria-labelledby": "connect-title" },
    el("h2", { id: "connect-title" }, "Connection"),
    el("p", { class: "muted" }, "Enter this URL in your identity provider, together with a token or an OAuth 2 client."),
    copyField("tenant-url", "Tenant URL (Okta: Base URL)", tenant.url),
    el("p", { class: "muted small" }, "All tenants can also use ", el("span", { class: "mono" }, tenant.sharedUrl), ": the token identifies the tenant."));
  const test = testCard(tenant);
  const [tokens, clients] = await Promise.all([tokensCard(tenant, test.outdate), clientsCard(tenant, test.outdate)]);
  if (!context.isShown()) return;
  // What is chosen comes first.
  const ways = el("div");
  const refused = el("p", { class: "notice warn", id: "tokens-refused" }, "While OAuth 2 is the authentication method, the tokens below are rejected.");
  const arrange = ({ access }) => show(ways, access === "oauth" ? [clients, refused, tokens] : [tokens, clients]);
  arrange(settings);
  const saved = (now) => {
    arrange(now);
    test.outdate();
  };
  const problem = el("div");
  show(main,
    el("div", { class: "head" }, el("h1", {}, "Provisioning settings")),
    el("div", { class: "two" },
      el("div", {}, connect, ways, test.card),
      el("div", {}, el("section", { class: "card", id: "settings-card" }, form(context, settings, saved)),
        el("section", { class: "card" }, el("h2", {}, "Delete this tenant"),
          el("p", { class: "muted" }, "Deletes its users, groups, tokens and settings. Requests from its identity provider will fail."),
          problem, el("button", { class: "danger", type: "button", id: "delete-tenant", onclick: () => context.deleteTenant().catch((error) => show(problem, notice(error.message))) }, "Delete tenant…")))));
}

/// Whose requests are refused once these settings are saved.
function shutOut(before, now) {
  return [
    before.enabled && !now.enabled && "SCIM provisioning is disabled: all requests from the identity provider are rejected.",
    before.access !== "oauth" && now.access === "oauth" && "Only OAuth 2 access tokens are accepted: all other tokens are rejected.",
    before.access === "header" && now.access === "bearer" && 'Tokens without "Bearer" are rejected.',
    before.groups && !now.groups && "Group push is off: requests for groups are rejected.",
  ].filter(Boolean);
}

function form({ tenant, reload }, settings, whenSaved) {
  let version = settings.version;
  const problem = el("div");
  const flip = (id, checked, title, hint) => el("div", { class: "field" }, el("label", { class: "switch", for: id },
    el("input", { type: "checkbox", role: "switch", id, checked }), el("span", {}, el("b", {}, title), el("span", { class: "muted small" }, hint))));
  const quota = el("input", { type: "number", id: "quota", class: "short", min: "0", max: "1000000", step: "1", inputmode: "numeric", value: settings.quotaGb ?? "" });
  const orphans = choice("orphans", "When a user leaves the last provisioned group", ORPHANS, settings.orphans);
  const bare = flip("bare", settings.access === "header", 'Accept a token without "Bearer"', "Also accepts Authorization: TOKEN, for clients that send the header exactly as typed, such as Okta's Header Auth template.");
  const access = el("fieldset", {}, el("legend", { class: "label" }, "Authentication method"),
    Object.entries(ACCESS).map(([value, [title, sent, hint]]) => [el("label", { class: "choice" },
      el("input", { type: "radio", name: "access", value, checked: (value === "oauth") === (settings.access === "oauth") }),
      el("span", {}, el("b", {}, title), " ", el("code", {}, sent), el("span", { class: "muted small" }, el("br"), hint))), value === "bearer" && bare]));
  const save = el("button", { class: "main", id: "save" }, "Save");
  const element = el("form", { id: "settings" },
    flip("enabled", settings.enabled, "Enable SCIM provisioning", "While off, requests are rejected. No data is lost."),
    access,
    flip("groups", settings.groups, "Groups", "While off, group push is off: the identity provider can provision users only."),
    el("div", { class: "field" }, el("label", { for: "quota" }, "Account size for new users (GB)"), quota,
      el("p", { class: "hint" }, "Leave empty for no limit. Existing users are not affected.")),
    flip("department", settings.departmentGroups, "Sync departments as groups", "Adds users to a group named after their department. Never removes anyone."),
    orphans.field,
    problem, el("div", { class: "row" }, save));
  const on = (id) => element.querySelector(`#${id}`).checked;
  const isOAuth = () => element.elements.access.value === "oauth";
  const way = () => (isOAuth() ? "oauth" : on("bare") ? "header" : "bearer");
  // It is about bearer tokens only.
  const dim = () => (bare.hidden = isOAuth());
  access.addEventListener("change", dim);
  dim();

  const typed = watch(element, ["The provisioning settings of ", el("b", {}, tenant.name)]);
  if (typed.isFilled) announce("Your changes were restored, but are not saved yet");

  const wanted = () => ({
    enabled: on("enabled"), groups: on("groups"), departmentGroups: on("department"), orphans: orphans.select.value,
    quotaGb: quota.value === "" ? null : Number(quota.value), access: way(),
  });
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    const refused = shutOut(settings, wanted());
    if (!refused.length) return store();
    ask({
      title: "Refuse requests from now on?", action: "Save", danger: true, run: store,
      more: el("ul", { id: "refused" }, refused.map((words) => el("li", {}, words))),
    });
  });
  const store = async () => {
    save.disabled = true;
    try {
      const saved = await put(at(tenant.name, "settings"), { version, ...wanted() });
      version = saved.version;
      settings = saved;
      typed.saved();
      show(problem);
      announce("Settings saved");
      whenSaved(saved);
    } catch (error) {
      show(problem, error.status === 409 ? outdated() : notice(error.message));
    }
    save.disabled = false;
  };

  const outdated = () => el("div", { class: "notice warn", role: "alert", id: "outdated" },
    el("p", {}, "Someone else saved these settings after you opened this page. Your changes were not saved."),
    el("div", { class: "row" },
      el("button", { type: "button", onclick: () => (drop(), reload()) }, "Discard my changes"),
      el("button", { type: "button", id: "merge", onclick: () => (keep(), reload()) }, "Load theirs and keep my changes")));
  return [el("h2", {}, "Provisioning"), el("p", { class: "muted" }, "How users and groups are provisioned in ", el("b", {}, tenant.name), "."), element];
}
