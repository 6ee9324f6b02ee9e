// The CRM's own part of the record page: editing properties, ticking tasks, fresh activity.
const POLL_MS = 4000;

for (const select of document.querySelectorAll('[data-submit-on-change]'))
  select.addEventListener('change', () => select.form.submit());

const record = document.querySelector('[data-record]');
if (record) start(record.dataset.record);

function start(address) {
  for (const control of document.querySelectorAll('.property [name]'))
    control.addEventListener('change', () => save(address, control));
  for (const tab of document.querySelectorAll('.tabs [role=tab]')) tab.addEventListener('click', () => select(tab));
  document.addEventListener('change', (event) => {
    if (event.target.matches('[data-task]')) tick(event.target);
  });
  document.addEventListener('record:changed', () => refresh(address));
  setInterval(() => {
    if (!document.hidden) refresh(address);
  }, POLL_MS);
}

async function save(address, control) {
  const note = document.querySelector(`[data-note="${control.name}"]`);
  note.classList.remove('bad');
  note.textContent = 'Saving…';
  const { ok, message } = await patch(address, { properties: { [control.name]: control.value } });
  note.textContent = ok ? 'Saved' : message;
  note.classList.toggle('bad', !ok);
}

async function tick(box) {
  const portal = location.pathname.split('/')[2];
  await patch(`/contacts/${portal}/tasks/${box.dataset.task}`, { done: box.checked });
}

async function patch(address, body) {
  try {
    const answer = await fetch(address, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return await answer.json();
  } catch {
    return { ok: false, message: 'The sandbox did not answer. Try again.' };
  }
}

async function refresh(address) {
  try {
    const [activity, properties] = await Promise.all([
      fetch(`${address}/activity`).then((answer) => (answer.ok ? answer.text() : null)),
      fetch(`${address}/properties`).then((answer) => (answer.ok ? answer.json() : null)),
    ]);
    if (activity !== null) showActivity(activity);
    if (properties) showProperties(properties);
  } catch {
    // The next round tries again.
  }
}

function showActivity(html) {
  const place = document.querySelector('[data-activity]');
  const fresh = new DOMParser().parseFromString(html, 'text/html').body;
  if (place.textContent !== fresh.textContent) place.replaceChildren(...fresh.childNodes);
}

function showProperties(values) {
  for (const [name, value] of Object.entries(values)) {
    const fixed = document.querySelector(`[data-property="${name}"]`);
    if (fixed) fixed.textContent = value || '–';
    const control = document.querySelector(`.property [name="${name}"]`);
    // What someone is typing is theirs until it is saved.
    if (control && control !== document.activeElement) control.value = value;
  }
}

function select(tab) {
  for (const other of tab.parentElement.children) {
    const chosen = other === tab;
    other.setAttribute('aria-selected', String(chosen));
    document.getElementById(other.getAttribute('aria-controls')).hidden = !chosen;
  }
}
