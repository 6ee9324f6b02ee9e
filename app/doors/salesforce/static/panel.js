// The panel: seven tabs, or a contact's one card, commands and what they answer.

import { createApi, Refusal } from "./api.js";
import { hostBridge } from "./bridge/index.js";
import { forget, holdPlace, keep, keyOf, restore, settleKey, showAudience, valuesOf } from "./forms.js";
import { createFreshness } from "./freshness.js";
import { suggest } from "./mentions.js";
import { actAt, bringBeside, clear, copy, element, lookAgain, offerUndo, say, sayFailure, showLink } from "./notices.js";
import { words } from "./words.js";

const POLL = 15_000; // ms: a partner's answer shows within seconds, and an unchanged card costs one empty answer

const content = document.getElementById("panel");
const root = document.getElementById("card");
let tabs = [...document.querySelectorAll("[data-tab]")];

const { bridge, session, api } = await connect(content.dataset.host);
const fresh = createFreshness(() => open(asked.card, { ...asked.params, refresh: "1" }), session.locale);
const seen = new Map();
const [first] = tabs.map((tab) => tab.dataset.tab);

let asked = { card: first, params: {} };
let shown = { card: first, params: {}, version: "", asked: null };
let latest = 0;
let awaited = 0; // the question that somebody waits in front of, while it is the latest
let composing = false;

async function connect(host) {
  try {
    const bridge = await hostBridge(host);
    const session = await bridge.session();
    const api = createApi(session, bridge);
    const granted = session.token ? session : await api.begin();
    document.querySelector(".foot")?.toggleAttribute("hidden", !granted.admin);
    if (granted.record?.startsWith("contact:")) showOnly("certifications");
    return { bridge, session, api };
  } catch (error) {
    root.setAttribute("aria-busy", "false");
    root.replaceChildren();
    sayFailure(error instanceof Refusal ? error : new Refusal("unopened", words.unopened));
    throw error;
  }
}

/** A frame that learns only now whose page it is on leaves one card: a contact has no others. */
function showOnly(card) {
  for (const tab of tabs) if (tab.dataset.tab !== card) tab.remove();
  tabs = tabs.filter((tab) => tab.isConnected);
  document.querySelector("[role=tablist]").hidden = true;
  root.setAttribute("role", "region");
  root.setAttribute("aria-labelledby", `tab-${card}`);
}

// --- cards -------------------------------------------------------------------------------------------------------

/** Shows a card. `quiet` leaves the present one in place until there is news, and says nothing of failures. */
async function open(card, params = {}, { quiet = false } = {}) {
  const mine = ++latest;
  const same = quiet && card === shown.card;
  if (!quiet) {
    asked = { card, params };
    awaited = mine;
    mark(card);
    actAt(root);
  }
  try {
    const answer = await api.card(card, params, same ? shown.version : "");
    if (mine !== latest) return; // a newer question was asked meanwhile
    if (answer) draw(card, params, answer, same);
    else {
      shown.asked = asked;
      root.setAttribute("aria-busy", "false");
    }
    fresh.good(root.querySelector("[data-as-of]")?.dataset.asOf);
  } catch (error) {
    if (mine === latest) failed(card, params, asRefusal(error), quiet);
  } finally {
    if (mine === awaited) awaited = 0;
  }
}

/** Keeps showing what was known of the card when there is no connection; says what went wrong otherwise. */
function failed(card, params, refusal, quiet) {
  const known = seen.get(card);
  if (refusal.uncertain || quiet) fresh.lose();
  if (quiet) return;
  root.setAttribute("aria-busy", "false");
  if (refusal.uncertain && known) {
    draw(card, params, known, card === shown.card);
    return;
  }
  root.replaceChildren();
  sayFailure(refusal, () => open(card, params));
}

function mark(card) {
  if (card !== shown.card || !root.dataset.card) root.replaceChildren(skeleton());
  root.setAttribute("aria-busy", "true");
  root.setAttribute("aria-labelledby", `tab-${card}`);
  for (const tab of tabs) {
    const selected = tab.dataset.tab === card;
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
  }
}

