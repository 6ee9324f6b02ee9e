// What several of the drawn components need; no component itself, so the index does not pick it up.

/** A plain event, as HubSpot hands to a card: a DOM event cannot cross to a worker. */
export function plainEvent(type: string, id = '') {
  return { type, bubbles: true, timeStamp: performance.now(), id };
}

/** The old way to open overlays; ours open through the `overlay` prop. */
export const REACTIONS = {
  openPanel: () => undefined,
  closePanel: () => undefined,
  openModal: () => undefined,
  closeModal: () => undefined,
};

export const classes = (...names: (string | false | null | undefined)[]) => names.filter(Boolean).join(' ');

const SIZES: Record<string, string> = {
  'extra-small': 'xs',
  small: 'sm',
  medium: 'md',
  large: 'lg',
  'extra-large': 'xl',
};

/** HubSpot takes `sm` and `small` alike. */
export const size = (given: string | undefined, otherwise: string) =>
  given ? (SIZES[given] ?? given) : otherwise;

const SAFE_LINK = /^(https?:|mailto:|\/|#)/i;

/** Where a link goes, and nowhere if its scheme could run a script. */
export function linkOf(href: string | { url: string; external?: boolean }) {
  const { url, external = false } = typeof href === 'string' ? { url: href } : href;
  const target = external ? { target: '_blank', rel: 'noopener noreferrer' } : {};
  return { href: SAFE_LINK.test(url) ? url : undefined, ...target };
}
