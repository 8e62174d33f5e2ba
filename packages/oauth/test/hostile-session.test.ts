// Hostile answers as the whole of the session meets them: what is handed out, said in events and errors, and logged.
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { createTokenManager, TokenError, type TokenManager } from 'unexpired';
import { refreshTokenGrant, revokeToken } from '@unexpired/oauth';
import { testClock } from '../../core/test/support/clock.ts';
import { context } from './support/context.ts';
import { everyTextIn } from './support/every-text.ts';
import { bodies, headers, SECRET, statuses } from './support/hostile-answers.ts';

const MINUTE = 60_000;
const answers = fc.array(fc.tuple(statuses, bodies, headers), { minLength: 1, maxLength: 4 });
type Answers = typeof answers extends fc.Arbitrary<infer Value> ? Value : never;

/** Answers as they were planned, then 503 for ever. */
function planned(plan: Answers): () => Promise<Response> {
  const left = [...plan];
  return async () => {
    const [status, text, head] = left.shift() ?? [503, '', {}];
    return new Response(text, { status, headers: head });
  };
}

const asked: Record<string, (tokens: TokenManager, current: string) => Promise<unknown>> = {
  getToken: (tokens) => tokens.getToken(),
  refresh: (tokens) => tokens.refresh(),
  replaceRejected: (tokens, current) => tokens.replaceRejected(current),
};

describe('whatever the token endpoint answers', () => {
  it('a session gives tokens or typed errors, and no token is in an error, an event or a log', async () => {
    const logged: unknown[] = [];
    const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) =>
      jest.spyOn(console, level).mockImplementation((...what) => void logged.push(what)),
    );
    const wrong: unknown[] = [];

    await fc.assert(
      fc.asyncProperty(
        answers,
        fc.array(fc.constantFrom(...Object.keys(asked)), { minLength: 1, maxLength: 5 }),
        async (plan, asks) => {
          const clock = testClock();
          const said: unknown[] = [];
          const tokens = createTokenManager({
            clock,
            tokens: {
              accessToken: 'marked-old-access',
              refreshToken: 'marked-old-refresh',
              expiresAt: clock.now() + MINUTE,
            },
            refresh: refreshTokenGrant({
              tokenEndpoint: 'https://id.example.com/token',
              clientId: 'web',
              fetch: planned(plan),
            }),
          });
          tokens.subscribe((event) => said.push(event));
          let current = 'marked-old-access';
          for (const ask of asks) {
            const waiting = asked[ask]?.(tokens, current).catch((error: unknown) => error);
            await clock.advance(MINUTE);
            const outcome = await waiting;
            if (outcome instanceof Error) {
              said.push(outcome);
              if (!(outcome instanceof TokenError)) wrong.push(outcome);
            } else if (outcome !== undefined)
              current = (outcome as { accessToken: string }).accessToken;
            if (typeof current !== 'string' || !/^[\x21-\x7e]+$/.test(current)) wrong.push(current);
          }
          const closing = tokens.close();
          await clock.advance(MINUTE);
          await closing;

          expect(wrong).toEqual([]);
          expect(everyTextIn(said).filter((text) => SECRET.test(text))).toEqual([]);
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 150 },
    );

    for (const spy of spies) spy.mockRestore();
    expect(logged).toEqual([]);
  });
});

describe('whatever else answers', () => {
  /** What is wrong with how a call ended. */
  const faults = async (call: Promise<unknown>): Promise<unknown[]> => {
    const error = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const untyped = error === undefined || error instanceof TokenError ? [] : [error];
    return [...untyped, ...everyTextIn(error).filter((text) => SECRET.test(text))];
  };

  it('discovery ends with a typed error, and no token was sent', async () => {
    await fc.assert(
      fc.asyncProperty(statuses, bodies, headers, async (status, text, head) => {
        const sent: (string | undefined)[] = [];
        const refresh = refreshTokenGrant({
          issuer: 'https://id.example.com',
          clientId: 'web',
          fetch: async (_url, init) => {
            sent.push(init?.body);
            return new Response(text, { status, headers: head });
          },
        });
        const call = refresh(
          { accessToken: 'marked-old-access', refreshToken: 'marked-old-refresh' },
          context(),
        );
        expect(await faults(call)).toEqual([]);
        expect(sent.filter((body) => body !== undefined)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('revocation succeeds or ends with a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(statuses, bodies, headers, async (status, text, head) => {
        const revoke = revokeToken({
          revocationEndpoint: 'https://id.example.com/revoke',
          clientId: 'web',
          fetch: async () => new Response(text, { status, headers: head }),
        });
        const call = revoke(
          { accessToken: 'marked-old-access', refreshToken: 'marked-old-refresh' },
          context(),
        );
        expect(await faults(call)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('a body that breaks off while it is read is a lost answer', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, fc.constantFrom(200, 500), async (text, status) => {
        const half = new ReadableStream({
          pull(controller) {
            controller.enqueue(new TextEncoder().encode(text));
            controller.error(new TypeError('terminated: marked'));
          },
        });
        const refresh = refreshTokenGrant({
          tokenEndpoint: 'https://id.example.com/token',
          clientId: 'web',
          fetch: async () => new Response(half, { status }),
        });
        const call = refresh({ accessToken: 'a', refreshToken: 'marked-old-refresh' }, context());
        expect(await faults(call)).toEqual([]);
        await expect(call).rejects.toMatchObject({
          code: 'ERR_REFRESH_UNAVAILABLE',
          delivery: 'unanswered',
        });
      }),
      { numRuns: 100 },
    );
  });
});
