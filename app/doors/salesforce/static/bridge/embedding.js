// The host bridge of UI embedding: a Lightning web component around us, reached through Salesforce's own guest SDK.
// The frame has no identity of its own. It gets one-time codes as a property, and asks for another by an event.

const CODE_TIMEOUT = 20_000; // ms: the component asks Apex, and Apex our server
const SDK = new URL("../vendor/platform-sdk.js", import.meta.url); // put there by who installs: docs/connect-salesforce.md

export async function createBridge(load = () => import(SDK)) {
  const { getViewSDK } = await load();
  const view = await getViewSDK();
  const ui = view.getUiState();
  const used = new Set();
  let props = ui.state?.props ?? {};
  let waiting = null;
  let height = 0;

  ui.subscribe((next) => {
    props = next?.props ?? {};
    if (waiting && fresh()) waiting();
  });

  const fresh = () => (typeof props.code === "string" && props.code && !used.has(props.code) ? props.code : "");

  /** The next code that was not used yet; asks the component for one if there is none. */
  function nextCode({ ask }) {
    if (!fresh() && ask) view.dispatchEvent(new CustomEvent("alongsiderenew"));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(() => reject(new Error("no code"))), CODE_TIMEOUT);
      const settle = (outcome) => {
        clearTimeout(timer);
        waiting = null;
        outcome();
      };
      waiting = () => {
        const code = fresh();
        used.add(code);
        settle(() => resolve(code));
      };
      if (fresh()) waiting();
    });
  }

  let first = true;

  return {
    session: async () => ({ zone: props.timeZone ?? "UTC", locale: props.locale ?? "en_US" }),

    async prove() {
      const code = await nextCode({ ask: !first });
      first = false;
      return {
        address: "embed/exchange",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ code }),
      };
    },

    resize(pixels) {
      const wanted = Math.ceil(pixels);
      if (wanted === height) return;
      height = wanted;
      view.dispatchEvent(new CustomEvent("alongsideresize", { detail: { height: wanted } }));
    },
  };
}
