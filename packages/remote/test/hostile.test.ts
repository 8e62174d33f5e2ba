import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { manualClock, settle } from '@unexpired/testing';
import { TokenError, type TokenManager } from 'unexpired';
import { createEventReader } from '../src/event-text.ts';
import { remoteEvents, type RemoteTokensOptions, remoteTokens } from '../src/index.ts';

type Reply = (call: { method: string; signal: AbortSignal }) => Response | Promise<Response>;
const clock = manualClock();
let calls: string[] = [];
let reply: Reply;
const opened: TokenManager[] = [];
beforeEach(() => {
  calls = [];
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
const open = (options: Partial<RemoteTokensOptions> = {}): TokenManager => {
  const tokens = remoteTokens({
    ...{ url: 'http://127.0.0.1:1', session: 'acme:42', credentials: 'unx_test', provider: 'crm' },
    ...{ clock, random: () => 0.5 },
    fetch: async (_url, { method, signal }) => {
      calls.push(method);
      return reply({ method, signal });
    },
    ...options,
  });
  opened.push(tokens);
  return tokens;
};
const token = (generation: number, { session = 's', seconds = 3600, ...more } = {}): Response =>
  Response.json(
    {
      ...{ session, generation, access_token: `access-${session}-${generation}` },
      ...{ token_type: 'Bearer', expires_at: clock.now() / 1000 + seconds, ...more },
    },
    { headers: { date: new Date(clock.now()).toUTCString() } },
  );
const page = (status: number): Response =>
  new Response('<html>Please sign in</html>', {
    status,
    headers: { 'content-type': 'text/html' },
  });
const hanging = (): Promise<never> => new Promise(() => undefined);
/** What it comes to within a minute; `undefined`: it still waits. */
const within = async (promise: Promise<unknown>): Promise<unknown> => {
  const ended = promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  await clock.advance(70_000);
  return Promise.race([ended, settle()]);
};

/** What is asked for where the answer, a token that lives 5 s, takes 8 s, and the next one is of the generation after it. */
const afterSlowAnswer = async (
  ask: () => Promise<unknown>,
  generation: number,
): Promise<unknown> => {
  let answer: (found: Response) => void = () => undefined;
  reply = () => new Promise((resolve) => (answer = resolve));
  const waiting = ask();
  await settle();
  const slow = token(generation, { seconds: 5 });
  await clock.advance(8000);
  reply = () => token(generation + 1, { seconds: 5 });
  answer(slow);
  await settle();
  return within(waiting);
};

/** A manager with a valid token that is due. */
const withDueToken = async (options?: Partial<RemoteTokensOptions>): Promise<TokenManager> => {
  reply = () => token(1);
  const tokens = open(options);
  await tokens.getToken();
  await clock.advance(3_580_000);
  return tokens;
};

describe('a valid token is used', () => {
  it.each<[string, Reply]>([
    ['a page of HTML in the place of the service', () => page(200)],
    ['a page of HTML that says 404', () => page(404)],
    ['an answer that is no token', () => Response.json({ hello: 'world' })],
    ['an answer that breaks off', () => new Response('{"session":', { status: 200 })],
    ['credentials that may no longer do this', () => Response.json({}, { status: 403 })],
    ['a redirect', () => new Response(null, { status: 302 })],
  ])('whatever comes in the place of a newer one: %s', async (_what, answer) => {
    const tokens = await withDueToken();
    reply = answer;
    expect((await tokens.getToken())?.accessToken).toBe('access-s-1');
    const asked = calls.length;
    expect((await tokens.getToken())?.accessToken).toBe('access-s-1');
    expect(calls.length).toBe(asked); // not asked again at once
  });

  it.each<[string, unknown]>([
    ['whose own session has ended', new TokenError('ERR_SESSION_ENDED')],
    ['that cannot be had now', new TokenError('ERR_REFRESH_UNAVAILABLE')],
    ['that throw', new Error('a mistake')],
  ])('although there are no credentials for the service, %s', async (_what, error) => {
    let isBroken = false;
    const getToken = async () => {
      if (isBroken) throw error;
      return { accessToken: 'unx_test' };
    };
    const tokens = await withDueToken({
      credentials: { getToken, replaceRejected: async () => undefined },
    });
    isBroken = true;
    expect((await tokens.getToken())?.accessToken).toBe('access-s-1');
    expect(tokens.status).toBe('signedIn');
  });
});

describe('that a valid token is used because there is no newer one', () => {
  const warningsOf = (tokens: TokenManager) => {
    const warnings: unknown[] = [];
    tokens.subscribe((event) => {
      if (event.type === 'warning') warnings.push([event.code, event.message, event.error?.code]);
    });
    return warnings;
  };
  const forbidden = () => Response.json({}, { status: 403 });
  const refused = [
    'CONFIGURATION',
    'The credentials may not do this with this session (403). The token that is here is used while it is valid',
    'ERR_REFRESH_CONFIGURATION',
  ];

  it.each<[string, Reply, string]>([
    ['the credentials may not do this', forbidden, 'CONFIGURATION'],
    ['the address redirects', () => new Response(null, { status: 302 }), 'CONFIGURATION'],
    ['another server answers', () => Response.json({}, { status: 404 }), 'CONFIGURATION'],
    ['nothing answers there', () => Promise.reject(new Error('secret')), 'STORE_UNAVAILABLE'],
    ['a page for people answers', () => page(404), 'STORE_UNAVAILABLE'],
  ])('is a warning, once, where %s', async (_where, answer, code) => {
    const tokens = await withDueToken();
    const warnings = warningsOf(tokens);
    reply = answer;
    await Promise.all([tokens.getToken(), tokens.getToken()]);
    await clock.advance(10_001);
    await tokens.getToken();
    expect(warnings).toEqual([[code, expect.not.stringContaining('secret'), expect.any(String)]]);
  });

  it('is one again once the service has answered in between', async () => {
    const tokens = await withDueToken();
    const warnings = warningsOf(tokens);
    for (const [answer, pause] of [
      [forbidden, 10_001],
      [() => token(1), 3_580_000],
      [forbidden, 0],
    ] as const) {
      reply = answer;
      await tokens.getToken();
      await clock.advance(pause);
    }
    expect(warnings).toEqual([refused, refused]);
  });

  it('is none where the service answers', async () => {
    const tokens = await withDueToken();
    const warnings = warningsOf(tokens);
    reply = () => token(2);
    expect((await tokens.getToken())?.generation).toBe(2);
    expect(warnings).toEqual([]);
  });
});

describe('without a valid token', () => {
  it('the end of the session of the credentials is no end of this session', async () => {
    const getToken = () => Promise.reject(new TokenError('ERR_SIGNED_OUT'));
    const tokens = open({ credentials: { getToken, replaceRejected: getToken } });
    await expect(tokens.getToken()).rejects.toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION' });
    expect(tokens.status).toBe('unknown');
  });

  it.each<[string, Partial<RemoteTokensOptions>]>([
    ['credentials that never come', { credentials: hanging }],
    ['a fetch that does not listen to its signal', { fetch: hanging }],
  ])('nobody waits for ever: %s', async (_what, options) => {
    expect(await within(open(options).getToken())).toMatchObject({
      error: { code: 'ERR_REFRESH_UNAVAILABLE' },
    });
  });

  it('a body without an end is no answer', async () => {
    reply = () =>
      new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array([123])) }), {
        headers: { 'content-type': 'application/json' },
      });
    expect(await within(open().getToken())).toMatchObject({
      error: { code: 'ERR_REFRESH_UNAVAILABLE' },
    });
  });

  it('a body of gigabytes is not read', async () => {
    let sent = 0;
    reply = () =>
      new Response(
        new ReadableStream({
          pull(body) {
            sent += 65_536;
            body.enqueue(new Uint8Array(65_536).fill(32));
            if (sent > 64 * 2 ** 20) body.close();
          },
        }),
        { headers: { 'content-type': 'application/json' } },
      );
    await within(open().getToken());
    expect(sent / calls.length).toBeLessThan(2 * 2 ** 20);
  });

  it('a page of HTML is no answer of the service, and is asked for again', async () => {
    reply = () => page(200);
    const waiting = open().getToken();
    await settle();
    reply = () => token(1);
    expect(await within(waiting)).toMatchObject({ value: { accessToken: 'access-s-1' } });
  });

  it.each([
    { access_token: 'two\nlines' },
    { access_token: '' },
    { access_token: 'undefined' },
    { token_type: 'Bearer\r\nx-evil: 1' },
  ])('what no header may carry is no token: %j', async (more) => {
    reply = () => token(1, more as object);
    await expect(open().getToken()).rejects.toMatchObject({ code: 'ERR_REFRESH_ANSWER' });
  });

  it('one that had expired when it came is asked for again', async () => {
    const tokens = open();
    const asked = (): Promise<unknown> => tokens.getToken();
    expect(await afterSlowAnswer(asked, 1)).toMatchObject({ value: { accessToken: 'access-s-2' } });
  });
});

