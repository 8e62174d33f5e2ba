// Run by leaks.test.ts as a process of its own: everything that a short program does, and then nothing. It must end by itself.
import { createTokenManager } from '../../src/index.ts';

const fortyDays = 40 * 86_400_000;
const tokens = createTokenManager({
  tokens: { accessToken: 'a', refreshToken: 'r', expiresAt: Date.now() + fortyDays },
  backgroundWindow: 300_000,
  refresh: async () => ({ accessToken: 'b', refreshToken: 's', expiresAt: Date.now() + fortyDays }),
  revoke: async () => undefined,
});
const first = await tokens.getToken();
const second = await tokens.replaceRejected('a');
const hanging = createTokenManager({
  tokens: { accessToken: 'a', refreshToken: 'r', expiresAt: 0 },
  waitTimeout: 50,
  refresh: () => new Promise(() => undefined), // the cap of 60 s must not keep the process alive
});
const third = await hanging.getToken().catch((error: { code: string }) => error.code);
console.log(first?.accessToken, second?.accessToken, third);
