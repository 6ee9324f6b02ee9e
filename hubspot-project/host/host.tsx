// Draws a card's bundle in this page as HubSpot would: the bundle runs in a worker, this page only shows it.
import { RemoteRenderer, createController, createRemoteReceiver } from '@remote-ui/react/host';
import { createEndpoint, fromWebWorker } from '@remote-ui/rpc';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ACTIONS } from './actions';
import { COMPONENTS } from './components';
import type { HostApi, ProxyAnswer, ProxyRequest, WorkerApi } from './protocol';
import { Toasts } from './toasts';

interface Config {
  bundleUrl: string;
  workerUrl: string;
  proxyUrl: string;
  context: Record<string, unknown>;
  properties: Record<string, string | null>;
}

declare global {
  interface Window {
    /** What went wrong in any worker of this page, for people and tests to look at. */
    __host: { errors: string[]; started: number };
  }
}

window.__host = { errors: [], started: 0 };

function report(message: string) {
  window.__host.errors.push(message);
  console.error(message);
}

async function viaProxy(proxyUrl: string, request: ProxyRequest): Promise<ProxyAnswer> {
  const response = await fetch(proxyUrl, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(request),
  });
  return { status: response.status, body: await response.text() };
}

function hostApi({ proxyUrl, properties }: Config): HostApi {
  return {
    log: (level, data) => (level === 'error' ? report(String(data)) : undefined),
    crashed: report,
    action: (name, ...args) => ACTIONS[name]?.(...args),
    proxyFetch: (request) => viaProxy(proxyUrl, request),
    fetchCrmProperties: (names) =>
      Promise.resolve(Object.fromEntries(names.map((name) => [name, properties[name] ?? null]))),
  };
}

async function mount(element: HTMLElement) {
  const config = JSON.parse(element.dataset.cardHost ?? '{}') as Config;
  const receiver = createRemoteReceiver();
  const controller = createController(COMPONENTS);
  createRoot(element).render(<RemoteRenderer receiver={receiver} controller={controller} />);

  const worker = new Worker(config.workerUrl);
  worker.addEventListener('error', (event) => report(event.message));
  const endpoint = createEndpoint<WorkerApi>(fromWebWorker(worker));
  endpoint.expose(hostApi(config) as unknown as Parameters<typeof endpoint.expose>[0]);
  const { bundleUrl, context } = config;
  const options = {
    bundleUrl,
    context,
    actionNames: Object.keys(ACTIONS),
    components: Object.keys(COMPONENTS),
  };
  await endpoint.call.start(options, receiver.receive);
  window.__host.started += 1;
}

function showToasts() {
  const element = document.createElement('div');
  document.body.append(element);
  createRoot(element).render(
    <StrictMode>
      <Toasts />
    </StrictMode>,
  );
}

showToasts();
for (const element of document.querySelectorAll<HTMLElement>('[data-card-host]'))
  mount(element).catch((error: unknown) => {
    report(String(error));
    element.textContent = 'This card could not be started.';
  });
