// Makes the share pages better; they work without it. Notes the viewer's time zone, keeps a draft of the reply on
// this device until it is sent, stops a form from being sent twice by a double click, asks again while an answer is
// on its way, and writes into copied prose whose page it came from.
"use strict";

(() => {
  const FIRST_WAIT = 3000;
  const LONGEST_WAIT = 60000;
  const GIVE_UP = 15 * 60000;

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const known = document.cookie.split("; ").includes(`alongside-zone=${zone}`);
  if (!known && /^[A-Za-z][A-Za-z0-9_+\/-]{1,63}$/.test(zone)) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `alongside-zone=${zone}; Path=/s; Max-Age=31536000; SameSite=Lax${secure}`;
  }

  for (const form of document.forms) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "1";
      for (const button of form.querySelectorAll("button[type=submit]")) {
        button.setAttribute("aria-busy", "true");
      }
    });
  }
  addEventListener("pageshow", () => {
    for (const form of document.forms) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-busy]")) {
        button.removeAttribute("aria-busy");
      }
    }
  });

  const cards = document.getElementById("cards");
  if (!cards) {
    return;
  }

  // A draft lives in this tab only and goes with it.
  const draft = `draft:${location.pathname}`;
  const box = () => cards.querySelector("#card-thread textarea[name=body]");
  const keep = () => {
    const field = box();
    if (field) {
      try {
        sessionStorage.setItem(draft, field.value);
      } catch {
        // Storage is off: then there is no draft.
      }
    }
  };
  const restore = () => {
    const field = box();
    if (field && !field.value) {
      try {
        field.value = sessionStorage.getItem(draft) || "";
      } catch {
        // As above.
      }
    }
  };
  restore();
  cards.addEventListener("input", keep);
  cards.addEventListener("submit", (event) => {
    if (event.target.action.endsWith("/reply")) {
      try {
        sessionStorage.removeItem(draft);
      } catch {
        // As above.
      }
    }
  });
  cards.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
      event.target.form.requestSubmit();
    }
  });

  // The mark in copied text: characters without width after the ends of sentences. Never inside an address, a number
  // or anything that looks like code, where they would break what is pasted.
  const SENTENCE = /(\S*\p{L}[.!?…。！？]["'’”»)\]]*)(?=\s|$)/gu;
  const NOT_PROSE = /[{}<>\\=;`|]|:\/\//;
  const NOT_A_WORD = /[/@#_:0-9]/;
  const LEAST_PROSE = 20;
  let mark = "";
  fetch(`${location.pathname.split("/", 4).join("/")}/mark.txt`)
    .then((answer) => (answer.ok ? answer.text() : ""))
    .then((text) => {
      mark = text;
    })
    .catch(() => {}); // offline: then a copy stays as it is

  const markLine = (line) => {
    if (line.trim().length < LEAST_PROSE || NOT_PROSE.test(line)) {
      return line;
    }
    const told = line.replace(SENTENCE, (word) => (NOT_A_WORD.test(word) ? word : word + mark));
    const words = line.trim().split(/\s+/u);
    const open = told === line && words.length > 4 && !NOT_A_WORD.test(words.at(-1));
    return open ? line.trimEnd() + mark + line.slice(line.trimEnd().length) : told;
  };
  const markText = (text) => text.split("\n").map(markLine).join("\n");

  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (!mark || selection.isCollapsed || event.target.closest?.("input, textarea, pre, code")) {
      return;
    }
    const plain = selection.toString();
    const marked = markText(plain);
    if (marked === plain) {
      return;
    }
    const copy = document.createElement("div");
    for (let range = 0; range < selection.rangeCount; range += 1) {
      copy.append(selection.getRangeAt(range).cloneContents());
    }
    for (const part of copy.querySelectorAll("form, input, textarea, button, script, svg, [aria-hidden=true]")) {
      part.remove();
    }
    const texts = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      if (!texts.currentNode.parentElement.closest("a, pre, code")) {
        texts.currentNode.data = markText(texts.currentNode.data);
      }
    }
    event.clipboardData.setData("text/plain", marked);
    event.clipboardData.setData("text/html", new XMLSerializer().serializeToString(copy));
    event.preventDefault();
  });

  const fresh = async () => {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (!answer.ok) {
      location.reload(); // the link has ended, or the session has: show what a visitor would see
      return null;
    }
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  // Replaces each card whose content changed, and never the one that somebody is typing in.
  const show = (page) => {
    const next = page.getElementById("cards");
    for (const card of next.querySelectorAll(":scope > article")) {
      const old = document.getElementById(card.id);
      if (!old) {
        cards.replaceChildren(...next.childNodes);
        restore();
        break;
      }
      if (old.dataset.version !== card.dataset.version) {
        const field = old.contains(document.activeElement) && document.activeElement.matches("textarea, input");
        if (!field) {
          const typed = [...old.querySelectorAll("input[id], textarea[id]")].map((each) => [
            each.id,
            each.value,
            each.closest("details")?.open,
          ]);
          old.replaceWith(card);
          for (const [id, value, open] of typed) {
            const box = document.getElementById(id);
            if (box && value) {
              box.value = value;
            }
            const fold = box?.closest("details");
            if (fold && open) {
              fold.open = true;
            }
          }
        }
      }
    }
    document.querySelector("svg.mark")?.replaceWith(page.querySelector("svg.mark"));
    cards.toggleAttribute("data-waiting", next.hasAttribute("data-waiting"));
  };

  const started = Date.now();
  let wait = FIRST_WAIT;
  const again = () => {
    if (!cards.hasAttribute("data-waiting") || Date.now() - started > GIVE_UP) {
      return;
    }
    setTimeout(async () => {
      if (!document.hidden) {
        try {
          const page = await fresh();
          if (page) {
            show(page);
          }
        } catch {
          // Offline: the next round asks again.
        }
      }
      wait = Math.min(wait * 1.5, LONGEST_WAIT);
      again();
    }, wait);
  };
  again();
  if (!known && zone !== "UTC") {
    fresh().then((page) => page && show(page)).catch(() => {});
  }
})();
