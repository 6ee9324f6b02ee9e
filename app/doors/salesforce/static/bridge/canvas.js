// The host bridge of canvas: speaks with the Salesforce page around us in its wire format.
// Believes only the parent window at the origin that the verified request named.

const REFRESH_TIMEOUT = 15_000; // ms: the host asks its own server, and a seller waits for it

/** What the server wrote into the page. From here on the bearer is in memory only. */
export function sessionOfPage() {
  const holder = document.getElementById("session");
  holder.remove();
  return JSON.parse(holder.textContent);
}

export function createBridge(session = sessionOfPage(), host = window.parent) {
  const { instanceId, targetOrigin } = session;
  const waiting = new Map();
  let sequence = 0;
  let height = 0;

  function post(body) {
    sequence += 1;
    // The host knows the frame by its instance; the user's token is not ours to send, and "null" is what the
    // host's own script sends when it has none.
    const client = { instanceId, targetOrigin, oauthToken: "null" };
    const message = {
      seq: sequence,
      src: "client",
      clientVersion: "41.0",
      body: { ...body, accessToken: "null", config: { client } },
      targetModule: "Canvas",
    };
    host.postMessage(JSON.stringify(message), targetOrigin);
    return sequence;
  }

  window.addEventListener("message", (event) => {
    if (event.source !== host || event.origin !== targetOrigin) return;
    const reply = parse(event.data);
    const settle = reply && waiting.get(reply.seq);
    if (settle) settle(reply);
  });

  /** A new signed request for this very panel. Rejects when the host does not give one in time. */
  function refresh() {
    return new Promise((resolve, reject) => {
      const seq = post({ type: "refresh" });
      const done = (outcome) => {
        clearTimeout(timer);
        waiting.delete(seq);
        outcome();
      };
      const timer = setTimeout(() => done(() => reject(new Error("no answer"))), REFRESH_TIMEOUT);
      waiting.set(seq, ({ status, payload }) => {
        const signed = payload && payload.response;
        const good = status === 200 && typeof signed === "string";
        done(() => (good ? resolve(signed) : reject(new Error("refused"))));
      });
    });
  }

  return {
    session: async () => session,

    async prove() {
      return { address: "canvas/renew", body: new URLSearchParams({ signed_request: await refresh() }) };
    },

    /** Lets the host open the panel anew, with a new signed request. */
    reopen: () => void post({ type: "repost", refresh: true }),

    /** Makes the frame as high as its content. Says nothing when that is what it was told last. */
    resize(pixels) {
      const wanted = Math.ceil(pixels);
      if (wanted === height) return;
      height = wanted;
      post({ type: "resize", size: { height: `${wanted}px` } });
    },
  };
}

function parse(data) {
  try {
    const value = typeof data === "string" ? JSON.parse(data) : data;
    return value && typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
