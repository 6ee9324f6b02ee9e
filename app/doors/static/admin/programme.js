// The editor works without this file; it says at once what the edited rules mean, and asks before edits are left behind.
"use strict";

const editor = document.querySelector("[data-programme]");
if (editor) programme(editor);

function programme(editor) {
  let touched = "draft" in editor.dataset; // a draft that came back from the server is as unsaved as what is typed
  let sending = false;
  let timer = 0;
  let asked = 0;

  editor.addEventListener("input", () => {
    touched = true;
    clearTimeout(timer);
    timer = setTimeout(read, 400);
  });
  editor.addEventListener("submit", () => { sending = true; });
  addEventListener("beforeunload", (event) => { if (touched && !sending) event.preventDefault(); });
  addEventListener("pageshow", () => { sending = false; });

  async function read() {
    const mine = ++asked;
    const form = new URLSearchParams(new FormData(editor));
    form.set("do", "read");
    try {
      const answer = await fetch(editor.action, { method: "POST", body: form });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== asked) return; // a late answer never replaces a newer one
      for (const means of editor.querySelectorAll("[data-means]")) {
        const said = page.querySelector(`[data-means="${means.dataset.means}"]`);
        if (said) means.replaceChildren(...said.childNodes);
      }
    } catch {
      // What was said last stays; the next change asks again, and trying on past cases says it in any case.
    }
  }
}
