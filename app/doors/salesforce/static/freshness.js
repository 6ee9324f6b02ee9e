// How old what is shown is: always in sight, and said plainly when there is no way to ask for news.

import { words } from "./words.js";

const TICK = 20_000; // ms: the smallest step the line shows is a minute
const STEPS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const line = document.getElementById("fresh");
const age = document.getElementById("age");
const button = document.getElementById("refresh");

/** `refresh` reads the CRM anew. Texts are in the `locale` that Salesforce names. */
export function createFreshness(refresh, locale) {
  const relative = formatter(locale);
  let asOf = null;
  let lost = false;

  function show() {
    const text = asOf ? relative(asOf) : "";
    line.classList.toggle("fresh-lost", lost);
    line.setAttribute("aria-live", lost ? "polite" : "off"); // a loss is told, the passing of minutes is not
    age.textContent = lost ? words.lost(text) : text && words.read(text);
    age.title = asOf ? asOf.toLocaleString() : "";
    button.textContent = lost ? words.retry : words.refresh;
  }

  button.addEventListener("click", refresh);
  setInterval(show, TICK);

  return {
    /** The card was read just now, or is still the newest. `moment` is when the CRM was read for it, if it says. */
    good(moment) {
      if (moment) asOf = new Date(moment);
      lost = false;
      line.hidden = false;
      show();
    },

    /** Nobody answers. What is shown stays, and says how old it is. */
    lose() {
      lost = true;
      line.hidden = false;
      show();
    },

    get lost() {
      return lost;
    },
  };
}

function formatter(locale) {
  const made = new Intl.RelativeTimeFormat(known(locale), { numeric: "auto" });
  return (moment) => {
    const seconds = (Date.now() - moment.getTime()) / 1000;
    const [unit, size] = STEPS.find(([, least]) => seconds >= least) ?? ["minute", 60];
    return made.format(-Math.floor(Math.max(seconds, 0) / size), unit);
  };
}

/** A locale that this browser can write, whatever Salesforce calls it. */
function known(locale) {
  try {
    return Intl.getCanonicalLocales((locale ?? "").replaceAll("_", "-"))[0] ?? "en";
  } catch {
    return "en";
  }
}