function skeleton() {
  const lines = element("div", { className: "skeleton" }, ..."1234".split("").map(() => element("i")));
  lines.setAttribute("aria-hidden", "true");
  return lines;
}

function draw(card, params, { html, version }, same) {
  const unfolded = same ? [...root.querySelectorAll("details[open]")].map(foldName) : [];
  const thread = same ? root.querySelector(".al-thread") : null;
  const reading = thread && thread.scrollHeight - thread.scrollTop - thread.clientHeight > 40 ? thread.scrollTop : null;
  const goBack = holdPlace(root);

  root.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  const { refresh: _, ...kept } = params; // reading the CRM anew is asked for once, not at every look
  shown = { card, params: kept, version, asked };
  seen.set(card, { html, version });
  root.dataset.card = card;
  root.setAttribute("aria-busy", "false");
  restore(card, root);
  for (const fold of root.querySelectorAll("details")) if (unfolded.includes(foldName(fold))) fold.open = true;
  const newThread = root.querySelector(".al-thread");
  if (newThread) {
    newThread.scrollTop = reading ?? newThread.scrollHeight;
    letKeysScroll();
  }
  goBack();
}

/** A thread that is longer than its window is scrolled by keys, too: also when the column became narrower since. */
function letKeysScroll() {
  const thread = root.querySelector(".al-thread");
  if (!thread) return;
  if (thread.scrollHeight > thread.clientHeight) thread.tabIndex = 0;
  else thread.removeAttribute("tabindex");
}

const foldName = (fold) => fold.id || fold.querySelector("summary")?.textContent.trim();

/** Shows what there is now of the card that somebody wanted last, be it there, on its way or refused. */
function reload() {
  const { card, params } = shown.asked === asked ? shown : asked;
  return open(card, params, { quiet: awaited !== latest });
}

// --- commands ----------------------------------------------------------------------------------------------------

const fixedOf = (button) => JSON.parse(button.dataset.fixed || "{}");
const asRefusal = (error) => (error instanceof Refusal ? error : new Refusal("internal", words.failed, 500));

/** Sends a form. What was typed stays, or comes back, until the server has it. */
async function submit(form, agreed = {}) {
  actAt(form.querySelector("[type=submit]") ?? form);
  if (form.getAttribute("aria-busy") === "true" || !form.reportValidity()) return;
  if (form.dataset.confirm && !(await confirmed(form.dataset.confirm))) return;
  const { card } = shown;
  const { command } = form.dataset;
  const fields = { ...valuesOf(form), ...agreed };
  const place = `${card}/${form.id}/${command}`;
  latest += 1; // an answer on its way must not redraw the form under our hands
  const withdraw = command === "thread.post" ? showPending(form, fields) : () => {};
  setBusy(form, true);
  clear();
  try {
    const answer = await api.run(command, fields, keyOf(place, JSON.stringify(fields)));
    settleKey(place);
    forget(card, form);
    form.reset();
    const fold = form.closest("details");
    if (fold) fold.open = false;
    await settle(answer);
  } catch (error) {
    withdraw();
    const refusal = asRefusal(error);
    if (!refusal.uncertain) settleKey(place);
    if (refusal.reason === "needs_confirm") lookAgain(refusal, () => submit(form, same(valuesOf(form), fields) ? { confirm: "true" } : {}));
    else sayFailure(refusal, refusal.uncertain ? () => submit(form, agreed) : null);
    form.querySelector("textarea, input:not([type=hidden])")?.focus();
  } finally {
    setBusy(form, false);
  }
}

/** Whether the form says what was looked at: what was typed since is looked at anew. */
const same = (now, sent) => Object.keys(now).every((name) => now[name] === sent[name]);

function setBusy(form, busy) {
  form.setAttribute("aria-busy", String(busy));
  for (const button of form.querySelectorAll("button")) button.disabled = busy;
}

/** The message as it will stand, at once. Returns what takes it away and puts the text back. */
function showPending(form, fields) {
  const thread = root.querySelector("ol.al-thread");
  const box = form.querySelector('[name="body"]');
  if (!thread || !box) return () => {};
  const text = box.value;
  const audience = fields.audience === "team" ? "al-message--team" : "";
  const pending = element(
    "li",
    { className: `al-message al-message--us ${audience} al-message--pending` },
    element("p", { className: "al-message__body", textContent: text, dir: "auto" }),
    element("p", { className: "al-muted al-message__state", textContent: words.sending }),
  );
  thread.append(pending);
  thread.scrollTop = thread.scrollHeight;
  box.value = "";
  return () => {
    pending.remove();
    box.value = text;
  };
}

