// Reads forms, and keeps what was typed while a card is drawn anew.

const drafts = new Map();

const nameOf = (card, form, field) => `${card}/${form.id || form.dataset.command}/${field.name}`;
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.type !== "submit");

/** What the form sends: its fixed values and what was typed. What is and was empty is left out. */
export function valuesOf(form) {
  const values = JSON.parse(form.dataset.fixed || "{}");
  for (const field of fieldsOf(form)) {
    if (field.type === "radio" && !field.checked) continue;
    if (field.type === "checkbox") {
      if (field.checked) values[field.name] = field.value === "on" ? "true" : field.value;
    } else if (field.value !== "" || field.defaultValue) values[field.name] = field.value;
  }
  return values;
}

export function keep(card, form) {
  for (const field of fieldsOf(form)) {
    if (field.type === "radio" && !field.checked) continue;
    drafts.set(nameOf(card, form, field), field.type === "checkbox" ? field.checked : field.value);
  }
}

export function forget(card, form) {
  for (const field of fieldsOf(form)) drafts.delete(nameOf(card, form, field));
}

/** Puts back what was typed into every form of the card. */
export function restore(card, root) {
  for (const form of root.querySelectorAll("form[data-command]")) {
    for (const field of fieldsOf(form)) {
      const draft = drafts.get(nameOf(card, form, field));
      if (draft === undefined) continue;
      if (field.type === "radio") field.checked = field.value === draft;
      else if (field.type === "checkbox") field.checked = draft;
      else field.value = draft;
    }
    showAudience(form);
  }
}

/** Lets the colour around a composer say who will read it. */
export function showAudience(form) {
  const chosen = form.querySelector('[name="audience"]:checked, select[name="audience"]');
  if (chosen) form.dataset.audience = chosen.value;
}

/** Where the person is within the card, and how to go back there after it was drawn anew. */
export function holdPlace(root) {
  const active = document.activeElement;
  const form = root.contains(active) ? active.closest("form") : null;
  if (!form || !active.name) return () => {};
  const { name, selectionStart, selectionEnd, value } = active;
  return () => {
    const same = root.querySelector(`form#${CSS.escape(form.id)} [name="${CSS.escape(name)}"]`);
    if (!same) return;
    if (same.type === "radio") root.querySelector(`form#${CSS.escape(form.id)} [name="${CSS.escape(name)}"]:checked`)?.focus();
    else same.focus({ preventScroll: true });
    if (typeof selectionStart === "number" && same.value === value) same.setSelectionRange(selectionStart, selectionEnd);
  };
}

const attempts = new Map();

/** The idempotency key of this content: the same until it is settled, so a repeat after a failure whose effect is
 * unknown cannot do the thing twice. */
export function keyOf(place, content) {
  const attempt = attempts.get(place);
  if (attempt?.content === content) return attempt.key;
  const key = newKey();
  attempts.set(place, { content, key });
  return key;
}

export function settleKey(place) {
  attempts.delete(place);
}

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
