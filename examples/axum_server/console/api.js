// What the pages ask the server. The word that proves a change is ours is kept here, and nowhere else in the browser.

let csrfToken = "";
let signedOut = () => {};
let missed = async () => {};

export class ApiError extends Error {
  constructor(status, words) {
    super(words);
    this.status = status;
  }
}

export function onSignedOut(callback) {
  signedOut = callback;
}

/// Is told of which tenant something was not there.
export function onMissed(callback) {
  missed = callback;
}

export async function call(method, path, body) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(`/console/api${path}`, { method, headers, body: JSON.stringify(body), credentials: "same-origin" });
  } catch {
    throw new ApiError(0, "The server does not respond. Check that it is running.");
  }
  const value = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (answer.ok) return value;
  const error = new ApiError(answer.status, value.error ?? `The server responded with ${answer.status}.status}.`);
  const [, tenant] = path.match(/^\/tenants\/([^/?]+)/) ?? [];
  if (answer.status === 404 && tenant) await missed(decodeURIComponent(tenant));
  if (answer.status === 401 && path !== "/session") signedOut(error.message);
  throw error;
}

export const get = (path) => call("GET", path);
export const post = (path, body) => call("POST", path, body);
export const put = (path, body) => call("PUT", path, body);
export const remove = (path, body) => call("DELETE", path, body);

export async function resume() {
  csrfToken = (await get("/session")).csrfToken;
}

export async function signIn(password) {
  csrfToken = (await post("/session", { password })).csrfToken;
}

export async function signOut() {
  await remove("/session");
  csrfToken = "";
}

/// The path of something below a tenant, each part as it may stand in a URL.
export const at = (...parts) => `/tenants/${parts.map(encodeURIComponent).join("/")}`;
