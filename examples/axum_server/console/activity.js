import { at, get } from "./api.js";
import { el, foreign, notice, pill, show } from "./dom.js";
import { change, count, duration, quoted, sentence, status, time } from "./words.js";

const KEPT = 200;

export async function activityPage(context) {
  if (context.id) return exchangePage(context);
  const { tenant, main } = context;
  const { requests } = await get(at(tenant.name, "activity"));
  if (!context.isShown()) return;
  const rows = el("tbody", { id: "requests" });
  const empty = el("p", { class: "empty" }, "No requests yet. Connect an identity provider under Settings, or run the test there: requests appear here live.");
  const live = el("span", { class: "live", role: "status" }, "Connecting");
  const table = el("div", { class: "scroll", hidden: true }, el("table", {}, el("thead", {}, el("tr", {},
    ["Time", "Client", "Request", "Response", "Duration"].map((name) => el("th", { scope: "col", class: name === "Client" ? "wide" : name === "Duration" ? "wide number" : null }, name)))), rows));
  // What came to the URL of all tenants with a token of none is seen in each of them, so that it is folded at first.
  let isOpen = false;
  const unfold = el("button", { type: "button", class: "quiet", id: "strangers", hidden: true, onclick: () => fold(isOpen = !isOpen) });
  const fold = () => {
    const strangers = rows.querySelectorAll(".stranger");
    strangers.forEach((stranger) => (stranger.hidden = !isOpen));
    unfold.hidden = !strangers.length;
    unfold.textContent = `${isOpen ? "Hide" : "Show"} ${count(strangers.length, "request")} not attributed to a tenant`;
  };
  let newest = 0;
  const add = (request, isNew) => {
    if (request.seq <= newest) return;
    newest = request.seq;
    rows.prepend(row(context, request, isNew));
    while (rows.children.length > KEPT) rows.lastChild.remove();
    fold();
    table.hidden = false;
    empty.hidden = true;
  };
  requests.reverse().forEach((request) => add(request, false));
  show(main, el("div", { class: "head" }, el("h1", {}, "Activity"), live),
    el("p", { class: "muted" }, "Requests from identity providers, live. Secrets are hidden. The last 200 requests are kept until the server restarts."),
    el("section", { class: "card flush" }, table, empty, unfold));

  // It goes on by itself after an interruption, from the last one that came.
  const stream = new EventSource(`/console/api${at(tenant.name, "activity", "stream")}`);
  const switchTo = (on, words) => {
    live.textContent = words;
    live.classList.toggle("on", on);
  };
  stream.onopen = async () => {
    switchTo(true, "Live");
    // What came between the list and the stream, or while it was interrupted.
    const missed = await get(at(tenant.name, "activity")).catch(() => ({ requests: [] }));
    if (context.isShown()) missed.requests.reverse().forEach((request) => add(request, true));
  };
  stream.onmessage = ({ data }) => add(JSON.parse(data), true);
  stream.onerror = () => {
    switchTo(false, "Interrupted");
    // Goes to the sign-in page where the session has ended, and says so where the tenant is gone.
    get(at(tenant.name, "settings")).catch(() => {});
  };
  context.onLeave(() => stream.close());
}

function row(context, request, isNew) {
  const isStranger = !request.tenant && !/^\/t\//.test(request.path);
  return el("tr", { class: `${isNew ? "new" : ""} ${isStranger ? "stranger" : ""}` },
    el("td", {}, time(request.time)),
    el("td", { class: "wide" }, client(request)),
    el("td", { class: "path" }, el("a", { title: request.path, href: context.link("activity", String(request.seq)) }, el("span", { class: "method" }, request.method), " ", el("span", { class: "mono" }, foreign(shortPath(request.path))))),
    el("td", { class: "pills" }, status(request.status), " ", request.noticed > 0 && pill(count(request.noticed, "compatibility fix", "compatibility fixes"), "warn"), " ", request.changed > 0 && pill(count(request.changed, "change"), "idp"), " ",
      !request.tenant && pill("Rejected", "bad")),
    el("td", { class: "wide number muted small" }, duration(request.micros)));
}

const client = (request) => el("div", { class: "client", title: request.address }, foreign(request.client || request.address));

function shortPath(path) {
  const decoded = path.replace(/^(\/t\/[^/]+)?\/scim\/v2/, "");
  let plain = decoded;
  try {
    plain = decodeURIComponent(decoded.replace(/\+/g, " "));
  } catch {
    // Shown as it came.
  }
  return plain.length > 90 ? `${plain.slice(0, 90)}…` : plain || "/";
}

async function exchangePage(context) {
  const { tenant, main, id } = context;
  const exchange = await get(at(tenant.name, "activity", id));
  if (!context.isShown()) return;
  context.title(`${exchange.method} ${shortPath(exchange.path)}`);
  show(main,
    el("div", { class: "head" }, el("div", {},
      el("div", { class: "crumb" }, el("a", { href: context.link("activity") }, "← Activity")),
      el("h1", {}, exchange.method, " ", foreign(shortPath(exchange.path))),
      el("div", { class: "row small muted" }, status(exchange.status), time(exchange.time), el("span", {}, "· ", foreign(exchange.client || "unnamed client"), ` · ${exchange.address} · ${duration(exchange.micros)}`)))),
    !exchange.tenant && notice("This request was rejected: its token is missing, invalid or expired, or SCIM is disabled for the tenant. It cannot be attributed to a tenant and may be meant for another one. Check the token in your identity provider.", "warn"),
    el("div", { class: "two" },
      el("section", { class: "card", id: "deviations" }, el("h2", {}, "Compatibility fixes"), exchange.deviations.length
        ? el("ul", { class: "lines" }, exchange.deviations.map(({ rule, words }) => el("li", {}, el("span", {}, quoted(sentence(words))), el("span", { class: "mono muted small" }, rule))))
        : el("p", { class: "muted" }, "None. The request conforms to the SCIM standard.")),
      el("section", { class: "card", id: "changes" }, el("h2", {}, "Changes"), exchange.changes.length
        ? el("ul", { class: "lines" }, exchange.changes.map((told) => el("li", {}, el("span", {}, subject(context, told)))))
        : el("p", { class: "muted" }, "None."))),
    message("Request", [exchange.method, " ", foreign(exchange.path)], exchange.request),
    message("Response", String(exchange.status), exchange.answer));
}

function subject(context, told) {
  const key = told.resourceType === "User" ? "users" : told.resourceType === "Group" ? "groups" : null;
  const gone = told.event.endsWith(".deleted");
  return [change(told), key && !gone && [" ", el("a", { class: "small", href: context.link(key, told.resourceId) }, "Open")]];
}

function indented(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

// Each text of a JSON by itself, so that none of them moves what stands beside it.
const strings = (json) => json.split(/("(?:[^"\\]|\\.)*")/).map((part, index) => (index % 2 ? foreign(part) : part));

const message = (title, line, { headers, body, length, cut }) => el("section", { class: "card" }, el("h2", {}, title),
  el("pre", {}, line, headers.map(([name, value]) => ["\n", name, ": ", foreign(value)])),
  length > 0 && el("pre", { tabindex: "0", "aria-label": `Body of the ${title.toLowerCase()}` }, strings(cut ? body : indented(body))),
  cut && el("p", { class: "muted small" }, `Truncated: the body has ${length} bytes.`));
