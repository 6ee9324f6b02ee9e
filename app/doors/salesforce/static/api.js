// Asks our own server. The bearer lives in this closure and nowhere else.

import { words } from "./words.js";

const RENEW_AFTER = 10 * 60_000; // ms: two thirds of a bearer's life, so a click seldom waits for a renewal
const TIMEOUT = 20_000; // ms

const panel = new URL("../panel/", import.meta.url);
const door = new URL("../", import.meta.url);

/** What the server or the network refused, with a sentence for the seller. */
export class Refusal extends Error {
  constructor(reason, message, status = 0) {
    super(message);
    this.reason = reason;
    this.status = status;
  }

  /** Whether the same request may have worked, or may work, if it is sent again unchanged. */
  get uncertain() {
    return this.status === 0 || this.status >= 500;
  }
}

/** Speaks for `token`, or for what the bridge proves. `zone` and `locale` are how this user reads dates and amounts. */
export function createApi({ token, zone, locale }, bridge) {
  let bearer = token;
  let since = Date.now();
  let renewing = null;

  /** One renewal at a time: every renewal spends two of the organization's daily canvas calls. */
  function renew() {
    renewing ??= exchange().finally(() => {
      renewing = null;
    });
    return renewing;
  }

  async function exchange() {
    let proof;
    try {
      proof = await bridge.prove();
    } catch {
      throw new Refusal("expired", words.ended, 401);
    }
    const { address, headers = {}, body } = proof;
    const granted = await read(await send(new URL(address, door), { method: "POST", headers, body }));
    bearer = granted.token;
    since = Date.now();
    return granted;
  }

  async function send(url, options) {
    const headers = { ...options.headers, ...(bearer && { Authorization: `Bearer ${bearer}` }) };
    try {
      return await fetch(url, {
        ...options,
        headers,
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT),
      });
    } catch {
      throw new Refusal("offline", words.offline);
    }
  }

  async function ask(url, options) {
    if (Date.now() - since > RENEW_AFTER) await renew();
    const answer = await send(url, options);
    if (answer.status !== 401) return answer;
    await renew();
    return send(url, options);
  }

  return {
    /** Gets the first bearer where the page brought none, and says whether its owner is an admin. */
    begin: renew,

    /** The card's markup and version; null when `version` is still the newest. */
    async card(name, params = {}, version = "") {
      const url = new URL(`cards/${encodeURIComponent(name)}`, panel);
      url.search = new URLSearchParams({ ...params, zone, locale });
      const headers = { Accept: "text/html", ...(version && { "If-None-Match": version }) };
      const answer = await ask(url, { headers });
      if (answer.status === 304) return null;
      if (!answer.ok) throw await refusal(answer);
      return { html: await answer.text(), version: answer.headers.get("ETag") ?? "" };
    },

    /** Runs a command. The same key twice is the same command. */
    async run(command, fields, idempotencyKey) {
      const url = new URL(`actions/${encodeURIComponent(command)}`, panel);
      const body = JSON.stringify({ idempotencyKey, fields });
      return read(await ask(url, { method: "POST", headers: { "Content-Type": "application/json" }, body }));
    },
  };
}

async function read(answer) {
  if (!answer.ok) throw await refusal(answer);
  try {
    return await answer.json();
  } catch {
    throw new Refusal("internal", words.failed, 500);
  }
}

async function refusal(answer) {
  const problem = await answer.json().catch(() => ({}));
  return new Refusal(problem.reason ?? "internal", problem.message ?? words.failed, answer.status);
}
