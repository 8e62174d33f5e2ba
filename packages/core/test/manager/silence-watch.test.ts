import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createSilenceWatch } from '../../src/manager/silence-watch.ts';
import { TokenError } from '../../src/index.ts';
import { testClock } from '../support/clock.ts';

const names = ['addEventListener', 'removeEventListener'] as const;
const before = names.map(
  (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
);

/** A platform that says when the network is back, as browsers do. */
function network(): { readonly listeners: Set<string>; online(): void } {
  const events = new EventTarget();
  const listeners = new Set<string>();
  const define = (name: (typeof names)[number], changes: (type: string) => void): void =>
    void Object.defineProperty(globalThis, name, {
      configurable: true,
      value: (type: string, listener: () => void) => {
        changes(type);
        events[name](type, listener);
      },
    });
  define('addEventListener', (type) => void listeners.add(type));
  define('removeEventListener', (type) => void listeners.delete(type));
  return { listeners, online: () => void events.dispatchEvent(new Event('online')) };
}

function watched(retryAfter: number | undefined, endsEarly = true) {
  const clock = testClock();
  const over = jest.fn();
  const obstacle =
    retryAfter === undefined
      ? undefined
      : new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'away', retryAfter });
  const watch = createSilenceWatch(clock, {
    obstacle: () => obstacle,
    endEarly: () => endsEarly,
    over,
  });
  return { clock, over, watch };
}

describe('the end of a silence', () => {
  afterEach(() => {
    for (const [name, was] of before)
      if (was === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, was);
  });

  it('is told once, a ms after it, however often it is asked for', async () => {
    const { clock, over, watch } = watched(2000);
    watch.watch();
    watch.watch();
    expect(clock.pending).toBe(1);
    await clock.advance(2000);
    expect(over).toHaveBeenCalledTimes(0);
    await clock.advance(1);
    expect([over.mock.calls.length, clock.pending]).toEqual([1, 0]);
  });

  it('is told at once where it is over already, and of the next one as well', async () => {
    const { clock, over, watch } = watched(undefined);
    watch.watch();
    await clock.advance(1);
    watch.watch();
    await clock.advance(1);
    expect(over).toHaveBeenCalledTimes(2);
  });

  it('comes with the network, where nothing had been sent; then nobody listens any more', async () => {
    const { listeners, online } = network();
    const { clock, over, watch } = watched(60_000);
    watch.watch();
    expect([...listeners]).toEqual(['online']);
    online();
    expect([over.mock.calls.length, clock.pending, listeners.size]).toEqual([1, 0, 0]);
    online();
    expect(over).toHaveBeenCalledTimes(1);
  });

  it('does not come with the network where something had been sent', async () => {
    const { online } = network();
    const { clock, over, watch } = watched(60_000, false);
    watch.watch();
    online();
    expect([over.mock.calls.length, clock.pending]).toEqual([0, 1]);
    await clock.advance(60_001);
    expect(over).toHaveBeenCalledTimes(1);
  });

  it('is told to nobody who has stopped: no timer and no listener is left', async () => {
    const { listeners, online } = network();
    const { clock, over, watch } = watched(1000);
    watch.watch();
    watch.stop();
    watch.stop();
    online();
    await clock.advance(2000);
    expect([over.mock.calls.length, clock.pending, listeners.size]).toEqual([0, 0, 0]);
  });
});
