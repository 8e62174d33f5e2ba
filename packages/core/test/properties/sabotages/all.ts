import { ENDING } from './ending.ts';
import { HANDED_OUT } from './handed-out.ts';
import { REDEEMING } from './redeeming.ts';
import { REQUESTS } from './requests.ts';
import { SIGNING } from './signing.ts';
import { STORED } from './stored.ts';
import { WAITING } from './waiting.ts';
import type { Sabotage } from './sabotage.ts';

/** Every rule, switched off once. */
export const SABOTAGES: readonly Sabotage[] = [
  ...WAITING,
  ...HANDED_OUT,
  ...REDEEMING,
  ...STORED,
  ...REQUESTS,
  ...ENDING,
  ...SIGNING,
];
