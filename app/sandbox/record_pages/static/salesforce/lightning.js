// A record page's own behaviour: inline edit through the REST API, and native lists that stay fresh.

import { startCanvas } from "./canvas_host.js";

const REFRESH = 4_000; // ms: rows that the integration writes show soon after

const meta = document.querySelector('meta[name="record"]');
const native = document.getElementById("native");

async function refresh() {
  if (native.querySelector(".editing")) return;
  const answer = await fetch(meta.dataset.native, { cache: "no-store" });
  if (!answer.ok) return;
  const html = await answer.text();
  if (native.dataset.last !== html && !native.querySelector(".editing")) {
    native.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  }
  native.dataset.last = html;
}

/** Saves one field as the logged-in user. Resolves with what the org refused, or nothing. */
async function save(field, value) {
  const answer = await fetch(meta.dataset.rest, {
    method: "PATCH",
    headers: { Authorization: `Bearer ${meta.dataset.session}`, "Content-Type": "application/json" },
    body: JSON.stringify({ [field]: value }),
  });
  if (answer.ok) return "";
  const errors = await answer.json().catch(() => []);
  return errors[0]?.message ?? "The record could not be saved.";
}

function control(type, raw) {
  if (type !== "select") return Object.assign(document.createElement("input"), { type, value: raw, step: "any" });
  const select = document.createElement("select");
  for (const stage of meta.dataset.stages.split("|")) select.add(new Option(stage, stage, false, stage === raw));
  return select;
}

function edit(button) {
  const { edit: field, type, raw } = button.dataset;
  const place = button.closest("dd");
  const input = control(type, raw);
  input.setAttribute("aria-label", button.getAttribute("aria-label"));
  const form = document.createElement("form");
  form.className = "editing";
  const saveButton = Object.assign(document.createElement("button"), { textContent: "Save" });
  const cancel = Object.assign(document.createElement("button"), { type: "button", textContent: "Cancel" });
  const error = Object.assign(document.createElement("p"), { className: "error" });
  error.setAttribute("role", "alert");
  form.append(input, saveButton, cancel, error);
  const close = () => (form.remove(), refresh());
  cancel.addEventListener("click", close);
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const value = type === "number" && input.value !== "" ? Number(input.value) : input.value || null;
    error.textContent = await save(field, value);
    if (!error.textContent) close();
  });
  place.replaceChildren(form);
  native.dataset.last = "";
  input.focus();
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.submit();
});

if (meta) {
  native.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.edit) edit(button);
    else if (button?.dataset.stage) {
      const error = await save("StageName", button.dataset.stage);
      if (error) window.alert(error);
      await refresh();
    }
  });
  setInterval(() => document.visibilityState === "visible" && refresh().catch(() => {}), REFRESH);
}
startCanvas();
