import { describe, expect, it } from '@jest/globals';
import { createValues } from '../../src/renewable/values.ts';
import { fingerprint } from '../../src/tokens/fingerprint.ts';
import { gate } from './support.ts';

describe('the values that were made', () => {
  it('give a retired one to nobody, also while it is being disposed of', async () => {
    const disposed = gate();
    const values = createValues<string>(() => disposed.promise);
    const [used, idle] = [values.add('a'), values.add('b')];
    expect(values.enter(used)?.value).toBe('a');
    values.keepOnly();
    expect([values.enter(used), values.enter(idle)]).toEqual([undefined, undefined]);
  });

  it('are retired but for the one that counts, each when it is out of use, and once', async () => {
    const disposed: string[] = [];
    const values = createValues<string>(async (value) => void disposed.push(value));
    const [first, second] = [values.add('a'), values.add('b')];
    const used = values.enter(first);
    values.keepOnly(fingerprint(second));
    expect(disposed).toEqual([]);
    used?.leave();
    values.keepOnly();
    values.keepOnly();
    await new Promise<void>((resolve) => values.whenGone(resolve));
    expect(disposed).toEqual(['a', 'b']);
  });
});
