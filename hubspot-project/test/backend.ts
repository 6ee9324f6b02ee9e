// The backend as a test sees it: what was asked, and answers one can hold back.
import type { Mock } from 'vitest';
import type { Card } from '../src/app/cards/types';

export interface Call {
  url: URL;
  method: string;
  body: {
    idempotencyKey?: string;
    fields?: Record<string, unknown>;
    objectType?: string;
    objectId?: string;
    body?: unknown;
  };
  headers: unknown;
}

type Answer = object | Error;
export type Responder = (call: Call) => Answer | Promise<Answer>;

const ORIGIN = 'https://alongside.example.com';
export const VARIABLES = { backend_origin: ORIGIN };

export class TestBackend {
  readonly calls: Call[] = [];
  cards: Record<string, Responder> = {};
  commands: Record<string, Responder> = {};
  /** The settings page's own answers: overview, safelist and reach. */
  settings: Record<string, Responder> = {};

  constructor() {
    (globalThis as unknown as { hsFetch: Mock }).hsFetch.mockImplementation((url: string, options = {}) =>
      this.answer(url, options),
    );
  }

  /** The calls of one command, oldest first. */
  sent(command: string): Call[] {
    return this.calls.filter(({ url }) => url.pathname === `/hubspot/actions/${command}`);
  }

  private async answer(address: string, options: { method?: string; body?: object; headers?: unknown }) {
    const call: Call = {
      url: new URL(address),
      method: options.method ?? 'GET',
      body: options.body ?? {},
      headers: options.headers,
    };
    this.calls.push(call);
    const [, , family = '', name = 'overview'] = call.url.pathname.split('/');
    const families: Record<string, Record<string, Responder>> = {
      cards: this.cards,
      settings: this.settings,
      actions: this.commands,
    };
    const responder = families[family]?.[name];
    const answer = (await responder?.(call)) ?? { status: 'error', category: 'BAD_GATEWAY' };
    if (answer instanceof Error) throw answer;
    return new Response(JSON.stringify(answer), { status: 200 });
  }
}

export const showing = (card: Card) => ({ ok: true, card });
export const refusing = (message: string, reason = 'invalid', field = '') => ({
  ok: false,
  reason,
  message,
  field,
});
export const doing = (result: object = {}, message = 'Done.') => ({ ok: true, result, message });

/** A promise that a test keeps until it is time. */
export function held<T>() {
  let release: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}
