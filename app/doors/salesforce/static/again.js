// A frame that was reloaded asks its host for a new signed request: by itself once, then on demand.

import { createBridge } from "./bridge/canvas.js";

const bridge = createBridge();
document.getElementById("again").addEventListener("click", bridge.reopen);

const [navigation] = performance.getEntriesByType("navigation");
if (navigation?.type === "reload") bridge.reopen(); // what the host posts next is no reload, so this cannot go in circles
