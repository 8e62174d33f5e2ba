import { CROSSING } from './crossing.ts';
import { HANDED_OUT } from './handed-out.ts';
import { OVER } from './over.ts';
import { REDEEMING } from './redeeming.ts';
import { SET_BACK } from './set-back.ts';
import { SIGNING } from './signing.ts';
import { WAITING } from './waiting.ts';
import type { Regression } from './regression.ts';

/** Every schedule that broke a rule once. */
export const REGRESSIONS: readonly Regression[] = [
  ...WAITING,
  ...HANDED_OUT,
  ...REDEEMING,
  ...CROSSING,
  ...SET_BACK,
  ...OVER,
  ...SIGNING,
];
