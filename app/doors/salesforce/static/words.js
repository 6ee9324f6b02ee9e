// What the panel itself says. Everything else comes from the server.

export const words = {
  ended: "Your Salesforce session could not be renewed. What you typed is still here. Reload the page to go on.",
  offline: "Alongside cannot be reached. What you typed is still here; try again in a moment.",
  failed: "Something went wrong on our side. Try again.",
  done: "Done.",
  undo: "Undo",
  undone: "Taken back.",
  retry: "Try again",
  sending: "Sending…",
  sendAnyway: "Send it anyway",
  copy: "Copy link",
  copied: "Copied.",
  copyByHand: "Press Ctrl+C (⌘C on a Mac) to copy.",
  linkReady: "The link is ready. It is shown only once, so copy it now.",
  linkLabel: "Share link",
  close: "Close",
  continue: "Continue",
  refresh: "Refresh",
  read: (when) => `Salesforce was read ${when}.`,
  lost: (when) => `No connection.${when ? ` This is what was known ${when}.` : ""} Trying again …`,
  unopened: "The panel could not be opened here. Reload the record page, or ask your admin.",
};
