import type { Tone } from './types';

/** How loud a tone is in each of HubSpot's components. */
export const DOT = {
  neutral: 'default',
  info: 'info',
  success: 'success',
  warning: 'warning',
  danger: 'danger',
} as const satisfies Record<Tone, string>;

export const TAG = {
  neutral: 'default',
  info: 'info',
  success: 'success',
  warning: 'warning',
  danger: 'error',
} as const satisfies Record<Tone, string>;

export const ALERT = {
  neutral: 'info',
  info: 'info',
  success: 'success',
  warning: 'warning',
  danger: 'danger',
} as const satisfies Record<Tone, string>;
