import { tokenErrorOf } from 'unexpired';
import { equal, rejection } from './check.ts';
import { ended, startSession, unavailable } from './session.ts';
import type { ContractContext } from './types.ts';

const BURST = 100;

/** One refresh for everybody, and what the caller gets when there is none. */
export function refreshing({ adapter, api, it }: ContractContext): void {
  const burst = <T>(send: () => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: BURST }, send));

  it('refreshes once for a burst with an expired token, and sends each request once', async () => {
    const session = startSession(api(), { start: 'expired' });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const answers = await burst(() => send({ url: `${api().origin}/echo` }));
    equal(answers.filter(({ status }) => status === 200).length, BURST, 'answered');
    equal([session.refreshes, api().requests.length], [1, BURST], 'refreshes and requests');
  });

  it('refreshes once for a burst with a refused token, and replays each request once', async () => {
    const session = startSession(api());
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const answers = await burst(() => send({ url: `${api().origin}/echo` }));
    equal(answers.filter(({ status }) => status === 200).length, BURST, 'answered');
    equal([session.refreshes, api().requests.length], [1, 2 * BURST], 'refreshes and requests');
  });

  it('replays a late 401 of an older token without a refresh', async () => {
    const session = startSession(api());
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const release = api().hold('/late');
    const late = send({ url: `${api().origin}/late` });
    await api().arrived('/late', 1);
    await send({ url: `${api().origin}/echo` });
    release();
    equal((await late).status, 200, 'the late one');
    equal(session.refreshes, 1, 'refreshes');
  });

  it('gives the client its own 401, explained, when the refresh ended the session', async () => {
    const session = startSession(api(), { refresh: ended });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const answers = await Promise.all([1, 2, 3].map(() => send({ url: `${api().origin}/echo` })));
    const errors = answers.map(({ explained }) => tokenErrorOf(explained));
    equal(
      answers.map(({ status }) => status),
      [401, 401, 401],
      'status',
    );
    equal(answers[0]?.text, JSON.stringify({ error: 'refused' }), 'body');
    equal(errors[0]?.code, 'ERR_SESSION_ENDED', 'cause');
    equal(
      errors.every((error) => error === errors[0]),
      true,
      'one error for all',
    );
    equal([session.refreshes, api().requests.length], [1, 3], 'refreshes and requests');
  });

  it('rejects with ERR_SESSION_ENDED what was not sent yet when the refresh ended the session', async () => {
    const session = startSession(api(), { start: 'expired', refresh: ended });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const errors = await Promise.all(
      [1, 2, 3].map(() => rejection(send({ url: `${api().origin}/echo` }))),
    );
    equal(
      errors.map((error) => tokenErrorOf(error)?.code),
      ['ERR_SESSION_ENDED', 'ERR_SESSION_ENDED', 'ERR_SESSION_ENDED'],
      'codes',
    );
    equal(
      errors.every((error) => {
        const cause = tokenErrorOf(error)?.cause;
        return cause !== undefined && cause === tokenErrorOf(errors[0])?.cause;
      }),
      true,
      'one cause for all',
    );
    equal(api().requests.length, 0, 'requests');
  });

  for (const start of ['expired', 'refused'] as const) {
    it(`rejects with ERR_REFRESH_UNAVAILABLE, never a bare 401, when the token is ${start} and no other can be had`, async () => {
      const session = startSession(api(), { start, refresh: unavailable });
      const send = adapter.create(session.tokens, { origins: [api().origin] });
      const error = await rejection(send({ url: `${api().origin}/echo` }));
      equal(tokenErrorOf(error)?.code, 'ERR_REFRESH_UNAVAILABLE', 'code');
    });
  }

  it('gives the 401 after one replay when the API always says 401', async () => {
    const session = startSession(api());
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    equal((await send({ url: `${api().origin}/never` })).status, 401, 'status');
    equal([session.refreshes, api().requests.length], [1, 2], 'refreshes and requests');
  });

  it('lets the refresh use the client that it serves', async () => {
    const session = startSession(api(), {
      async refresh({ signal }, next) {
        const { status } = await send({
          url: `${api().origin}/public`,
          method: 'POST',
          body: '{}',
          ...(adapter.keepsSignal === false ? { tokens: false } : { signal }),
        });
        equal(status, 200, 'the refresh');
        return next();
      },
    });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    equal((await send({ url: `${api().origin}/echo` })).status, 200, 'status');
    equal(
      api().requests.map(({ path, authorization }) => `${path} ${authorization}`),
      ['/echo Bearer old-0', '/public undefined', '/echo Bearer good-1'],
      'requests',
    );
  });
}
