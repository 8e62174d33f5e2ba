import { describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import type { TokenSource } from 'unexpired';

const HERE = 'https://api.example.com';
const ELSEWHERE = 'https://elsewhere.example';

/** What an underlying fetch was asked for, as a Request of it says. It reads its arguments after `delay`. */
const recording = (delay?: Promise<unknown>) => {
  const sent: Request[] = [];
  const fetch = async (...call: ConstructorParameters<typeof Request>): Promise<Response> => {
    await delay;
    sent.push(new Request(...call));
    return new Response('ok');
  };
  return { sent, fetch };
};

class Options {
  get method(): string {
    return 'PUT';
  }
  get body(): string {
    return 'x';
  }
  get headers(): HeadersInit {
    return { 'x-mine': '1' };
  }
}
const plain = { method: 'PUT', body: 'x', headers: { 'x-mine': '1' } };

describe('an init is read as fetch reads it', () => {
  it.each<[string, () => RequestInit]>([
    ['getters of a class', () => new Options()],
    ['getters of a class that it is derived from', () => new (class extends Options {})()],
    ['members of its prototype', () => Object.create(plain) as RequestInit],
  ])('%s', async (_kind, make) => {
    const { sent, fetch } = recording();
    await createAuthFetch('token', { origins: [HERE], fetch })(HERE, make());
    const [request] = sent;
    expect([
      request?.method,
      await request?.text(),
      request?.headers.get('x-mine'),
      request?.headers.get('authorization'),
    ]).toEqual(['PUT', 'x', '1', 'Bearer token']);
  });

  it('each of them once', async () => {
    const { fetch } = recording();
    const read: string[] = [];
    const init = new Proxy(plain, {
      get(target, name, receiver) {
        read.push(String(name));
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    await createAuthFetch('token', { origins: [HERE], fetch })(HERE, init);
    const twice = read.filter((name, at) => name in plain && read.indexOf(name) !== at);
    expect(twice).toEqual([]);
  });
});

describe('the URL that was checked is the one that is sent to', () => {
  it('whatever becomes of the URL object while the fetch below has not read it yet', async () => {
    let read = (): void => undefined;
    const { sent, fetch } = recording(new Promise<void>((resolve) => (read = resolve)));
    const tokens: TokenSource = {
      getToken: async () => ({ accessToken: 'token' }),
      replaceRejected: async () => undefined,
    };
    const token = tokens.getToken();
    const authFetch = createAuthFetch(
      { ...tokens, getToken: () => token },
      { origins: [HERE], fetch },
    );
    const url = new URL(HERE);
    const sending = authFetch(url);
    await token.then(() => undefined);
    await new Promise(setImmediate);
    url.host = new URL(ELSEWHERE).host;
    read();
    await sending;
    expect(sent.map((request) => request.url)).toEqual([`${HERE}/`]);
  });

  it('whatever an object says when it is asked again', async () => {
    for (let times = 1; times < 6; times++) {
      let asked = 0;
      const url = { toString: () => (asked++ < times ? HERE : ELSEWHERE) };
      const { sent, fetch } = recording();
      await createAuthFetch('token', { origins: [HERE], fetch })(url as URL);
      expect(sent.map((request) => request.url)).toEqual([`${HERE}/`]);
    }
  });
});

it.each<[string, RequestInit | undefined]>([
  ['alone', undefined],
  ['with an init', { cache: 'no-store' }],
])(
  'the headers of a Request %s are those of the call, also where nobody turns out to be signed in',
  async (_how, init) => {
    const { sent, fetch } = recording();
    let answer = (): void => undefined;
    const asked = new Promise<undefined>((resolve) => (answer = () => resolve(undefined)));
    const tokens: TokenSource = {
      getToken: () => asked,
      replaceRejected: async () => undefined,
    };
    const request = new Request(HERE, { headers: { 'x-mine': 'before' } });
    const sending = createAuthFetch(tokens, { origins: [HERE], fetch })(request, init);
    request.headers.set('x-mine', 'after');
    answer();
    await sending;
    expect(sent.map(({ headers }) => headers.get('x-mine'))).toEqual(['before']);
  },
);
