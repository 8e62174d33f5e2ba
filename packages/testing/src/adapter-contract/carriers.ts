import type { TokenSource } from 'unexpired';
import { equal, rejection } from './check.ts';
import { startSession } from './session.ts';
import type { ContractContext } from './types.ts';

/** Tokens that travel in another header, or in a cookie that JavaScript cannot see. */
export function carriers({ adapter, api, it }: ContractContext): void {
  const header = 'X-Api-Token';
  const sent = (): unknown[] =>
    api().requests.map(({ authorization, apiToken }) => [authorization, apiToken]);

  if (adapter.refusesRedirects === false) {
    it('says in a TypeError that a header of another name would follow a redirect', async () => {
      const session = startSession(api());
      const error = await rejection(
        (async () =>
          adapter.create(session.tokens, { origins: [api().origin], header })({
            url: `${api().origin}/echo`,
          }))(),
      );
      equal(error instanceof TypeError && /redirect/.test(error.message), true, String(error));
      equal(api().requests.length, 0, 'requests');
    });
  } else {
    it('sends the token alone in a header of another name, and repairs a 401', async () => {
      const session = startSession(api());
      const send = adapter.create(session.tokens, { origins: [api().origin], header });
      await send({ url: `${api().origin}/echo` });
      const { status } = await send({
        url: `${api().origin}/echo`,
        headers: { 'x-api-token': 'old-0', authorization: 'Basic abc' },
      });
      equal(status, 200, 'status');
      const expected = [
        [undefined, 'old-0'],
        [undefined, 'good-1'],
        ['Basic abc', 'good-1'],
      ];
      equal([sent(), session.refreshes], [expected, 1], 'sent');
    });

    it('follows no redirect with a header of another name', async () => {
      const session = startSession(api(), { start: 'good' });
      const send = adapter.create(session.tokens, { origins: [api().origin], header });
      for (const to of ['/public', `${api().foreignOrigin}/public`]) {
        const url = `${api().origin}/redirect?to=${encodeURIComponent(to)}`;
        // Some clients reject, some have an error of theirs with the redirect in it.
        const followed = await send({ url }).then(
          ({ status }) => status === 200,
          () => false,
        );
        equal(followed, false, 'followed');
      }
      // A client's own retries may have asked more than twice.
      equal([...new Set(api().requests.map(({ path }) => path))], ['/redirect'], 'requests');
      equal((await send({ url: `${api().origin}/echo` })).status, 200, 'the next one');
    });
  }

  it('adds no header for a session in cookies, holds a burst back, and repairs it with one refresh', async () => {
    api().reset('nobody');
    let generation = 0;
    let refreshing: Promise<void> | undefined;
    const tokens: TokenSource = {
      getToken: async () => ({ accessToken: `cookie-${generation}`, tokenType: 'cookie' }),
      async replaceRejected(rejected) {
        refreshing ??= Promise.resolve().then(() => {
          generation++;
          api().accept('cookie');
        });
        await refreshing;
        equal(rejected, 'cookie-0', 'rejected');
        return { accessToken: `cookie-${generation}`, tokenType: 'cookie' };
      },
    };
    const send = adapter.create(tokens, { origins: [api().origin] });
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => send({ url: `${api().origin}/echo` })),
    );
    equal(answers.filter(({ status }) => status === 200).length, 10, 'answered');
    equal(new Set(sent().map(String)).size, 1, 'kinds of requests');
    equal(sent()[0], [undefined, undefined], 'headers');
    equal(generation, 1, 'refreshes');
  });
}
