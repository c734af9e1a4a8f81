import { at, get, post, remove } from "./api.js";
import { announce, ask, choice, copyField, el, notice, pill, show } from "./dom.js";
import { count, lastUse, time } from "./words.js";

const LIFETIMES = [["ninetyDays", "90 days"], ["oneYear", "1 year"], ["noEnd", "No end"]];
const OTHERS = [["stay", "Keep"], ["endInADay", "End in one day"], ["endNow", "End at once"]];
const HOUR = 3600 * 1000;
const SOON = 14 * 24 * HOUR;

/// The tokens of a tenant; `outdate` is called when there is one more, or one less.
export async function tokensCard(tenant, outdate) {
  const list = el("div", { id: "tokens" });
  const fresh = el("div");
  const lifetime = choice("lifetime", "New token good for", LIFETIMES, "oneYear");
  const others = choice("others", "Existing tokens", OTHERS, "stay");
  const make = async () => {
    const { token } = await post(at(tenant.name, "tokens"), { lifetime: lifetime.select.value, others: others.select.value });
    // The next one ends nothing, unless that is chosen again.
    others.select.value = "stay";
    show(fresh, el("div", { class: "notice ok", id: "fresh-token", role: "status" },
      el("p", {}, el("b", {}, "Copy the token now."), " It is shown this once, and cannot be shown again."),
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
    title: others.select.value === "endNow" ? "End the existing tokens at once?" : "End the existing tokens in one day?", danger: true, action: "Generate, and end these",
    text: "From then on requests that use one of these are refused, until the new token is pasted into the identity provider.",
    more: el("ul", { class: "lines", id: "ending" }, ending.map((token) => el("li", {}, el("span", { class: "mono" }, token.id), el("span", { class: "muted small" }, "last used ", lastUse(token))))),
    run: make,
  });
  const button = el("button", { type: "button", class: "main", id: "generate", onclick: generate }, "Generate token");
  const load = async () => {
    const { tokens } = await get(at(tenant.name, "tokens"));
    others.field.hidden = !tokens.length;
    show(list,
      tokens.length ? el("ul", { class: "lines" }, tokens.map(line)) : el("p", { class: "notice warn" }, "There is no token: nobody is let in."),
      tokens.length > 0 && tokens.every((token) => left(token) < SOON) &&
        el("p", { class: "notice warn" }, "Then nobody is let in any more. Generate another token, and paste it into the identity provider."));
    return tokens;
  };
  const line = (token) => el("li", {},
    el("span", {}, el("span", { class: "mono" }, token.id), " ", left(token) < SOON && pill(`ends in ${inWords(left(token))}`, "warn"), el("br"),
      el("span", { class: "muted small" }, "made ", time(token.created), " · last used ", lastUse(token),
        " · ", token.expires ? ["ends ", time(token.expires)] : "no end",
        token.given && " · given on the command line: comes back at the next start")),
    el("button", { type: "button", class: "quiet danger", "aria-label": `Revoke ${token.id}`, onclick: () => revoke(token) }, "Revoke"));
  const revoke = (token) => ask({
    title: "Revoke this token?", text: ["Whoever uses ", el("span", { class: "mono" }, token.id), " is not let in any more. Last used: ", lastUse(token), "."], action: "Revoke", danger: true,
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
    el("p", { class: "muted" }, "What identity providers show to be let in. Only a hash is kept. To change one: generate another, paste it, see here that it was used, and revoke the old one."),
    fresh, list, el("div", { class: "pair" }, lifetime.field, others.field), button);
}

/// How long a token is still good, in milliseconds.
const left = (token) => (token.expires ? new Date(token.expires) - Date.now() : Infinity);
const inWords = (millis) => (millis < 48 * HOUR ? count(Math.max(1, Math.round(millis / HOUR)), "hour") : count(Math.round(millis / (24 * HOUR)), "day"));
