import { describe, expect, it } from '@jest/globals';
import { TokenError, tokenErrorOf } from '../../src/index.ts';
import { renewable } from '../../src/renewable.ts';
import { settle, testClock } from '../support/clock.ts';
import { seededRandom } from '../support/random.ts';
import { gate, type Login, Refused, testLogins } from './support.ts';

const HOUR = 3_600_000;
const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
const throwing = (thrown: unknown) => async (): Promise<never> => {
  throw thrown;
};
const hundred = <T>(task: () => Promise<T>): Promise<T>[] => Array.from({ length: 100 }, task);

describe('a renewable', () => {
  it('is made when it is first asked for, once for all who ask', async () => {
    const { logins, made } = testLogins();
    expect(made()).toBe(0);
    const found = await Promise.all(hundred(() => logins.get()));
    expect([new Set(found).size, made()]).toEqual([1, 1]);
    expect(await logins.get()).toBe(found[0]);
    expect(made()).toBe(1);
  });

  it('is made anew when it is due, once for all, and the old one is disposed of', async () => {
    const { logins, clock, made, disposed } = testLogins();
    await logins.get();
    await clock.advance(HOUR - 29_000);
    const found = await Promise.all(hundred(() => logins.get()));
    expect([new Set(found.map(({ n }) => n)), made()]).toEqual([new Set([2]), 2]);
    await settle();
    expect(disposed).toEqual([1]);
  });

  it('without expiresAt is good until it is refused', async () => {
    let made = 0;
    const clock = testClock();
    const one = renewable({ acquire: async () => ({ value: ++made }), clock });
    await one.get();
    await clock.advance(1000 * HOUR);
    expect(await one.get()).toBe(1);
  });

  it('runs each task that was refused once more, with one new value for all', async () => {
    const { logins, clock, made, query, takeBack, disposed } = testLogins();
    await logins.get();
    await clock.advance(1000);
    takeBack();
    expect(await Promise.all(hundred(() => logins.use(query)))).toEqual(Array(100).fill(2));
    await settle();
    expect([made(), disposed]).toEqual([2, [1]]);
  });

  it.each([
    [true, 2],
    [false, 1],
  ])('waits for an isRejected that is asynchronous: %p', async (rejected, tasks) => {
    const clock = testClock();
    const one = renewable({
      acquire: async () => ({ value: 1 }),
      isRejected: async () => rejected,
      clock,
    });
    await one.get();
    await clock.advance(HOUR);
    let ran = 0;
    const failing = one.use(async () => {
      ran++;
      throw new Error('of the task');
    });
    expect(await reasonOf(failing)).toMatchObject({ message: 'of the task' });
    expect(ran).toBe(tasks);
  });

  it('repairs a late refusal of an old value without making another', async () => {
    const { logins, clock, made, query, takeBack } = testLogins();
    const answer = gate();
    const late = logins.use(async (login) => {
      if (login.n === 1) await answer.promise;
      return query(login);
    });
    await clock.advance(2000);
    takeBack();
    expect(await logins.use(query)).toBe(2);
    answer.open();
    expect([await late, made()]).toEqual([2, 2]);
  });

  it('hands over a refusal within a second of the making, with the reason behind it', async () => {
    const { logins, clock, made, query, takeBack } = testLogins();
    await logins.get();
    await clock.advance(999);
    takeBack();
    const error = await reasonOf(logins.use(query));
    expect(error).toBeInstanceOf(Refused);
    expect(tokenErrorOf(error)).toMatchObject({ code: 'ERR_REFRESH_LIMIT', retryAfter: 1 });
    expect(made()).toBe(1);
    await clock.advance(1);
    expect(await logins.use(query)).toBe(2);
  });

  it('hands over a refusal that is no object, or frozen, or has a cause, as it is', async () => {
    for (const refusal of ['no', Object.freeze(new Refused('no')), new Error('no', { cause: 1 })]) {
      const { logins } = testLogins({ isRejected: () => true });
      expect(await reasonOf(logins.use(throwing(refusal)))).toBe(refusal);
    }
  });

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

  it('uses what has expired on arrival until it is refused: a clock is wrong (R9)', async () => {
    const { logins, clock, events, query, takeBack } = testLogins({}, -1);
    expect(await logins.use(query)).toBe(1);
    expect(events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'CLOCK' }));
    await clock.advance(2000);
    takeBack();
    expect(await logins.use(query)).toBe(2);
  });

  const values: unknown[] = [() => 'called', undefined, null, Number.NaN, '', 0, false];
  it.each([...values, 'x'.repeat(10_000_000), new Uint8Array(50_000_000)].map((value) => [value]))(
    'gives any value as it is (%#)',
    async (value) => {
      const one = renewable({ acquire: async () => ({ value }) });
      expect(Object.is(await one.get(), value)).toBe(true);
      expect(await one.use(async (got) => Object.is(got, value))).toBe(true);
      await one.close();
    },
  );

  it('gives tasks a value that has a then as it is, and disposes of it', async () => {
    const thenable = { then: () => undefined };
    const disposed: unknown[] = [];
    const one = renewable({
      acquire: async () => ({ value: thenable }),
      dispose: (value) => void disposed.push(value === thenable),
    });
    expect(await one.use(async (got) => got === thenable)).toBe(true);
    await one.close();
    expect(disposed).toEqual([true]);
  });

  it('lets one caller leave, and nobody else notices', async () => {
    const answer = gate<{ value: Login }>();
    const { logins } = testLogins({ acquire: () => answer.promise });
    const leaving = new AbortController();
    const left = reasonOf(logins.get({ signal: leaving.signal }));
    const stayed = logins.use(async ({ n }) => n);
    leaving.abort(new Error('left'));
    expect(await left).toMatchObject({ message: 'left' });
    answer.open({ value: { n: 7 } });
    expect(await stayed).toBe(7);
  });

  it('lets a caller leave who waits for a new value after a refusal', async () => {
    const answer = gate<{ value: Login }>();
    let made = 0;
    const { logins, clock } = testLogins({
      acquire: () => (++made === 1 ? Promise.resolve({ value: { n: 1 } }) : answer.promise),
    });
    await logins.get();
    await clock.advance(2000);
    const leaving = new AbortController();
    const refuse = ({ n }: Login): Promise<number> =>
      n === 1 ? Promise.reject(new Refused('no')) : Promise.resolve(n);
    const left = reasonOf(logins.use(refuse, { signal: leaving.signal }));
    const stayed = logins.use(refuse);
    await settle();
    leaving.abort(new Error('left'));
    expect(await left).toMatchObject({ message: 'left' });
    answer.open({ value: { n: 2 } });
    expect(await stayed).toBe(2);
  });

  it('lets everybody go in time when its making never returns, and uses what comes late', async () => {
    const answers = [gate<{ value: Login }>(), gate<{ value: Login }>()];
    let asked = 0;
    const { logins, clock, disposed } = testLogins({
      acquire: () => (answers[asked++] as (typeof answers)[0]).promise,
    });
    const first = reasonOf(logins.get());
    await clock.advance(30_000);
    expect(await first).toMatchObject({ code: 'ERR_WAIT_LIMIT' });
    await clock.advance(240_000);
    const second = logins.get();
    await settle();
    expect(asked).toBe(2);
    answers[0]?.open({ value: { n: 1 } });
    expect(await second).toEqual({ n: 1 });
    answers[1]?.open({ value: { n: 2 } });
    await settle();
    await logins.close();
    expect(new Set(disposed)).toEqual(new Set([1, 2]));
    expect(disposed).toHaveLength(2);
  });

  it('says so when its making asks for it, in place of waiting for itself', async () => {
    const { logins } = testLogins({ acquire: async () => ({ value: await logins.get() }) });
    const error = await reasonOf(logins.get());
    expect(error).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      cause: { code: 'ERR_REENTRANT' },
    });
  });
});

