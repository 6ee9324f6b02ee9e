import { hubspot } from '@hubspot/ui-extensions';
import type { Overview, Policy, Reach, Safelist } from './types';

const TIMEOUT_MS = 10_000;

/** What every call ends in. `unreachable` means nobody knows whether it was carried out; the others are certain. */
export type Outcome<T> =
  | { kind: 'ok'; value: T }
  | { kind: 'refused'; reason: string; message: string; field: string }
  | { kind: 'unreachable'; message: string };

export interface Done {
  result: Record<string, unknown>;
  message: string;
}

export interface Command {
  command: string;
  fields: Record<string, unknown>;
}

export interface Api {
  overview(): Promise<Outcome<Overview>>;
  safelist(type: string): Promise<Outcome<Safelist>>;
  reach(body: Policy): Promise<Outcome<Reach>>;
  run(command: Command, idempotencyKey: string): Promise<Outcome<Done>>;
}

const UNREACHABLE = 'Alongside could not be reached. Nothing was lost; try again in a moment.';

type Json = Record<string, unknown>;

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);

/** HubSpot's proxy rewrites statuses, so only our own `ok` in the body tells how a call ended. */
async function ask<T>(
  url: string,
  options: Parameters<typeof hubspot.fetch>[1],
  read: (body: Json) => T | null,
): Promise<Outcome<T>> {
  let body: unknown;
  try {
    const response = await hubspot.fetch(url, { timeout: TIMEOUT_MS, ...options });
    body = await response.json();
  } catch {
    return { kind: 'unreachable', message: UNREACHABLE };
  }
  if (!isJson(body)) return { kind: 'unreachable', message: UNREACHABLE };
  if (body.ok === false && typeof body.message === 'string')
    return { kind: 'refused', reason: text(body.reason), message: body.message, field: text(body.field) };
  const value = body.ok === true ? read(body) : null;
  return value === null ? { kind: 'unreachable', message: UNREACHABLE } : { kind: 'ok', value };
}

const part =
  <T>(name: string) =>
  (body: Json) =>
    isJson(body[name]) ? (body[name] as T) : null;

/** The settings page's calls. HubSpot signs them and says who asks, so no identity is sent. */
export function createApi(origin: string): Api {
  const base = `${origin}/hubspot`;
  return {
    overview: () =>
      ask(
        `${base}/settings?${new URLSearchParams({ origin })}`,
        { method: 'GET' },
        part<Overview>('settings'),
      ),
    safelist: (type) =>
      ask(
        `${base}/settings/safelist?${new URLSearchParams({ type })}`,
        { method: 'GET' },
        part<Safelist>('safelist'),
      ),
    reach: (body) => ask(`${base}/settings/reach`, { method: 'POST', body: { body } }, part<Reach>('reach')),
    run: ({ command, fields }, idempotencyKey) =>
      ask(
        `${base}/actions/${encodeURIComponent(command)}`,
        { method: 'POST', body: { idempotencyKey, fields } },
        (body) => ({ result: isJson(body.result) ? body.result : {}, message: text(body.message, 'Done.') }),
      ),
  };
}
