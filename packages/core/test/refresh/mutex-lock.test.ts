import { describe, expect, it } from '@jest/globals';
import { mutexLock } from '../../src/refresh/mutex-lock.ts';
import { settle } from '../support/clock.ts';
import { countingSignal } from '../support/counting-signal.ts';

const gate = () => {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), passed };
};

describe('the lock of a process', () => {
  it('lets one in at a time, in the order of arrival', async () => {
    const lock = mutexLock();
    let inside = 0;
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        lock.request('a', {}, async () => {
          expect(++inside).toBe(1);
          await settle();
          order.push(index);
          inside--;
        }),
      ),
    );
    expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });

  it('lets nobody in who comes while others wait and one after the other has gone', async () => {
    const lock = mutexLock();
    const [first, second] = [gate(), gate()];
    const order: string[] = [];
    const one = lock.request('a', {}, () => first.passed);
    const two = lock.request('a', {}, async () => {
      order.push('second');
      await second.passed;
      order.push('second is done');
    });
    first.open();
    await one;
    const three = lock.request('a', {}, async () => void order.push('third'));
    await settle();
    expect(order).toEqual(['second']);
    second.open();
    await Promise.all([two, three]);
    expect(order).toEqual(['second', 'second is done', 'third']);
  });

  it('keeps names apart, and names what is held', async () => {
    const lock = mutexLock();
    const first = gate();
    const held = lock.request('a', {}, () => first.passed);
    expect(await lock.request('b', {}, async (info) => info?.name)).toBe('b');
    first.open();
    await held;
  });

  it('says that it comes free when its holder dies, as nobody else’s does', async () => {
    const identity = (lock = mutexLock()) =>
      lock.request('a', {}, async (info) => info?.freedOnDeath);
    const lock = mutexLock();
    const found = [await identity(lock), await identity(lock), await identity(), await identity()];
    expect(found[0]).toEqual(expect.stringMatching(/^process-\w{10,}$/));
    expect(found[0]).toBe(found[1]);
    expect(new Set(found).size).toBe(3);
  });

  it('gives what the task gives, or throws', async () => {
    const lock = mutexLock();
    expect(await lock.request('a', {}, async () => 7)).toBe(7);
    const failure = new Error('x');
    await expect(lock.request('a', {}, () => Promise.reject(failure))).rejects.toBe(failure);
    await expect(
      lock.request('a', {}, () => {
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(await lock.request('a', {}, async () => 'free again')).toBe('free again');
  });

  it('rejects at once who aborts while queued, and the next one gets in', async () => {
    const lock = mutexLock();
    const first = gate();
    const controller = new AbortController();
    let ran = false;
    const held = lock.request('a', {}, () => first.passed);
    const aborted = lock.request('a', { signal: controller.signal }, async () => {
      ran = true;
    });
    const next = lock.request('a', {}, async () => 'in');
    controller.abort(new Error('left'));
    await expect(aborted).rejects.toThrow('left');
    first.open();
    await held;
    expect(await next).toBe('in');
    expect(ran).toBe(false);
  });

  it('comes free when everybody who waits has aborted', async () => {
    const lock = mutexLock();
    const first = gate();
    const controller = new AbortController();
    const held = lock.request('a', {}, () => first.passed);
    const aborted = Array.from({ length: 10 }, () =>
      lock.request('a', { signal: controller.signal }, async () => 'in').catch(String),
    );
    controller.abort('left');
    expect(new Set(await Promise.all(aborted))).toEqual(new Set(['left']));
    const later = lock.request('a', {}, async () => 'in');
    first.open();
    await held;
    expect(await later).toBe('in');
    await settle();
    expect(await lock.request('a', {}, async () => 'again')).toBe('again');
  });

  it('does not let in who had aborted before, free or not', async () => {
    const lock = mutexLock();
    await expect(
      lock.request('a', { signal: AbortSignal.abort('before') }, async () => 'in'),
    ).rejects.toBe('before');
    expect(await lock.request('a', {}, async () => 'in')).toBe('in');
  });

  it('lets the task finish whose signal aborts after it was granted', async () => {
    const lock = mutexLock();
    const controller = new AbortController();
    const first = gate();
    const held = lock.request('a', { signal: controller.signal }, async () => {
      await first.passed;
      return 'finished';
    });
    await settle();
    controller.abort('late');
    const second = lock.request('a', {}, async () => 'in');
    first.open();
    expect(await held).toBe('finished');
    expect(await second).toBe('in');
  });

  it('leaves no listener on a signal that lives long', async () => {
    const lock = mutexLock();
    const long = countingSignal();
    for (let index = 0; index < 100; index++)
      await lock.request('a', { signal: long.signal }, async () => undefined);
    expect(long.listeners).toBe(0);
  });

  it('has nothing to do with another lock of the same name', async () => {
    const first = gate();
    const held = mutexLock().request('a', {}, () => first.passed);
    expect(await mutexLock().request('a', {}, async () => 'in')).toBe('in');
    first.open();
    await held;
  });
});
