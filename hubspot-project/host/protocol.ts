import type { RemoteChannel } from '@remote-ui/core';

/** What the page offers its worker. Everything crosses as plain JSON, functions as proxies. */
export interface HostApi {
  log(level: string, data: string | number): void;
  crashed(message: string): void;
  action(name: string, ...args: unknown[]): unknown;
  proxyFetch(request: ProxyRequest): Promise<ProxyAnswer>;
  fetchCrmProperties(names: string[]): Promise<Record<string, string | null>>;
}

/** What the worker offers the page. */
export interface WorkerApi {
  start(options: StartOptions, channel: RemoteChannel): Promise<void>;
}

export interface StartOptions {
  bundleUrl: string;
  context: Record<string, unknown>;
  actionNames: string[];
  components: string[];
}

/** The body that HubSpot's own development proxy takes. */
export interface ProxyRequest {
  requestUri: string;
  method: string;
  requestTimeoutMillis: number;
  requestBody: unknown;
  requestHeaders: Record<string, string>;
}

export interface ProxyAnswer {
  status: number;
  body: string;
}
