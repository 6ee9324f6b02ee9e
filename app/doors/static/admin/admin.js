// The admin pages work without this file; it marks changes at once, asks how far they reach, and searches as one types.
"use strict";

const form = document.querySelector("form.safelist");
if (form) safelist(form);
copyButton();

function safelist(form) {
  const cells = [...form.querySelectorAll("select.cell")];
  const bar = form.querySelector(".bar");
  const says = form.querySelector("[data-sentences]");
  let asked = 0;
  let timer = 0;
  let sending = false;

  form.querySelector("[data-review]").hidden = true;

  form.addEventListener("change", (event) => {
    if (!event.target.matches("select.cell")) return;
    mark(event.target);
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  });
  form.addEventListener("submit", () => { sending = true; });
  form.addEventListener("keydown", move);
  addEventListener("beforeunload", (event) => { if (!sending && changed()) event.preventDefault(); });
  // A page that comes back from the browser's memory may be left again.
  addEventListener("pageshow", () => { sending = false; });

  const search = document.getElementById("q");
  search.addEventListener("input", () => filter(search.value));
  search.form.addEventListener("submit", (event) => event.preventDefault());

  function mark(cell) { cell.classList.toggle("cell--changed", cell.value !== cell.dataset.saved); }
  function changed() { return cells.some((cell) => cell.value !== cell.dataset.saved); }

  async function ask() {
    const mine = ++asked;
    let sentences;
    try {
      const answer = await fetch(form.dataset.reach, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!answer.ok) throw new Error(String(answer.status));
      sentences = (await answer.json()).sentences;
    } catch {
      sentences = ["How far this reaches cannot be told right now. Saving still works."];
    }
    if (mine === asked) tell(sentences); // a late answer never replaces a newer one
  }

  function tell(sentences) {
    bar.classList.toggle("bar--open", sentences.length > 0);
    const list = document.createElement(sentences.length ? "ul" : "p");
    list.className = sentences.length ? "lines" : "muted";
    if (!sentences.length) list.textContent = "Nothing is changed.";
    for (const sentence of sentences) {
      const line = document.createElement("li");
      line.textContent = sentence;
      list.append(line);
    }
    says.replaceChildren(list);
  }

  function filter(text) {
    const wanted = text.trim().toLowerCase();
    let shown = 0;
    for (const row of form.querySelectorAll("tr[data-search]")) {
      row.hidden = !row.dataset.search.toLowerCase().includes(wanted);
      shown += row.hidden ? 0 : 1;
    }
    form.querySelector("[data-nothing]").hidden = shown > 0;
  }

  function move(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!event.ctrlKey || !step || !event.target.matches("select.cell")) return;
    event.preventDefault();
    const rows = [...form.querySelectorAll("tbody tr:not([hidden]):not(.locked)")];
    const row = event.target.closest("tr");
    const column = [...row.querySelectorAll("select.cell")].indexOf(event.target);
    const next = rows[rows.indexOf(row) + step[0]]?.querySelectorAll("select.cell")[column + step[1]];
    if (next) next.focus();
  }
}

function copyButton() {
  const button = document.querySelector("[data-copy]");
  const source = document.querySelector("[data-copy-source]");
  if (!button || !source) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    source.select();
    try {
      await navigator.clipboard.writeText(source.value);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Press Ctrl+C"; // the text is selected already
    }
  });
}
