// What a request pays while its token is fresh: one call of getToken().
import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client';
import { createTokenManager, memoryStore, type RefreshLock, type TokenStore } from 'unexpired';
import { systemClock } from 'unexpired/adapter';
import { compare } from './support/compare.ts';
import { decimals, printTable, whole } from './support/print.ts';
import { freshTokens, noRefresh } from './support/tokens.ts';

const CALLS = 100_000;

const tokens = createTokenManager({ tokens: freshTokens(), refresh: noRefresh });
await tokens.getToken();

const token = { accessToken: freshTokens().accessToken };
const other = new OAuth2Fetch({
  client: new OAuth2Client({ server: 'https://auth.example.com', clientId: 'benchmark' }),
  getNewToken: () => ({ ...freshTokens(), refreshToken: null }),
  scheduleRefresh: false,
});
const { signal } = new AbortController();

const compared = await compare([
  { name: 'a promise that has its value already', run: () => Promise.resolve(token) },
  { name: 'getToken()', run: () => tokens.getToken() },
  { name: 'getToken({ signal })', run: () => tokens.getToken({ signal }) },
  { name: 'getToken({ validFor })', run: () => tokens.getToken({ validFor: 60_000 }) },
  { name: '@badgateway/oauth2-client: getToken()', run: () => other.getToken() },
]);
printTable(
  'A fresh token',
  ['', 'microseconds', 'over the first'],
  compared.map(({ name, time, over }) => [name, decimals(time, 3), decimals(over, 3)]),
);

const counts = { locks: 0, reads: 0, writes: 0, timers: 0 };
const store = memoryStore();
const counted = counting(store);
const watched = createTokenManager({ ...counted, refresh: noRefresh });
await watched.setSession(freshTokens());
await watched.getToken();
const before = { ...counts };
for (let call = 0; call < CALLS; call++) await watched.getToken();
printTable(
  `What ${whole(CALLS)} calls with a fresh token did besides`,
  ['', 'count'],
  [
    ['locks taken', whole(counts.locks - before.locks)],
    ['store reads', whole(counts.reads - before.reads)],
    ['store writes', whole(counts.writes - before.writes)],
    ['timers started', whole(counts.timers - before.timers)],
  ],
);

function counting(store: TokenStore): {
  store: TokenStore;
  clock: typeof systemClock;
} {
  return {
    store: {
      ...store,
      read() {
        counts.reads++;
        return store.read();
      },
      write(value, expected) {
        counts.writes++;
        return store.write(value, expected);
      },
      lock: {
        request(name, options, task) {
          counts.locks++;
          return (store.lock as RefreshLock).request(name, options, task);
        },
      },
    },
    clock: {
      ...systemClock,
      setTimeout(task, delay, background) {
        counts.timers++;
        return systemClock.setTimeout(task, delay, background);
      },
    },
  };
}
