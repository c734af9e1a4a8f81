// What things are called on the pages.

import { el, foreign, pill } from "./dom.js";

export { quoted, sentence } from "./dom.js";

const ORIGINS = { IDP: ["idp", "Provisioned by the identity provider"], JIT: ["warn", "Created at the first sign-in"], LOCAL: ["", "Created in this console"] };

export function origin(text) {
  const [kind, words] = ORIGINS[text] ?? ["", ""];
  return el("span", { class: `pill ${kind}`, title: words }, text);
}
export const state = (active) => (active ? pill("Active", "ok") : pill("Inactive", "bad"));
export const status = (code) => pill(String(code), code < 300 ? "ok" : code < 500 ? "warn" : "bad");

export function time(text) {
  if (!text) return "—";
  const date = new Date(text);
  const today = date.toDateString() === new Date().toDateString();
  const clock = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const shown = today ? clock : `${date.toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" })}, ${clock.slice(0, 5)}`;
  return el("time", { datetime: text, title: text, class: "nowrap" }, shown);
}

/// When a token or client was used last.
export const lastUse = ({ lastUsed }) => (lastUsed ? ["Last used ", time(lastUsed)] : "Never used");

export const duration = (micros) => (micros < 1000 ? `${micros} µs` : `${(micros / 1000).toFixed(micros < 10000 ? 1 : 0)} ms`);

export const count = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

const EVENTS = {
  "user.created": "Created", "user.updated": "Changed", "user.deactivated": "Deactivated", "user.reactivated": "Reactivated", "user.deleted": "Deleted",
  "group.created": "Group created", "group.updated": "Group changed", "group.members_changed": "Members changed", "group.deleted": "Group deleted",
};

/// A change in words; `seenFrom` is the user or group on whose page it stands.
export function change(told, seenFrom) {
  const inGroup = told.event === "group.members_changed" && seenFrom && told.resourceId !== seenFrom;
  const parts = [];
  if (inGroup) {
    parts.push(told.added.includes(seenFrom) ? "Joined " : "Left ", told.name ? foreign(told.name) : "a group");
  } else {
    parts.push(EVENTS[told.event] ?? foreign(told.event));
    if (!seenFrom && told.name) parts.push(": ", foreign(told.name));
    if (told.added?.length) parts.push(`, ${told.added.length} added`);
    if (told.removed?.length) parts.push(`, ${told.removed.length} removed`);
  }
  const paths = told.paths?.map((path) => path.replace("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:", "")).join(", ");
  return [el("span", {}, parts, paths && el("span", { class: "muted" }, " ", foreign(paths))), " ", origin(told.by)];
}

export const userName = (user) => user.displayName || user.name?.formatted || [user.name?.givenName, user.name?.familyName].filter(Boolean).join(" ") || user.userName;
