// What a card may ask of the page around it.
import { closeOverlay } from './overlays';
import type { Toast } from './toasts';
import { showToast } from './toasts';

type Action = (...args: never[]) => unknown;

/** Tells the page around the cards that a record may have changed, so that it reads it afresh. */
const PROPERTIES_CHANGED = 'record:changed';

export const ACTIONS: Record<string, (...args: unknown[]) => unknown> = typed({
  addAlert: (toast: Toast) => showToast(toast),
  closeOverlay: (id: string) => closeOverlay(id),
  copyTextToClipboard: (text: string) => navigator.clipboard.writeText(text),
  refreshObjectProperties: () => void document.dispatchEvent(new CustomEvent(PROPERTIES_CHANGED)),
  reloadPage: () => location.reload(),
  fetchCrmObjectProperties: () => ({}),
  navigateToPage: () => undefined,
  onCrmPropertiesUpdate: () => undefined,
  openIframeModal: () => undefined,
});

function typed(actions: Record<string, Action>) {
  return actions as Record<string, (...args: unknown[]) => unknown>;
}
