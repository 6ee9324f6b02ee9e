// The host's side of the canvas, as an org's own page plays it: sizes the frame, and signs anew when asked.

const frame = document.getElementById("canvas-frame");
const form = document.getElementById("canvas-form");

async function signAgain() {
  const answer = await fetch(frame.dataset.refresh, { cache: "no-store" });
  if (!answer.ok) throw new Error(`the org answered ${answer.status}`);
  return (await answer.json()).signed_request;
}

function reply(seq, status, payload) {
  const message = { seq, status, payload, parentVersion: "41.0", targetModule: "Canvas" };
  frame.contentWindow.postMessage(JSON.stringify(message), frame.dataset.origin);
}

const answers = {
  resize({ size = {} }) {
    const height = /^(\d{1,5})px$/.exec(size.height ?? "");
    if (height) frame.style.height = `${height[1]}px`;
  },
  async refresh(_, seq) {
    try {
      reply(seq, 200, { response: await signAgain() });
    } catch {
      reply(seq, 500, { message: "The signed request could not be refreshed." });
    }
  },
  async repost() {
    form.elements.signed_request.value = await signAgain();
    form.submit();
  },
};

function onMessage(event) {
  if (event.source !== frame.contentWindow || event.origin !== frame.dataset.origin) return;
  let message;
  try {
    message = JSON.parse(event.data);
  } catch {
    return;
  }
  const { targetModule, src, seq, body } = message ?? {};
  if (targetModule !== "Canvas" || src !== "client") return;
  if (body?.config?.client?.instanceId !== frame.dataset.instance) return;
  if (Object.hasOwn(answers, body.type)) answers[body.type](body, seq);
}

export function startCanvas() {
  if (!frame) return;
  window.addEventListener("message", onMessage);
  document.getElementById("canvas-repost").addEventListener("click", () => answers.repost());
  form.submit();
}
