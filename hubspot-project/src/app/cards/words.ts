export const CARD_TITLES: Record<string, string> = {
  overview: 'Overview',
  thread: 'Thread',
  plan: 'Plan',
  registration: 'Registration',
  certifications: 'Certifications',
  conflicts: 'Conflicts',
  sharing: 'Sharing',
};

export const TAB_CARDS = Object.keys(CARD_TITLES);
export const SIDEBAR_CARDS = ['overview', 'thread'];

/** HubSpot's id of contacts, which have one card alone. */
export const CONTACT = '0-1';
export const CONTACT_CARD = 'certifications';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "Updated 3 min ago": how old what one reads is, from the time the CRM was last read. Empty if unknown. */
export function updatedWords(asOf: string, now: number): string {
  const age = now - Date.parse(asOf);
  if (Number.isNaN(age)) return '';
  if (age < MINUTE) return 'Updated just now';
  if (age < HOUR) return `Updated ${Math.floor(age / MINUTE)} min ago`;
  if (age < DAY) return `Updated ${Math.floor(age / HOUR)} h ago`;
  return `Updated ${asOf.slice(0, 10)}`;
}
