import { at, get, post, remove } from "./api.js";
import { announce, ask, choice, copyField, el, notice, pill, show } from "./dom.js";
import { count, lastUse, time } from "./words.js";

const LIFETIMES = [["ninetyDays", "90 days"], ["oneYear", "1 year"], ["noEnd", "Never"]];
const OTHERS = [["stay", "Keep"], ["endInADay", "Revoke in one day"], ["endNow", "Revoke now"]];
const HOUR = 3600 * 1000;
const SOON = 14 * 24 * HOUR;

/// The tokens of a tenant; `outdate` is called when there is one more, or one less.
export async function tokensCard(tenant, outdate) {
  const list = el("div", { id: "tokens" });
  const fresh = el("div");
  const lifetime = choice("lifetime", "Expires after", LIFETIMES, "oneYear");
  const others = choice("others", "Existing tokens", OTHERS, "stay");
  const make = async () => {
    const { token } = await post(at(tenant.name, "tokens"), { lifetime: lifetime.select.value, others: others.select.value });
    // The next one ends nothing, unless that is chosen again.
    others.select.value = "stay";
    show(fresh, el("div", { class: "notice ok", id: "fresh-token", role: "status" },
      el("p", {}, el("b", {}, "Copy the token now."), " It is shown only once."),
      copyField("token", "Token", token)));
    outdate();
    await load();
  };
  const generate = async () => {
    button.disabled = true;
    try {
      // Those that there are now, whoever made them.
      const ending = others.select.value === "stay" ? [] : await load();
      if (ending.length) askFirst(ending);
      else await make();
    } catch (error) {
      show(fresh, notice(error.message));
    }
    button.disabled = false;
  };
  const askFirst = (ending) => ask({
    title: others.select.value === "endNow" ? "Revoke the existing tokens now?" : "Revoke the existing tokens in one day?", danger: true, action: "Generate and revoke these",
    text: "Requests using these tokens will then fail until the new token is set in the identity provider.",
    more: el("ul", { class: "lines", id: "ending" }, ending.map((token) => el("li", {}, el("span", { class: "mono" }, token.id), el("span", { class: "muted small" }, lastUse(token))))),
    run: make,
  });
  const button = el("button", { type: "button", class: "main", id: "generate", onclick: generate }, "Generate token");
  const load = async () => {
    const { tokens } = await get(at(tenant.name, "tokens"));
    others.field.hidden = !tokens.length;
    show(list,
      tokens.length ? el("ul", { class: "lines" }, tokens.map(line)) : el("p", { class: "notice warn" }, "No tokens yet. Generate one and paste it into your identity provider."),
      tokens.length > 0 && tokens.every((token) => left(token) < SOON) &&
        el("p", { class: "notice warn" }, "All tokens expire soon, and requests will then fail. Generate another token and paste it into your identity provider."));
    return tokens;
  };
  const line = (token) => el("li", {},
    el("span", {}, el("span", { class: "mono" }, token.id), " ", left(token) < SOON && pill(`expires in ${inWords(left(token))}`, "warn"), el("br"),
      el("span", { class: "muted small" }, "Created ", time(token.created), " · ", lastUse(token),
        " · ", token.expires ? ["Expires ", time(token.expires)] : "Never expires",
        token.given && " · set on the command line: restored at the next start")),
    el("button", { type: "button", class: "quiet danger", "aria-label": `Revoke ${token.id}`, onclick: () => revoke(token) }, "Revoke"));
  const revoke = (token) => ask({
    title: "Revoke this token?", text: ["Requests using ", el("span", { class: "mono" }, token.id), " will fail. ", lastUse(token), "."], action: "Revoke", danger: true,
    run: async () => {
      await remove(at(tenant.name, "tokens", token.id));
      announce("Token revoked");
      outdate();
      await load();
    },
  });
  await load();
  return el("section", { class: "card", "aria-labelledby": "tokens-title" },
    el("h2", { id: "tokens-title" }, "Tokens"),
    el("p", { class: "muted" }, "Tokens your identity provider uses to authenticate. Only a hash is stored. To rotate a token: generate another one, paste it, check here that it was used, then revoke the old one."),
    fresh, list, el("div", { class: "pair" }, lifetime.field, others.field), button);
}

/// How long a token is still good, in milliseconds.
const left = (token) => (token.expires ? new Date(token.expires) - Date.now() : Infinity);
const inWords = (millis) => (millis < 48 * HOUR ? count(Math.max(1, Math.round(millis / HOUR)), "hour") : count(Math.round(millis / (24 * HOUR)), "day"));
