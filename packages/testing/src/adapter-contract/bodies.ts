import { equal } from './check.ts';
import { startSession } from './session.ts';
import type { ContractContext } from './types.ts';

const form = (): FormData => {
  const data = new FormData();
  data.append('name', 'käse');
  data.append(
    'file',
    new Blob([new Uint8Array([0, 255, 13, 10, 7])], { type: 'image/x-test' }),
    'a.bin',
  );
  return data;
};

const bodies: Record<string, () => BodyInit> = {
  text: () => 'käse & brot',
  'no text at all': () => '',
  URLSearchParams: () =>
    new URLSearchParams([
      ['a', '1 + 1'],
      ['b', 'ü'],
    ]),
  Blob: () => new Blob([new Uint8Array([0, 255, 13, 10, 7])], { type: 'image/x-test' }),
  ArrayBuffer: () => new Uint8Array([1, 2, 3, 0, 254]).buffer,
  'a typed array': () => new Uint8Array([9, 8, 7]),
  FormData: form,
};

const large = (): string => 'once only'.repeat(2 ** 18);

/** Whether and how a body is sent a second time. */
export function replaying({ adapter, api, it }: ContractContext): void {
  const limited = adapter.replayLimit !== undefined && adapter.replayLimit < large().length;
  for (const [kind, make] of Object.entries(
    limited ? bodies : { ...bodies, 'two megabytes of text': large },
  )) {
    it(`replays ${kind} byte for byte`, async () => {
      const session = startSession(api());
      const send = adapter.create(session.tokens, { origins: [api().origin] });
      const { status } = await send({ url: `${api().origin}/echo`, method: 'POST', body: make() });
      equal(status, 200, 'status');
      // The boundary of a multipart body is made anew for every send; it is no content.
      const [first, second] = api().requests.map(({ contentType = '', body }) => {
        const boundary = kind === 'FormData' ? (/^--(.+)\r\n/.exec(body)?.[1] ?? 'none') : '\0';
        return {
          contentType: contentType.replaceAll(boundary, '-'),
          body: body.replaceAll(boundary, '-'),
        };
      });
      equal([api().requests.length, session.refreshes], [2, 1], 'requests and refreshes');
      equal(second?.contentType, first?.contentType, 'content type');
      equal(second?.body === first?.body, true, 'same bytes');
    });
  }

  const oneShot = limited
    ? { ...adapter.oneShotBodies, 'two megabytes of text': () => ({ body: large() }) }
    : adapter.oneShotBodies;
  for (const [kind, make] of Object.entries(oneShot)) {
    it(`sends ${kind} once and never empty, refreshes all the same, and gives the 401`, async () => {
      const session = startSession(api());
      const send = adapter.create(session.tokens, { origins: [api().origin] });
      const { status } = await send({ url: `${api().origin}/echo`, method: 'POST', ...make() });
      equal(status, 401, 'status');
      equal([api().requests.length, session.refreshes], [1, 1], 'requests and refreshes');
      equal(api().requests[0]?.body.includes('once only'), true, 'body');
      equal((await send({ url: `${api().origin}/echo` })).status, 200, 'the next request');
    });

    it(`sends ${kind} as it is with a good token`, async () => {
      const session = startSession(api(), { start: 'good' });
      const send = adapter.create(session.tokens, { origins: [api().origin] });
      equal(
        (await send({ url: `${api().origin}/echo`, method: 'POST', ...make() })).status,
        200,
        'status',
      );
      equal(api().requests[0]?.body.includes('once only'), true, 'body');
    });
  }

  for (const [kind, make] of Object.entries(adapter.bodyFactories ?? {})) {
    it(`asks a factory for ${kind} again for the replay`, async () => {
      const session = startSession(api());
      const send = adapter.create(session.tokens, { origins: [api().origin] });
      let made = 0;
      const { status } = await send({
        url: `${api().origin}/echo`,
        method: 'POST',
        body: () => (made++, make()),
      });
      equal([status, made, session.refreshes], [200, 2, 1], 'status, bodies made, refreshes');
      const [first, second] = api().requests.map(({ contentType, body }) => ({
        contentType,
        body,
      }));
      equal([first?.body, second], ['made anew', first], 'bodies');
    });

    it(`asks a factory for ${kind} where no token is sent, too`, async () => {
      api().reset('good-0');
      const send = adapter.create('fixed', { origins: [api().origin] });
      await send({ url: `${api().origin}/public`, method: 'POST', body: make, tokens: false });
      equal(
        api().requests.map(({ body }) => body),
        ['made anew'],
        'bodies',
      );
    });
  }
}
