import { tokenErrorOf } from 'unexpired';
import { equal, rejection } from './check.ts';
import { ended, startSession } from './session.ts';
import type { ContractContext } from './types.ts';

/** Whose header it is, which requests ask for no token, and which answers are ours to repair. */
export function boundaries({ adapter, api, it }: ContractContext): void {
  const authorizations = (): (string | undefined)[] =>
    api().requests.map(({ authorization }) => authorization);

  it('leaves an Authorization of the caller alone, and the answer to it', async () => {
    const session = startSession(api());
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    equal(
      (await send({ url: `${api().origin}/echo`, headers: { authorization: 'Basic abc' } })).status,
      401,
      'status',
    );
    equal([authorizations(), session.refreshes], [['Basic abc'], 0], 'sent');
  });

  it('replaces a stale token of ours, wherever it came from', async () => {
    const session = startSession(api());
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    await send({ url: `${api().origin}/echo` });
    await send({ url: `${api().origin}/echo`, headers: { authorization: 'Bearer old-0' } });
    equal(authorizations(), ['Bearer old-0', 'Bearer good-1', 'Bearer good-1'], 'sent');
  });

  it('replaces any Authorization with overwriteHeader', async () => {
    const session = startSession(api(), { start: 'good' });
    const send = adapter.create(session.tokens, {
      origins: [api().origin],
      overwriteHeader: true,
    });
    await send({ url: `${api().origin}/echo`, headers: { Authorization: 'Bearer unused' } });
    equal(authorizations(), ['Bearer good-0'], 'sent');
  });

  it('sends a request with tokens: false as it is', async () => {
    const session = startSession(api());
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    equal((await send({ url: `${api().origin}/echo`, tokens: false })).status, 401, 'status');
    equal([authorizations(), session.refreshes], [[undefined], 0], 'sent');
  });

  it('takes the token of a source given with the request', async () => {
    const other = startSession(api());
    const session = startSession(api(), { start: 'good' });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    await send({ url: `${api().origin}/public`, tokens: 'fixed' });
    await send({ url: `${api().origin}/public`, tokens: () => 'asked' });
    await send({ url: `${api().origin}/echo`, tokens: other.tokens });
    equal(
      authorizations(),
      ['Bearer fixed', 'Bearer asked', 'Bearer old-0', 'Bearer good-1'],
      'sent',
    );
    equal([session.refreshes, other.refreshes], [0, 1], 'refreshes');
  });

  it('gives the 401 when the token is fixed', async () => {
    api().reset('good-0');
    const send = adapter.create('fixed', { origins: [api().origin] });
    equal((await send({ url: `${api().origin}/echo` })).status, 401, 'status');
    equal(authorizations(), ['Bearer fixed'], 'sent');
  });

  it('asks a token function again with the refused token', async () => {
    api().reset('new');
    const send = adapter.create(({ rejected }) => (rejected === 'old' ? 'new' : 'old'), {
      origins: [api().origin],
    });
    equal((await send({ url: `${api().origin}/echo` })).status, 200, 'status');
    equal(authorizations(), ['Bearer old', 'Bearer new'], 'sent');
  });

  it('sends the sign-in request unsigned while nobody is signed in, and the next one with its token', async () => {
    const session = startSession(api(), { start: 'none' });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    equal(
      (await send({ url: `${api().origin}/public`, method: 'POST', body: '{}' })).status,
      200,
      'sign-in',
    );
    await session.tokens.setSession({ accessToken: 'good-0' });
    equal((await send({ url: `${api().origin}/echo` })).status, 200, 'status');
    equal([authorizations(), session.refreshes], [[undefined, 'Bearer good-0'], 0], 'sent');
  });

  it('rejects with ERR_SIGNED_OUT while nobody is signed in, if it is told to', async () => {
    const session = startSession(api(), { start: 'none' });
    const send = adapter.create(session.tokens, {
      origins: [api().origin],
      whenSignedOut: 'reject',
    });
    equal(
      tokenErrorOf(await rejection(send({ url: `${api().origin}/echo` })))?.code,
      'ERR_SIGNED_OUT',
      'code',
    );
    equal(api().requests.length, 0, 'requests');
  });

  it('sends unsigned, a stale token of ours taken off, once the session has ended', async () => {
    const session = startSession(api(), { refresh: ended });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    await send({ url: `${api().origin}/echo` });
    await send({ url: `${api().origin}/echo`, headers: { authorization: 'Bearer old-0' } });
    equal([authorizations(), session.refreshes], [['Bearer old-0', undefined], 1], 'sent');
  });

  it('refreshes nothing for insufficient_scope', async () => {
    const session = startSession(api());
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    equal((await send({ url: `${api().origin}/scope` })).status, 401, 'status');
    equal([api().requests.length, session.refreshes], [1, 0], 'requests and refreshes');
  });

  it('takes a refusal from the body of a 200, and leaves the body to the caller', async () => {
    const session = startSession(api());
    const seen: unknown[] = [];
    const send = adapter.create(session.tokens, {
      origins: [api().origin],
      async classify(response) {
        const body = (await response.json()) as { errors?: unknown[] } | undefined;
        seen.push(body);
        return body?.errors === undefined ? undefined : 'rejected';
      },
    });
    const answer = await send({ url: `${api().origin}/graphql`, method: 'POST', body: '{}' });
    equal(
      [answer.text, seen],
      [JSON.stringify({ data: 1 }), [{ errors: [{ code: 'UNAUTHENTICATED' }] }]],
      'bodies',
    );
    equal([authorizations(), session.refreshes], [['Bearer old-0', 'Bearer good-1'], 1], 'sent');
  });
}