describe('dispose', () => {
  it('waits until no task uses the old value', async () => {
    const { logins, clock, disposed, query, takeBack } = testLogins();
    const answer = gate();
    const slow = logins.use(async ({ n }) => {
      await answer.promise;
      return disposed.includes(n);
    });
    await clock.advance(2000);
    takeBack();
    expect(await logins.use(query)).toBe(2);
    await settle();
    expect(disposed).toEqual([]);
    answer.open();
    expect(await slow).toBe(false);
    await settle();
    expect(disposed).toEqual([1]);
  });

  it.each([
    [
      'throws',
      (): unknown => {
        throw new Error('pool is gone');
      },
    ],
    ['rejects', (): unknown => Promise.reject(new Error('pool is gone'))],
  ])('that %s is a warning, and nobody else notices', async (_, dispose) => {
    const { logins, clock, events, query, takeBack } = testLogins({ dispose });
    await logins.get();
    await clock.advance(2000);
    takeBack();
    expect(await logins.use(query)).toBe(2);
    await logins.close();
    expect(events.filter(({ type }) => type === 'warning')).toMatchObject(
      Array.from({ length: 2 }, () => ({
        name: 'session',
        code: 'NOT_DISPOSED',
        error: { cause: { message: 'pool is gone' } },
      })),
    );
  });

  it('happens on close, after the tasks that run, and close waits for it', async () => {
    const { logins, disposed } = testLogins();
    const answer = gate();
    const slow = logins.use(() => answer.promise);
    await settle();
    let closed = false;
    const closing = logins.close().then(() => void (closed = true));
    await settle();
    expect([disposed, closed]).toEqual([[], false]);
    expect(await reasonOf(logins.get())).toMatchObject({ code: 'ERR_CLOSED' });
    expect(await reasonOf(logins.use(async () => 1))).toMatchObject({ code: 'ERR_CLOSED' });
    answer.open();
    await Promise.all([slow, closing]);
    expect(disposed).toEqual([1]);
  });

  it('is not put off by a refusal on close: the caller gets it, and no other value is made', async () => {
    const { logins, clock, query, takeBack, made } = testLogins();
    const [answer, end] = [gate(), gate()];
    const refused = reasonOf(logins.use(async (login) => (await answer.promise, query(login))));
    const slow = logins.use(() => end.promise);
    await clock.advance(2000);
    takeBack();
    const closing = logins.close();
    answer.open();
    expect(await refused).toBeInstanceOf(Refused);
    end.open();
    await Promise.all([slow, closing]);
    expect(made()).toBe(1);
  });

  it('happens to a value that was made twice when it is out of use as both', async () => {
    const pool = { open: true };
    const clock = testClock();
    const one = renewable({
      clock,
      random: seededRandom(1),
      acquire: async () => ({ value: pool, expiresAt: clock.now() + HOUR }),
      dispose: (value) => void (value.open = false),
    });
    await one.get();
    await clock.advance(HOUR);
    expect(await one.use(async ({ open }) => open)).toBe(true);
    await settle();
    expect(pool.open).toBe(true);
    await one.close();
    expect(pool.open).toBe(false);
  });

  it('is not waited for by making another value: none is made after close', async () => {
    const { logins, clock, disposed, made } = testLogins({}, 10_000);
    const answer = gate();
    const slow = logins.use(() => answer.promise);
    await settle();
    const closing = logins.close();
    await clock.advance(11_000);
    expect(await reasonOf(logins.get())).toMatchObject({ code: 'ERR_CLOSED' });
    expect(await reasonOf(logins.use(async () => 1))).toMatchObject({ code: 'ERR_CLOSED' });
    answer.open();
    await Promise.all([slow, closing]);
    expect([made(), disposed]).toEqual([1, [1]]);
  });

  it('happens to a value that arrives after close', async () => {
    const answer = gate<{ value: Login }>();
    const { logins, disposed } = testLogins({ acquire: () => answer.promise });
    const waiting = reasonOf(logins.get());
    await settle();
    const closing = logins.close();
    answer.open({ value: { n: 1 } });
    await closing;
    expect(disposed).toEqual([1]);
    expect(await waiting).toBeInstanceOf(TokenError);
  });

  it('happens to a value whose expiresAt is no time: each attempt makes another', async () => {
    let made = 0;
    const { logins, clock, disposed } = testLogins({
      acquire: async () => ({ value: { n: ++made }, expiresAt: new Date(0) as unknown as number }),
    });
    for (const before of [[], [1]]) {
      expect(disposed).toEqual(before);
      const asking = reasonOf(logins.get());
      await clock.advance(10_000);
      expect(await asking).toMatchObject({ code: 'ERR_REFRESH_ANSWER' });
    }
    expect([made, disposed]).toEqual([2, [1, 2]]);
  });

  it('that never ends, or a task that never ends, holds close for a limited time', async () => {
    const { logins, clock } = testLogins({ dispose: () => new Promise(() => undefined) });
    await logins.get();
    let closed = false;
    const closing = logins.close().then(() => void (closed = true));
    await clock.advance(74_000);
    expect(closed).toBe(false);
    await clock.advance(2000);
    await closing;
    expect([closed, clock.pending]).toEqual([true, 0]);
  });
});

