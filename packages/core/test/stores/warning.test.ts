import { describe, expect, it } from '@jest/globals';
import { createTokenManager, type TokenEvent } from '../../src/index.ts';
import { seededStore } from '../support/session.ts';

describe('what a store finds wrong with its place', () => {
  it('is one warning event, however often it is read, and another one when it changes', async () => {
    const inner = seededStore({ accessToken: 'access-1', refreshToken: 'refresh-1' });
    let warning: string | undefined = 'others can read it';
    const tokens = createTokenManager({
      store: {
        ...inner,
        async read() {
          const stored = await inner.read();
          return stored && { ...stored, warning };
        },
      },
      refresh: async () => ({ accessToken: 'access-2' }),
    });
    const warnings: TokenEvent[] = [];
    tokens.subscribe((event) => event.type === 'warning' && warnings.push(event));
    await tokens.getToken();
    await tokens.refresh();
    expect(warnings).toEqual([
      expect.objectContaining({
        type: 'warning',
        code: 'STORE_PERMISSIONS',
        message: 'others can read it',
        error: undefined,
      }),
    ]);
    warning = 'others can write it';
    await tokens.refresh();
    warning = undefined;
    await tokens.refresh();
    expect(warnings).toHaveLength(2);
    await tokens.close();
  });
});
