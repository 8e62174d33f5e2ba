import { describe, expect, it } from '@jest/globals';
import { outcome, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

describe('31: what is there and cannot be read', () => {
  it.each<[string, unknown]>([
    ['a text', 'eyJhbGciOiJub25lIn0.e30.'],
    ['another program’s object', { theme: 'dark' }],
    ['a record that is damaged', { v: 1, session: 's', gen: 'x', status: 'active' }],
  ])('(%s) is replaced by a sign-in and by a sign-out, and by nothing else', async (_, value) => {
    const cell = sharedCell(value);
    const one = testSession({ store: cell.open() });
    expect(await outcome(one.tokens.getToken())).toBe('ERR_STORE_RECORD');
    expect(cell.writes).toBe(0);
    await one.tokens.signOut();
    expect(cell.record).toMatchObject({ v: 1, status: 'signedOut' });
    cell.put(value);
    const other = testSession({ store: cell.open(), seed: 2 });
    await other.tokens.setSession({ accessToken: 'a', refreshToken: 'r' });
    expect(await outcome(other.tokens.getToken())).toBe('a');
  });

  it('is left alone where it is a record of another format version', async () => {
    const later = { v: 2, anything: true };
    const cell = sharedCell(later);
    const { tokens } = testSession({ store: cell.open() });
    for (const call of [
      () => tokens.getToken(),
      () => tokens.setSession({ accessToken: 'a' }),
      () => tokens.signOut(),
    ])
      expect(await outcome(call())).toBe('ERR_STORE_RECORD');
    expect(cell.record).toEqual(later);
  });
});
