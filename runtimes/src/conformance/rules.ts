import { memoryStore, TokenError } from 'unexpired';
import { codeOf, equal, gate, newTokens, open, redeemAt, rejection, signIn } from './session.ts';

/** One thing that users rely on wherever they run. Throws where it does not hold. */
export interface Rule {
  readonly name: string;
  /** `origin`: the loopback server of this run. */
  check(origin: string): Promise<void>;
}

const BURST = 50;

/** What is checked in every runtime, one after the other. */
export const rules: readonly Rule[] = [
  {
    name: 'a fresh token is given without waiting for a timer, a lock or a request',
    async check(origin) {
      const { tokens, refreshes } = await signIn(origin);
      let given: string | undefined;
      const asked = tokens.getToken().then((token) => {
        given = token?.accessToken;
      });
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      equal(typeof given, 'string', 'the token, before anything else could happen');
      await asked;
      equal(refreshes(), 0, 'refreshes');
    },
  },
  {
    name: 'a burst of requests with an expired token is one refresh, and all are answered',
    async check(origin) {
      const { authFetch, refreshes } = await signIn(origin, { expired: true });
      const answers = await Promise.all(
        Array.from({ length: BURST }, async () => {
          const answer = await authFetch(`${origin}/echo`);
          await answer.text();
          return answer.status;
        }),
      );
      equal(answers, Array<number>(BURST).fill(200), 'statuses');
      equal(refreshes(), 1, 'refreshes');
    },
  },
  {
    name: 'a 401 is repaired by one refresh, and the request sent again with its body',
    async check(origin) {
      const { authFetch, refreshes } = await signIn(origin);
      await fetch(`${origin}/end-access-tokens`, { method: 'POST' });
      const bodies = [
        'text',
        new TextEncoder().encode('bytes'),
        new URLSearchParams({ a: 'form' }),
      ];
      const received = await Promise.all(
        bodies.map(async (body) => {
          const answer = await authFetch(`${origin}/echo`, { method: 'POST', body });
          return ((await answer.json()) as { body: string }).body;
        }),
      );
      equal(received, ['text', 'bytes', 'a=form'], 'bodies');
      equal(refreshes(), 1, 'refreshes');
    },
  },
  {
    name: 'a `Request` is sent again with its body after a 401',
    async check(origin) {
      const { authFetch, refreshes } = await signIn(origin);
      await fetch(`${origin}/end-access-tokens`, { method: 'POST' });
      const request = new Request(`${origin}/echo`, { method: 'POST', body: 'of a Request' });
      const answer = await authFetch(request);
      equal(await answer.json(), { method: 'POST', body: 'of a Request' }, 'the echo');
      equal(refreshes(), 1, 'refreshes');
    },
  },
  {
    name: 'a `Request` that waits for a token is sent with its body',
    async check(origin) {
      const { authFetch, refreshes } = await signIn(origin, { expired: true });
      const request = new Request(`${origin}/echo`, { method: 'POST', body: 'of a Request' });
      const answer = await authFetch(request);
      equal(await answer.json(), { method: 'POST', body: 'of a Request' }, 'the echo');
      equal(refreshes(), 1, 'refreshes');
    },
  },
  {
    name: 'a 401 that a new token does not repair is the caller’s, and nothing is sent a third time',
    async check(origin) {
      const { authFetch, refreshes } = await signIn(origin);
      const answer = await authFetch(`${origin}/never`);
      equal(await answer.json(), { error: 'unauthorized' }, 'the body of the 401');
      equal(answer.status, 401, 'status');
      equal(refreshes(), 1, 'refreshes');
    },
  },
  {
    name: 'a caller that aborts while waiting is released at once, with its reason; the refresh goes on',
    async check(origin) {
      const { opened, open: answer } = gate();
      const { tokens, authFetch, refreshes } = await signIn(origin, {
        expired: true,
        refresh: async (current, context) => {
          await opened;
          return redeemAt(origin)(current, context);
        },
      });
      const controller = new AbortController();
      const asked = tokens.getToken({ signal: controller.signal });
      const sent = authFetch(`${origin}/echo`, { signal: controller.signal });
      const stays = tokens.getToken();
      controller.abort();
      for (const waiting of [asked, sent])
        equal(nameOf(await rejection(waiting, 'aborted')), 'AbortError', 'the reason');
      answer();
      equal(
        typeof (await stays)?.accessToken,
        'string',
        'the token of the caller that did not abort',
      );
      equal(refreshes(), 1, 'refreshes');
    },
  },
  {
    name: 'a refused refresh token ends the session, with its error, its event and its status',
    async check(origin) {
      const { tokens, authFetch } = await signIn(origin, {
        expired: true,
        refresh: redeemAt(`${origin}/refused`),
      });
      const types: string[] = [];
      tokens.subscribe(({ type }) => types.push(type));
      const sent = authFetch(`${origin}/echo`);
      equal(await codeOf(sent, 'the request'), 'ERR_SESSION_ENDED', 'the code');
      equal(types.filter((type) => type === 'sessionEnded').length, 1, 'events');
      equal(tokens.status, 'ended', 'status');
      equal((await tokens.getToken()) === undefined, true, 'no token after that');
    },
  },
  {
    name: 'a sign-out wins over a refresh that is under way',
    async check(origin) {
      const [called, answer, answered] = [gate(), gate(), gate()];
      const { tokens } = await signIn(origin, {
        expired: true,
        refresh: async (current, context) => {
          called.open();
          await answer.opened;
          return Promise.resolve(redeemAt(origin)(current, context)).finally(answered.open);
        },
      });
      const waiting = codeOf(tokens.getToken(), 'a waiting request');
      await called.opened;
      await tokens.signOut();
      equal(await waiting, 'ERR_SIGNED_OUT', 'the code');
      answer.open();
      await answered.opened;
      await tokens.close();
      equal(tokens.status, 'signedOut', 'status');
    },
  },
  {
    name: 'two managers on one memoryStore share refreshes and sign-outs',
    async check(origin) {
      const store = memoryStore();
      const one = await signIn(origin, { store, expired: true });
      const other = await open(origin, {}, { store });
      const given = await Promise.all([one.tokens.getToken(), other.tokens.getToken()]);
      equal(given[0]?.accessToken === given[1]?.accessToken, true, 'one token for both');
      equal(one.refreshes() + other.refreshes(), 1, 'refreshes');
      const signedOut = gate();
      other.tokens.subscribe(({ type }) => type === 'signedOut' && signedOut.open());
      await one.tokens.signOut();
      await signedOut.opened;
      equal(other.tokens.status, 'signedOut', 'status of the other');
    },
  },
  {
    name: 'events tell of a refresh in order, and carry no token',
    async check(origin) {
      const { tokens } = await signIn(origin, { expired: true });
      const events: { type: string }[] = [];
      const ended = gate();
      tokens.subscribe((event) => {
        events.push(event);
        if (event.type === 'refreshEnded') ended.open();
      });
      const token = await tokens.getToken();
      await ended.opened;
      equal(
        events.map(({ type }) => type),
        ['refreshStarted', 'refreshed', 'refreshEnded'],
        'events',
      );
      equal(JSON.stringify(events).includes(String(token?.accessToken)), false, 'a token in them');
    },
  },
  {
    name: 'an outage is an error of its own, the session stays, and another sign-in works',
    async check(origin) {
      const { tokens, refreshes } = await signIn(origin, {
        expired: true,
        refresh: () => Promise.reject(away()),
      });
      equal(await codeOf(tokens.getToken(), 'away'), 'ERR_REFRESH_UNAVAILABLE', 'the code');
      equal([tokens.status, refreshes()], ['signedIn', 1], 'status and refreshes');
      await tokens.setSession(await newTokens(origin));
      equal(typeof (await tokens.getToken())?.accessToken, 'string', 'the token');
    },
  },
];

/** For the last rule, which only a process can show: sessions in every state, that nobody closes. */
export async function leaveOpen(origin: string): Promise<void> {
  await signIn(origin, { store: memoryStore() });
  const refused = await signIn(origin, { expired: true, refresh: () => Promise.reject(away()) });
  await rejection(refused.tokens.getToken(), 'away');
  const { tokens } = await signIn(origin, { expired: true, store: memoryStore({ name: 'other' }) });
  await tokens.getToken();
  // A refresh that never ends, and that nobody waits for.
  const silent = await signIn(origin, { expired: true, refresh: () => new Promise(() => {}) });
  const controller = new AbortController();
  const left = silent.tokens.getToken({ signal: controller.signal });
  controller.abort();
  await rejection(left, 'the caller that left');
}

const away = (): TokenError =>
  new TokenError('ERR_REFRESH_UNAVAILABLE', { delivery: 'answered', retryAfter: 3_600_000 });

const nameOf = (error: unknown): unknown => (error as { name?: unknown } | null)?.name;
