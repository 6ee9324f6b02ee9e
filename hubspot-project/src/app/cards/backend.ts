import { hubspot } from '@hubspot/ui-extensions';
import type { Card } from './types';

/** HubSpot gives up after 15 s; we give up earlier, so that a person still waits when they read the sentence. */
const TIMEOUT_MS = 8_000;

/** What every call ends in. `unreachable` means nobody knows whether it was carried out; the others are certain. */
export type Outcome<T> =
  | { kind: 'ok'; value: T }
  | { kind: 'refused'; reason: string; message: string; field: string }
  | { kind: 'unreachable'; message: string };

export interface RecordRef {
  objectType: string;
  objectId: string;
}

/** How and where a card is read: `locale` is how this user reads dates and amounts, `place` where HubSpot shows it. */
export interface Reading {
  locale: string;
  place: 'tab' | 'sidebar';
}

export type Params = Record<string, string>;

export interface CommandResult {
  result: Record<string, unknown>;
  message: string;
}

export interface CommandRequest {
  command: string;
  fields: Params;
  idempotencyKey: string;
}

/** The calls a card may make. Injected, so that a test can stand in for the backend. */
export interface Backend {
  card(name: string, params: Params): Promise<Outcome<Card>>;
  command(request: CommandRequest): Promise<Outcome<CommandResult>>;
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

function readCard(body: Json): Card | null {
  return isJson(body.card) && Array.isArray(body.card.blocks) ? (body.card as unknown as Card) : null;
}

function readResult(body: Json): CommandResult {
  return { result: isJson(body.result) ? body.result : {}, message: text(body.message, 'Done.') };
}

/** The record that a context names. HubSpot sends no identity of ours: the signed request tells who asks. */
export function createBackend(origin: string, record: RecordRef, { locale, place }: Reading): Backend {
  return {
    card(name, params) {
      const query = new URLSearchParams({ ...params, ...(locale && { locale }), place, ...record });
      return ask(`${origin}/hubspot/cards/${encodeURIComponent(name)}?${query}`, { method: 'GET' }, readCard);
    },
    command({ command, fields, idempotencyKey }) {
      const url = `${origin}/hubspot/actions/${encodeURIComponent(command)}`;
      return ask(url, { method: 'POST', body: { ...record, idempotencyKey, fields } }, readResult);
    },
  };
}