async function settle({ result = {}, message }) {
  if (typeof result.url === "string" && result.url) showLink(result.url, result.qr, message);
  else say(message || words.done);
  await reload();
}

async function press(button) {
  actAt(button);
  const { command, undo, confirm } = button.dataset;
  const fields = fixedOf(button);
  if (confirm && !(await confirmed(confirm, button.firstChild.textContent.trim()))) return;
  button.disabled = true;
  clear();
  try {
    const answer = await runOnce(command, fields);
    if (undo) {
      offerUndo(answer.message || words.done, () => takeBack(undo, fields));
      await reload();
    } else await settle(answer);
  } catch (error) {
    sayFailure(asRefusal(error));
  } finally {
    button.disabled = false;
  }
}

async function takeBack(command, fields) {
  try {
    await runOnce(command, fields);
    say(words.undone);
  } catch (error) {
    sayFailure(asRefusal(error));
  }
  await reload();
}

async function runOnce(command, fields) {
  const content = JSON.stringify(fields);
  const place = `${command}/${content}`;
  try {
    const answer = await api.run(command, fields, keyOf(place, content));
    settleKey(place);
    return answer;
  } catch (error) {
    if (!asRefusal(error).uncertain) settleKey(place);
    throw error;
  }
}

/** Asks in the page: a frame may not open the browser's own question. */
function confirmed(question, label = words.continue) {
  const dialog = document.getElementById("confirm");
  document.getElementById("confirm-text").textContent = question;
  document.getElementById("confirm-yes").textContent = label;
  dialog.returnValue = "no";
  dialog.showModal();
  dialog.style.top = bringBeside(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

// --- events ------------------------------------------------------------------------------------------------------

root.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (link) {
    event.preventDefault(); // leaving the page would lose the session
    window.open(link.href, "_blank", "noopener");
    return;
  }
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.command && button.type !== "submit") press(button);
  else if (button.dataset.copy) {
    actAt(button);
    copy(button.dataset.copy);
  } else if (button.dataset.card) open(button.dataset.card, fixedOf(button));
});

root.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.dataset.command) submit(event.target);
});

root.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-command]");
  if (!form) return;
  keep(shown.card, form);
  showAudience(form);
  suggest(event.target);
});

root.addEventListener("compositionstart", () => (composing = true));
root.addEventListener("compositionend", () => (composing = false));

root.addEventListener("keydown", (event) => {
  if (event.defaultPrevented) return;
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest("form[data-command]");
  if (form) form.requestSubmit();
});

const list = document.querySelector("[role=tablist]");
list.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tab]");
  if (tab) open(tab.dataset.tab);
});
list.addEventListener("keydown", (event) => {
  const at = tabs.indexOf(document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  const tab = tabs[(to + tabs.length) % tabs.length];
  tab.focus();
  open(tab.dataset.tab);
});

document.getElementById("admin")?.addEventListener("click", async (event) => {
  const page = window.open("about:blank", "_blank"); // at once, or the browser takes it for an advertisement
  event.target.disabled = true;
  try {
    const { result } = await api.run("admin.enter", {}, keyOf("admin", String(Date.now())));
    if (page) page.opener = null;
    if (page) page.location = result.url;
    else showLink(result.url);
  } catch (error) {
    page?.close();
    sayFailure(asRefusal(error));
  } finally {
    event.target.disabled = false;
  }
});

new ResizeObserver(() => {
  bridge.resize(content.getBoundingClientRect().height);
  letKeysScroll();
}).observe(content);

setInterval(() => {
  const busy = awaited === latest || composing || root.querySelector('[aria-busy="true"]');
  if (!busy && document.visibilityState === "visible") reload();
}, POLL);

window.addEventListener("online", () => fresh.lost && reload());

for (const tab of tabs) tab.disabled = false; // until here a click would have been lost
open(first);
