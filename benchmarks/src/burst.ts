// Very many requests at once on one expired token, held against the same batch with a good token after as long a wait as
// the refresh takes. Both in each round, and who goes first changes.
import { createAuthFetch } from '@unexpired/fetch';
import { createTokenManager } from 'unexpired';
import { intervalOf, median } from './support/median.ts';
import { decimals, printTable, whole, within } from './support/print.ts';
import { freshTokens } from './support/tokens.ts';

const REQUESTS = 100_000;
const ROUNDS = 20;
const WARM_UP = 3;
/** Ms that the token endpoint takes. */
const LATENCY = 100;
const ORIGIN = 'https://api.example.com';

const answer = new Response('{"ok":true}');
globalThis.fetch = async () => answer;

const latency = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LATENCY));

/** Ms for the batch. */
async function play(expired: boolean): Promise<number> {
  const tokens = createTokenManager({
    tokens: { ...freshTokens(), expiresAt: Date.now() + (expired ? -1000 : 3_600_000) },
    maxWaiting: REQUESTS,
    refresh: async () => {
      await latency();
      return { ...freshTokens(), accessToken: 'new' };
    },
  });
  const authFetch = createAuthFetch(tokens, { origins: [ORIGIN] });
  globalThis.gc?.();
  const start = performance.now();
  if (!expired) await latency();
  await Promise.all(Array.from({ length: REQUESTS }, () => authFetch(`${ORIGIN}/items/1`)));
  const time = performance.now() - start;
  await tokens.close();
  return time;
}

const rounds: { readonly fresh: number; readonly expired: number }[] = [];
for (let round = -WARM_UP; round < ROUNDS; round++) {
  const first = await play(round % 2 === 0);
  const second = await play(round % 2 !== 0);
  const [expired, fresh] = round % 2 === 0 ? [first, second] : [second, first];
  if (round >= 0) rounds.push({ fresh, expired });
}
const ratios = rounds.map(({ fresh, expired }) => expired / fresh);
printTable(
  `${whole(REQUESTS)} requests at once, a refresh of ${LATENCY} ms`,
  ['', 'ms', 'times the first', '95 %'],
  [
    [
      'a good token, after as long a wait',
      whole(median(rounds.map(({ fresh }) => fresh))),
      '1',
      '',
    ],
    [
      'one expired token',
      whole(median(rounds.map(({ expired }) => expired))),
      decimals(median(ratios), 2),
      within(intervalOf(ratios), 2),
    ],
  ],
);