describe('a token that was refused', () => {
  it('whose successor had expired when it came: that one’s successor is asked for', async () => {
    reply = () => token(1);
    const tokens = open();
    await tokens.getToken();
    const asked = (): Promise<unknown> => tokens.replaceRejected('access-s-1');
    expect(await afterSlowAnswer(asked, 2)).toMatchObject({ value: { accessToken: 'access-s-3' } });
  });

  it('of a generation that was never held, in whose place the service has nothing: what was held and has expired does not count', async () => {
    reply = () => token(1, { seconds: 5 });
    const tokens = open();
    await tokens.getToken();
    await clock.advance(8000);
    reply = () => new Response(null, { status: 204 });
    calls = [];
    expect(await tokens.replaceRejected({ session: 's', generation: 2 })).toBeUndefined();
    expect(calls).toEqual(['POST']);
  });

  it('gives way to another sign-in, where the service has nothing better in its place', async () => {
    reply = () => token(1);
    const tokens = open();
    await tokens.getToken();
    reply = () => new Response(null, { status: 204 });
    expect(await tokens.replaceRejected('access-s-1')).toBeUndefined();
    reply = () => token(0, { session: 'other' });
    expect((await tokens.getToken())?.accessToken).toBe('access-other-0');
  });

  it('and that has no better one keeps nobody unsigned who asks for it meanwhile', async () => {
    reply = () => token(1);
    const tokens = open();
    await tokens.getToken();
    reply = ({ method }) =>
      method === 'POST' ? new Response(null, { status: 204 }) : token(0, { session: 'other' });
    const replaced = tokens.replaceRejected('access-s-1');
    const meanwhile = tokens.getToken();
    expect(await replaced).toBeUndefined();
    expect((await meanwhile)?.accessToken).toBe('access-other-0');
  });

  it('is asked for once more where it is the current one all the same', async () => {
    reply = () => token(1);
    const tokens = open();
    await tokens.getToken();
    reply = () => new Response(null, { status: 204 });
    await tokens.replaceRejected('access-s-1');
    reply = () => token(1);
    for (let count = 0; count < 3; count++)
      expect((await tokens.getToken())?.accessToken).toBe('access-s-1');
    expect(calls).toEqual(['GET', 'POST', 'GET']);
  });
});

