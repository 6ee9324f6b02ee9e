import { createElement } from "lwc";

/** The component on a page, and the names of the events it sent. */
export function show(AlongsideStatus, properties = {}) {
  const element = createElement("c-alongside-status", { is: AlongsideStatus });
  Object.assign(element, { recordId: "006000000000001AAA", ...properties });
  const heard = [];
  element.addEventListener("denied", () => heard.push("denied"));
  element.addEventListener("refresh", () => heard.push("refresh"));
  document.body.appendChild(element);
  return { element, heard };
}

export const refreshButton = (element) => element.shadowRoot.querySelector("lightning-button-icon");
export const badge = (element) => element.shadowRoot.querySelector("lightning-badge");
export const alertText = (element) => element.shadowRoot.querySelector('[role="alert"]')?.textContent;
