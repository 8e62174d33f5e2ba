import type { Origin } from '../../src/tokens/read-expiry.ts';
import { readTokenSet, type TokenReading } from '../../src/tokens/read-token-set.ts';

export const NOW = 1_800_000_000_000;

/** Tokens and problem; the rest is in `absolute` and `warningOf`. */
export const read = (
  value: unknown,
  origin: Origin = 'answer',
): Pick<TokenReading, 'tokens' | 'problem'> => {
  const { tokens, problem } = readTokenSet(value, NOW, origin);
  return { tokens, problem };
};

/** All that a token may not be, none of which may be quoted. */
export const UNSENDABLE = [
  '',
  'two words',
  'line\r\nbreak',
  'nul\0',
  'ümlaut',
  'tab\t',
  '\x7f',
  42,
  true,
  {},
  [],
  null,
];

/** What a template or a storage makes of nothing. */
export const WRITTEN_OUT = ['undefined', 'null'];
