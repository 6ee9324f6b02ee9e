// As much of Salesforce's guest SDK as the panel uses, over plain messages to the page of the test.

export function getViewSDK() {
  const listeners = new Set();
  const ui = { state: { props: {} }, subscribe: (heard) => listeners.add(heard) };
  const view = {
    getUiState: () => ui,
    dispatchEvent: ({ type, detail }) => parent.postMessage({ type, detail }, "*"),
  };
  return new Promise((resolve) => {
    addEventListener("message", ({ source, data }) => {
      if (source !== parent) return;
      ui.state = { props: data.props };
      for (const heard of listeners) heard(ui.state);
      resolve(view);
    });
    parent.postMessage({ type: "hello" }, "*");
  });
}
