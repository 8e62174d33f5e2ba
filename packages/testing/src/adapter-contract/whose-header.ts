import {
  createTokenManager,
  memoryStore,
  type RequestEvent,
  type TokenSet,
  type TokenSource,
} from 'unexpired';
import { equal } from './check.ts';
import { startSession } from './session.ts';
import type { ContractContext } from './types.ts';

/** Headers that somebody's template or storage made of nothing. */
const EMPTY = ['Bearer', 'Bearer undefined', 'Bearer null', 'token [object Object]', 'undefined'];

/** A header that the request has already: a token of ours, somebody else's, or nothing at all. */
export function whoseHeader({ adapter, api, it }: ContractContext): void {
  const authorizations = (): (string | undefined)[] =>
    api().requests.map(({ authorization }) => authorization);

  for (const authorization of EMPTY) {
    it(`takes a header that says nothing for none: ${authorization}`, async () => {
      const session = startSession(api());
      const send = adapter.create(session.tokens, { origins: [api().origin] });
      const { status } = await send({ url: `${api().origin}/echo`, headers: { authorization } });
      equal([status, authorizations()], [200, ['Bearer old-0', 'Bearer good-1']], 'sent');
    });
  }

  it('takes a header that says nothing off while nobody is signed in', async () => {
    const session = startSession(api(), { start: 'none' });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    await send({ url: `${api().origin}/public`, headers: { authorization: 'Bearer undefined' } });
    equal(authorizations(), [undefined], 'sent');
  });

  it('reads the session before it takes a header for somebody else’s, for all of a burst', async () => {
    api().reset('good-1');
    const store = memoryStore();
    let refreshes = 0;
    const refresh = async (): Promise<TokenSet> => (
      refreshes++, { accessToken: 'good-1', refreshToken: 'refresh-1' }
    );
    const before = createTokenManager({ store, refresh });
    await before.setSession({ accessToken: 'old-0', refreshToken: 'refresh-0' });
    await before.close();
    // As after a reload: nobody has asked for a token yet.
    const send = adapter.create(createTokenManager({ store, refresh }), {
      origins: [api().origin],
    });
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        send({ url: `${api().origin}/echo`, headers: { authorization: 'Bearer old-0' } }),
      ),
    );
    equal(
      [answers.filter(({ status }) => status === 200).length, refreshes],
      [10, 1],
      'answered, refreshes',
    );
  });

  it('sends a header of the caller as it is, also when the session cannot be had', async () => {
    api().reset('good-0');
    const tokens = createTokenManager({
      acquire: () => Promise.reject(Object.assign(new Error('down'), { status: 503 })),
    });
    const send = adapter.create(tokens, { origins: [api().origin] });
    await send({ url: `${api().origin}/echo`, headers: { authorization: 'Bearer good-0' } });
    await send({ url: `${api().origin}/echo`, headers: { authorization: 'Basic abc' } });
    equal(authorizations(), ['Bearer good-0', 'Basic abc'], 'sent');
  });

  it('tells the source once of each origin that it leaves alone, and why', async () => {
    const events: RequestEvent[] = [];
    api().reset('good-0');
    const { getToken, replaceRejected, issued } = createTokenManager({
      tokens: { accessToken: 'good-0', refreshToken: 'refresh-0' },
      refresh: () => Promise.reject(new Error('not needed')),
    });
    const tokens: TokenSource = {
      getToken,
      replaceRejected,
      issued: (token) => issued?.(token) ?? false,
      report: (event) => void events.push(event),
    };
    const send = adapter.create(tokens, { origins: [api().origin] });
    for (let round = 0; round < 2; round++) {
      await send({ url: `${api().origin}/public?secret`, headers: { authorization: 'Basic abc' } });
      await send({ url: `${api().foreignOrigin}/public?secret` });
      await send({ url: `${api().origin}/public`, tokens: false });
    }
    equal(
      events,
      [
        { type: 'unsigned', why: 'header', origin: api().origin },
        { type: 'unsigned', why: 'origin', origin: api().foreignOrigin },
      ],
      'events',
    );
  });
}