describe('a call that is under way', () => {
  it('when somebody signs in gives its waiters the token of the sign-in', async () => {
    let answer: (found: Response) => void = () => undefined;
    reply = () => new Promise((resolve) => (answer = resolve));
    const tokens = open();
    const waiting = tokens.getToken();
    await settle();
    reply = ({ method }) => (method === 'PUT' ? Response.json({}) : token(0));
    await tokens.setSession({ accessToken: 'a', refreshToken: 'r' });
    answer(Response.json({ code: 'unknown' }, { status: 404 }));
    expect((await waiting)?.accessToken).toBe('access-s-0');
  });

  it.each<[string, Reply, boolean]>([
    ['an answer', hanging, true],
    ['its next try', () => page(503), false],
  ])(
    'ends at once with close(), and leaves no timer, while it waits for %s',
    async (_what, how, isCalling) => {
      let signal: AbortSignal | undefined;
      reply = (call) => {
        ({ signal } = call);
        return how(call);
      };
      const tokens = open();
      const waiting = tokens.getToken().catch((error: unknown) => error);
      await settle();
      await tokens.close();
      await settle();
      expect(await Promise.race([waiting, settle()])).toMatchObject({ code: 'ERR_CLOSED' });
      expect(signal?.aborted).toBe(isCalling);
      expect(clock.pending).toBe(0);
    },
  );
});

describe('a stream of events', () => {
  it('that is not understood is cut before it is opened again', async () => {
    const signals: AbortSignal[] = [];
    const events = remoteEvents({
      ...{ url: 'http://127.0.0.1:1', credentials: 'unx_test', clock, random: () => 0.5 },
      fetch: async (_url, { signal }) => {
        signals.push(signal);
        const start = (body: ReadableStreamDefaultController) =>
          body.enqueue(new Uint8Array(70_000).fill(65));
        return new Response(new ReadableStream({ start }));
      },
    });
    const leave = events.join('acme:42', () => undefined);
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    leave();
  });

  it('has no position that a header could not carry', () => {
    const reader = createEventReader('7');
    reader.read('id: \u2603\n\nid: \0\n\n');
    expect(reader.lastId).toBe('7');
    reader.read(`id: ${'9'.repeat(5000)}\n\n`);
    expect(reader.lastId).toBe('7');
    reader.read('id: 8\n\n');
    expect(reader.lastId).toBe('8');
  });

  it('with an event that does not end is not kept', () => {
    const reader = createEventReader();
    const line = `data: ${'x'.repeat(1000)}\n`;
    expect(() => {
      for (let count = 0; count < 1000; count++) reader.read(line);
    }).toThrow('does not end');
  });
});