describe('renewable()', () => {
  it('hears its events, unsubscribes, and says which value by a fingerprint', async () => {
    const { logins, events } = testLogins({ name: 'orders' });
    const heard: string[] = [];
    const stop = logins.subscribe(({ type }) => heard.push(type));
    await logins.get();
    await settle();
    stop();
    await logins.close();
    expect(heard).toEqual(['refreshStarted', 'ready', 'refreshEnded']);
    expect(events.map(({ name }) => name)).toEqual(['orders', 'orders', 'orders']);
  });

  it('sets no timer while nobody asks', async () => {
    const { logins, clock } = testLogins();
    await logins.get();
    await settle();
    expect(clock.pending).toBe(0);
  });

  it.each<[string, unknown]>([
    ['renewable: expected an object, got null', null],
    ['acquire: expected a function, got undefined', {}],
    ['there is no option "store"', { acquire: async () => ({ value: 1 }), store: {} }],
    ['isRejected: expected a function', { acquire: async () => ({ value: 1 }), isRejected: [] }],
    ['dispose: expected a function', { acquire: async () => ({ value: 1 }), dispose: 'end' }],
    ['skewWindow: expected ms', { acquire: async () => ({ value: 1 }), skewWindow: '30s' }],
  ])('says what is wrong: %s', (message, options) => {
    expect(() => renewable(options as never)).toThrow(message);
  });

  it('says what is wrong with a task or a listener', async () => {
    const { logins } = testLogins();
    await expect(logins.use(undefined as never)).rejects.toThrow(TypeError);
    expect(() => logins.subscribe(undefined as never)).toThrow('subscribe: expected a function');
  });
});
