import { describe, expect, it } from '@jest/globals';
import { renewable } from '../../src/renewable.ts';
import { settle } from '../support/clock.ts';
import { testLogins } from './support.ts';

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
