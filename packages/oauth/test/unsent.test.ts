import { afterAll, describe, expect, it } from '@jest/globals';
import { type AddressInfo, createServer } from 'node:net';
import { TokenError } from 'unexpired';
import type { GrantOptions } from '@unexpired/oauth';
import { everyTextIn } from './support/every-text.ts';
import { perhapsLost, playedEndpoint, REFRESH_TOKEN } from './support/played-endpoint.ts';

const endpoint = playedEndpoint();
const { failure } = endpoint;

const failed = (reason: Error) => failure({ clientAuthentication: () => Promise.reject(reason) });

const platform = (onLine: boolean[]): void => {
  Object.defineProperty(globalThis, 'navigator', {
    configurable: true,
    value: {
      get onLine() {
        return onLine.shift();
      },
    },
  });
};

describe('a request that may not have left', () => {
  it('a refused connection surely did not', async () => {
    const { port } = await closedPort();

    expect(await failure({ tokenEndpoint: `http://127.0.0.1:${port}/token` })).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unsent',
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('a name that does not resolve surely did not', async () => {
    const { delivery } = await failure({
      tokenEndpoint: 'https://id.invalid/token',
      fetch: failing({ cause: { code: 'ENOTFOUND', syscall: 'getaddrinfo' } }),
    });

    expect(delivery).toBe('unsent');
  });

  it('a TLS handshake that failed surely did not', async () => {
    expect(
      await failure({ tokenEndpoint: `${endpoint.origin.replace('http:', 'https:')}/token` }),
    ).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unsent',
    });
  });

  it.each([
    ['UND_ERR_CONNECT_TIMEOUT', { cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } }],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', { cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } }],
    ['ERR_TLS_CERT_ALTNAME_INVALID', { cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } }],
    [
      'every address refused',
      {
        cause: {
          name: 'AggregateError',
          code: 'ETIMEDOUT',
          errors: [
            { code: 'ETIMEDOUT', syscall: 'connect' },
            { code: 'ENETUNREACH', syscall: 'connect' },
          ],
        },
      },
    ],
    ['a code on the error itself, as axios has it', { code: 'ECONNREFUSED' }],
  ])('%s: surely not', async (_what, error) => {
    expect(await failure({ fetch: failing(error) })).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unsent',
    });
  });

  it.each([
    ['a connection that was reset', { cause: { code: 'ECONNRESET', syscall: 'read' } }],
    ['a connection that died', { cause: { code: 'ETIMEDOUT', syscall: 'read' } }],
    ['a socket that was closed', { cause: { code: 'UND_ERR_SOCKET' } }],
    [
      'one address refused and another reset',
      {
        cause: {
          name: 'AggregateError',
          errors: [{ code: 'ECONNREFUSED' }, { code: 'ECONNRESET' }],
        },
      },
    ],
    ['a browser’s error, which says nothing', {}],
  ])('%s: perhaps', async (_what, error) => {
    expect(await failure({ fetch: failing(error) })).toMatchObject(perhapsLost);
  });

  it.each([
    ['code', Object.assign(new Error('x'), { cause: hostile('code') })],
    ['cause', hostile('cause', { code: 'ECONNREFUSED' })],
    ['errors', hostile('errors', { code: 'ECONNREFUSED' })],
    ['name', hostile('name', { code: 'ECONNREFUSED' })],
  ])('an error whose "%s" cannot be read: perhaps', async (_what, error) => {
    const fetch = () => Promise.reject(error);
    expect(await failure({ fetch })).toMatchObject(perhapsLost);
    expect(await failure({ clientAuthentication: () => Promise.reject(error) })).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unsent',
    });
  });

  it('what a failing fetch attached to its error is not passed on', async () => {
    const error = {
      message: REFRESH_TOKEN,
      config: { data: REFRESH_TOKEN },
      cause: { message: REFRESH_TOKEN, code: REFRESH_TOKEN, data: REFRESH_TOKEN },
    };

    expect(everyTextIn(await failure({ fetch: failing(error) })).join()).not.toContain(
      REFRESH_TOKEN,
    );
  });

  it('a client authentication that throws: nothing was sent', async () => {
    expect(await failed(new Error('the key service is down'))).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unsent',
    });
    expect(
      await failed(Object.assign(new TypeError('wrong key'), { code: 'ERR_INVALID_ARG_VALUE' })),
    ).toMatchObject({
      code: 'ERR_REFRESH_CONFIGURATION',
      delivery: 'unsent',
    });
    const own = new TokenError('ERR_REFRESH_UNAVAILABLE', { retryAfter: 1 });
    expect(await failed(own)).toBe(own);
    expect(endpoint.calls).toBe(0);
  });

  it('the hard cap while the server thinks: perhaps', async () => {
    const cap = new AbortController();
    endpoint.answer = () => cap.abort();

    expect(await failure({}, cap.signal)).toMatchObject(perhapsLost);
  });

  it('the hard cap while the body hangs: perhaps', async () => {
    const cap = new AbortController();
    endpoint.answer = (_request, response) =>
      void response.writeHead(200).write('{"access_token":', () => cap.abort());

    expect(await failure({}, cap.signal)).toMatchObject(perhapsLost);
  });

  it('the hard cap reached before: surely not', async () => {
    expect(await failure({}, AbortSignal.abort())).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unsent',
    });
    expect(endpoint.calls).toBe(0);
  });

  describe('where the platform knows that it is offline', () => {
    const original = Object.getOwnPropertyDescriptor(globalThis, 'navigator') ?? {
      configurable: true,
      value: undefined,
    };
    afterAll(() => void Object.defineProperty(globalThis, 'navigator', original));

    it('before and after the failure: surely not', async () => {
      platform([false, false]);
      expect(await failure({ fetch: failing({}) })).toMatchObject({ delivery: 'unsent' });
    });

    it('only after it: perhaps, the network may have gone with the answer', async () => {
      platform([true, false]);
      expect(await failure({ fetch: failing({}) })).toMatchObject({ delivery: 'unanswered' });
    });
  });
});

function failing(more: object): NonNullable<GrantOptions['fetch']> {
  return () => Promise.reject(Object.assign(new TypeError('fetch failed'), more));
}

/** An error with a getter that throws. */
function hostile(name: string, members: object = {}): Error {
  return Object.defineProperty(Object.assign(new Error('x'), members), name, {
    get(): never {
      throw new Error('hostile');
    },
  });
}

/** A port where nothing listens (any more). */
async function closedPort(): Promise<{ port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return { port };
}
