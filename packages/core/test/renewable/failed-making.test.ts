import { describe, expect, it } from '@jest/globals';
import { TokenError, tokenErrorOf } from '../../src/index.ts';
import { renewable } from '../../src/renewable.ts';
import { seededRandom } from '../support/random.ts';
import { HOUR, hundred, reasonOf, testLogins } from './support.ts';

describe('a renewable', () => {
  it('gives all who wait the same error when its first making fails, and the next the next attempt', async () => {
    let tries = 0;
    const { logins, clock } = testLogins({
      async acquire() {
        if (++tries === 1) throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
        return { value: { n: tries } };
      },
    });
    const errors = await Promise.all(hundred(() => reasonOf(logins.get())));
    expect(new Set(errors).size).toBe(1);
    expect(errors[0]).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      cause: { message: 'down', code: 'ECONNREFUSED' },
    });
    const later = hundred(() => logins.get());
    await clock.advance(1000);
    expect(new Set((await Promise.all(later)).map(({ n }) => n))).toEqual(new Set([2]));
    expect(tries).toBe(2);
  });

  it('fails at once while the back-off lasts longer than somebody would wait, and says how long', async () => {
    const { logins, clock } = testLogins({
      acquire: () => Promise.reject(new Error('down')),
      waitTimeout: 100,
    });
    await reasonOf(logins.get());
    await clock.advance(1);
    const error = tokenErrorOf(await reasonOf(logins.get()));
    expect(error?.code).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(error?.retryAfter).toBeGreaterThan(100);
  });

  it('goes on with a value that is still good when the next cannot be made', async () => {
    const { logins, clock, query } = testLogins();
    let broken = false;
    const one = renewable({
      clock,
      random: seededRandom(1),
      async acquire() {
        if (broken) throw new Error('down');
        return { value: 'good', expiresAt: clock.now() + HOUR };
      },
    });
    await one.get();
    broken = true;
    await clock.advance(HOUR - 20_000);
    expect(await one.get()).toBe('good');
    await clock.advance(20_000);
    expect(await reasonOf(one.get())).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' });
    expect(await logins.use(query)).toBe(1);
  });

  it.each<[string, unknown]>([
    ['401', Object.assign(new Error('no'), { response: { status: 401, data: {} } })],
    ['invalid_client', Object.assign(new Error('no'), { error: 'invalid_client' })],
    ['a success that holds a token', { response: { status: 200, data: { access_token: 'x' } } }],
    ['an ended session of another manager', new TokenError('ERR_SESSION_ENDED')],
    ['a mistake of another manager', new TokenError('ERR_REFRESH_CONFIGURATION')],
    ['nothing', undefined],
    ['null', null],
  ])('calls it unavailable whatever its making throws: %s', async (_, thrown) => {
    let tries = 0;
    const { logins, clock } = testLogins({
      async acquire() {
        if (++tries === 1) throw thrown;
        return { value: { n: tries } };
      },
    });
    expect(await reasonOf(logins.get())).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' });
    await clock.advance(1000);
    expect(await logins.get()).toEqual({ n: 2 });
  });

  it('takes over the Retry-After of a TokenError that its making throws', async () => {
    const { logins, clock, events } = testLogins({
      acquire: () =>
        Promise.reject(new TokenError('ERR_REFRESH_UNAVAILABLE', { retryAfter: 20_000 })),
    });
    await reasonOf(logins.get());
    const ended = events.find(({ type }) => type === 'refreshEnded') as { retryAt?: number };
    expect(Number(ended.retryAt) - clock.now()).toBeGreaterThanOrEqual(20_000);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'acquire: expected { value, expiresAt }, got undefined'],
    ['the value alone', 'secret', 'acquire: expected { value, expiresAt }, got string'],
    ['an expiry in seconds', { value: 1, expiresAt: 1_800_003_600 }, 'are these seconds?'],
    ['a Date', { value: 1, expiresAt: new Date() }, 'did you mean new Date(expiresAt).getTime()'],
  ])('says what is wrong with what its making gives: %s', async (_, answer, message) => {
    const { logins, disposed } = testLogins({
      acquire: async () => answer as never,
      dispose: () => void disposed.push(0),
    });
    const error = await reasonOf(logins.get());
    expect(error).toMatchObject({ code: 'ERR_REFRESH_ANSWER', action: 'fix' });
    expect((error as Error).message).toContain(message);
    await logins.close();
    expect(disposed).toHaveLength(typeof answer === 'object' ? 1 : 0);
  });
});
