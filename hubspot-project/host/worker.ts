// The world a card is born into: the globals that HubSpot's worker offers, then the card's own bundle.
/// <reference lib="webworker" />
import type { RemoteChannel } from '@remote-ui/core';
import * as RemoteUI from '@remote-ui/react';
import type { MessageEndpoint } from '@remote-ui/rpc';
import { createEndpoint, retain } from '@remote-ui/rpc';
import * as React from 'react';
import type { ProxyRequest, StartOptions, HostApi } from './protocol';

/** HubSpot's own default and the longest a request may take without asking for more. */
const DEFAULT_TIMEOUT_MS = 15_000;

type Extension = (api: Record<string, unknown>) => React.ReactElement;
type Globals = Record<string, unknown>;

const scope = self as unknown as Globals & MessageEndpoint & { importScripts: (url: string) => void };
const endpoint = createEndpoint<HostApi>(scope);
const host = endpoint.call;

let extension: Extension | undefined;
let api: { context: unknown; actions: Record<string, unknown> };

const messageOf = (error: unknown) =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

class Boundary extends React.Component<{ children: React.ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: unknown) {
    void host.crashed(messageOf(error));
  }

  override render() {
    return this.state.failed ? null : this.props.children;
  }
}

function refuse(name: string) {
  return () => {
    throw new Error(`${name} does not exist in a card: use hubspot.fetch.`);
  };
}

function provideFetch() {
  scope.hsFetch = async (url: string | URL, options: Partial<FetchOptions> = {}) => {
    const request: ProxyRequest = {
      requestUri: String(url),
      method: options.method ?? 'GET',
      requestTimeoutMillis: options.timeout ?? DEFAULT_TIMEOUT_MS,
      requestBody: options.body ?? null,
      requestHeaders: options.headers ?? {},
    };
    const { status, body } = await host.proxyFetch(request);
    return new Response(status === 204 ? null : body, { status });
  };
  for (const name of ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource']) scope[name] = refuse(name);
}

interface FetchOptions {
  method: string;
  timeout: number;
  body: unknown;
  headers: Record<string, string>;
}

function provideGlobals() {
  const log = (level: string) => (data: string | number) => void host.log(level, data);
  Object.assign(scope, {
    __HUBSPOT_EXTENSION_WORKER__: true,
    React,
    RemoteUI,
    extend_V2: (callback: Extension) => {
      extension = callback;
    },
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    serverless: () => Promise.reject(new Error('Serverless functions are not part of this app.')),
    hsWorkerAPI: {
      useExtensionContext: () => api.context,
      useExtensionActions: () => api.actions,
      useExtensionApi: () => api,
      fetchCrmProperties: async (names: string[]) => {
        const data = await host.fetchCrmProperties(names);
        return { json: () => Promise.resolve({ data, cleanup: () => undefined }) };
      },
    },
  });
}

async function start({ bundleUrl, context, actionNames, components }: StartOptions, channel: RemoteChannel) {
  // The channel outlives this call; without this the first update would meet a released function.
  retain(channel);
  const actions = Object.fromEntries(
    actionNames.map((name) => [name, (...args: unknown[]) => host.action(name, ...args)]),
  );
  api = { context, actions };
  scope.importScripts(bundleUrl);
  if (!extension) throw new Error('The bundle never called hubspot.extend.');
  const root = RemoteUI.createRemoteRoot(channel, { components, strict: false });
  const element = extension({ ...api, runServerlessFunction: scope.serverless });
  RemoteUI.createRoot(root).render(React.createElement(Boundary, null, element));
  await root.mount();
}

self.addEventListener('unhandledrejection', (event) => void host.crashed(messageOf(event.reason)));
provideFetch();
provideGlobals();
endpoint.expose({ start });
