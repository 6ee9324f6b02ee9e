// Offers names while someone types @ in a message: owners and partner contacts, as the card lists them.

import { element } from "./notices.js";

const TYPED = /(^|\s)@([^\s@]*)$/u;
const MOST = 6;

/** Shows, renews or takes away the list under `box`, for what stands before the caret. */
export function suggest(box) {
  close(box);
  if (!box.dataset.mentions) return;
  const typed = TYPED.exec(box.value.slice(0, box.selectionStart));
  if (!typed) return;
  const wanted = typed[2].toLowerCase();
  const people = JSON.parse(box.dataset.mentions).filter((person) => person.join(" ").toLowerCase().includes(wanted));
  if (people.length) open(box, people.slice(0, MOST), typed[2].length);
}

function open(box, people, typed) {
  const list = element("ul", { className: "mentions", id: `${box.id}-people` });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "People");
  people.forEach(([address, name], at) => {
    const item = element("li", { textContent: `${name} · ${address}`, id: `${list.id}-${at}` });
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(at === 0));
    item.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the caret stays where it is
      choose(box, name, typed);
    });
    list.append(item);
  });
  box.after(list);
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-activedescendant", `${list.id}-0`);
  box.onkeydown = (event) => steer(event, box, list, people, typed);
  box.onblur = () => close(box);
}

function close(box) {
  const list = box.nextElementSibling;
  if (!list?.classList.contains("mentions")) return;
  list.remove();
  box.onkeydown = box.onblur = null;
  box.removeAttribute("aria-controls");
  box.removeAttribute("aria-activedescendant");
}

function steer(event, box, list, people, typed) {
  const items = [...list.children];
  const at = items.findIndex((item) => item.ariaSelected === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    const next = (at + step + items.length) % items.length;
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === next)));
    box.setAttribute("aria-activedescendant", items[next].id);
  } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
    choose(box, people[at][1], typed);
  } else if (event.key === "Escape") close(box);
  else return;
  event.preventDefault();
}

/** Puts the name in the place of what was typed after the @. */
function choose(box, name, typed) {
  const caret = box.selectionStart;
  box.setRangeText(`${name} `, caret - typed, caret, "end");
  close(box);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  close(box);
}
