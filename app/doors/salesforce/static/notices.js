// Messages above the card: what happened, what can be taken back, what to copy.

import { words } from "./words.js";

const SHOWN = 6_000; // ms: a sentence read twice
const UNDO = 10_000; // ms

const NEAR = 400; // px: as far down, the top of the panel is still in sight

const place = document.getElementById("notices");
let acted = 0;

/** Remembers where the person acts. The frame is as high as its content, so only the host scrolls, and nothing here
 * can stay in sight but what stands beside the action. */
export function actAt(acting) {
  acted = acting.getBoundingClientRect().top + window.scrollY;
}

/** Puts a box where the person looks, just above what was pressed. */
export function bringBeside(box) {
  return `${Math.max(12, acted - box.offsetHeight - 8)}px`;
}

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function button(label, onclick, className = "button button-quiet") {
  return element("button", { type: "button", className, textContent: label, onclick });
}

function show(tone, children, life) {
  const notice = element("div", { className: `notice notice-${tone}` }, ...children);
  const remove = () => notice.remove();
  const close = button("×", remove, "notice-close");
  close.setAttribute("aria-label", words.close);
  notice.append(close);
  place.replaceChildren(notice);
  place.classList.toggle("notices-beside", acted > NEAR);
  place.style.top = acted > NEAR ? bringBeside(place) : "";
  if (life) setTimeout(remove, life);
  return remove;
}

export function say(text, tone = "success") {
  show(tone, [element("p", { textContent: text })], tone === "success" ? SHOWN : 0);
}

export function clear() {
  place.replaceChildren();
}

export function sayFailure(refusal, again) {
  const text = element("p", { textContent: refusal.message });
  const children = again ? [text, button(words.retry, () => (clear(), again()))] : [text];
  show("danger", children);
}

/** Something slipped into a text for a partner: it is not sent before the seller says so. */
export function lookAgain(refusal, send) {
  const text = element("p", { textContent: refusal.message });
  show("danger", [text, button(words.sendAnyway, () => (clear(), send()))]);
}

/** Says `text` with a button that takes the action back while there is time. */
export function offerUndo(text, undo) {
  const remove = show(
    "success",
    [element("p", { textContent: text }), button(words.undo, () => (remove(), undo()))],
    UNDO,
  );
}

/** Shows a link that will not be shown again, selected and ready to copy, and on request as a QR code. `said` holds
 * what else is told this once: whom it opens for, and its passcode. */
export function showLink(url, qr = "", said = "") {
  const input = element("input", { className: "input", readOnly: true, value: url });
  input.setAttribute("aria-label", words.linkLabel);
  const copyButton = button(words.copy, () => copy(url, input), "button button-primary");
  const row = element("div", { className: "notice-row" }, input, copyButton);
  const ready = element("p", { textContent: said || words.linkReady });
  show("info", [element("div", { className: "notice-body" }, ready, row, ...(qr ? [picture(qr)] : []))]);
  input.focus();
  input.select();
}

function picture(qr) {
  const image = element("img", { className: "qr", src: qr, alt: words.qrAlt });
  return element("details", {}, element("summary", { textContent: words.qr }), image);
}

/** Puts `text` on the clipboard. A frame may not always; then the text is selected for the keyboard. */
export async function copy(text, input = null) {
  try {
    await navigator.clipboard.writeText(text);
    if (!input) say(words.copied);
    else input.nextElementSibling.textContent = words.copied;
  } catch {
    if (!input) return showLink(text);
    input.focus();
    input.select();
    const copied = document.execCommand("copy");
    input.nextElementSibling.textContent = copied ? words.copied : words.copyByHand;
  }
}
