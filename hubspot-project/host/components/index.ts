import type { ComponentType } from 'react';
import * as buttons from './buttons';
import * as inputs from './inputs';
import * as layout from './layout';
import * as overlays from './overlays';
import * as signals from './signals';
import * as tables from './tables';
import * as texts from './texts';
import * as toggles from './toggles';

/** Every component a card may use here. One that is missing fails loudly in the worker. */
export const COMPONENTS = {
  ...buttons,
  ...inputs,
  ...layout,
  ...overlays,
  ...signals,
  ...tables,
  ...texts,
  ...toggles,
} as unknown as Record<string, ComponentType>;
