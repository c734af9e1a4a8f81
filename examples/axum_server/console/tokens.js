import { at, get, post, remove } from "./api.js";
import { announce, ask, copyField, el, notice, show } from "./dom.js";
import { time } from "./words.js";

export async function tokensCard(tenant) {
  const list = el("div", { id: "tokens" });
  const fresh = el("div");
  const replace = el("input", { type: "checkbox", id: "replace", checked: true });
  const generate = async () => {
    try {
      const { token } = await post(at(tenant.name, "tokens"), { replace: replace.checked });
      show(fresh, el("div", { class: "notice ok", id: "fresh-token" },
        el("p", {}, el("b", {}, "Copy the token now."), " It is shown this once, and cannot be shown again."),
        copyField("token", "Token", token)));
      await load();
    } catch (error) {
      show(fresh, notice(error.message));
    }
  };
  const load = async () => {
    const { tokens } = await get(at(tenant.name, "tokens"));
    show(list, tokens.length
      ? el("ul", { class: "lines" }, tokens.map(line))
      : el("p", { class: "muted" }, "There is no token: nobody is let in."));
  };
  const line = (token) => el("li", {},
    el("span", {}, el("span", { class: "mono" }, token.id), el("br"),
      el("span", { class: "muted small" }, "made ", time(token.created), " · last used ", token.lastUsed ? time(token.lastUsed) : "never",
        " · ", token.expires ? ["ends ", time(token.expires)] : "no end",
        token.given && " · of the command line: revoked until the next start only")),
    el("button", { type: "button", class: "quiet", onclick: () => revoke(token) }, "Revoke"));
  const revoke = (token) => ask({
    title: "Revoke this token?", text: "Whoever uses it gets 401 from now on.", action: "Revoke", danger: true,
    run: async () => {
      await remove(at(tenant.name, "tokens", token.id));
      announce("Token revoked");
      await load();
    },
  });
  await load();
  return el("section", { class: "card", "aria-labelledby": "tokens-title" },
    el("h2", { id: "tokens-title" }, "Tokens"),
    el("p", { class: "muted" }, "What identity providers show to be let in. Only a hash is kept."),
    fresh, list,
    el("div", { class: "field" }, el("label", { class: "check" }, replace, el("span", {}, "The new token replaces those above, which end at once"))),
    el("button", { type: "button", class: "main", id: "generate", onclick: generate }, "Generate token"));
}
