import { hubspot } from '@hubspot/ui-extensions';

const TIMEOUT_MS = 8_000;

export type AdminAnswer =
  | { status: 'open'; url: string }
  | { status: 'refused'; message: string }
  | { status: 'unreachable'; message: string };

interface Body {
  ok?: unknown;
  message?: unknown;
  result?: { url?: unknown };
}

const UNREACHABLE: AdminAnswer = {
  status: 'unreachable',
  message: 'Check that the address above is right and that the server runs, then try again.',
};

/** Asks for a short-lived address of the admin pages. The signed request tells the server who asks. */
export async function enterAdmin(origin: string): Promise<AdminAnswer> {
  try {
    const response = await hubspot.fetch(`${origin}/hubspot/actions/admin.enter`, {
      method: 'POST',
      timeout: TIMEOUT_MS,
      body: { fields: {} },
    });
    return read((await response.json()) as Body | null);
  } catch {
    return UNREACHABLE;
  }
}

function read(body: Body | null): AdminAnswer {
  if (body?.ok === false && typeof body.message === 'string')
    return { status: 'refused', message: body.message };
  const url = body?.ok === true ? body.result?.url : undefined;
  return typeof url === 'string' ? { status: 'open', url } : UNREACHABLE;
}
