// A command-line tool: a file that all its processes share, encrypted with a key in the keychain where there is one.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createTokenManager, encryptedStore, tokenErrorOf, type TokenResponse } from 'unexpired';
import { createAuthFetch } from '@unexpired/fetch';
import { fileStore, keychainKey } from '@unexpired/node';
import { refreshTokenGrant, revokeToken } from '@unexpired/oauth';

const file = fileStore(join(homedir(), '.config/tool/credentials.json'), {
  pointer: '/auth',
  parse: (old: any) =>
    old?.token && { accessToken: old.token, refreshToken: old.refresh, expiresAt: old.expiry }, // of version 1
});
const server = { issuer: 'https://id.example.com', clientId: 'tool' };
const tokens = createTokenManager({
  store:
    process.env.TOOL_KEYCHAIN === 'off'
      ? file
      : encryptedStore(file, keychainKey({ service: 'tool' })),
  refresh: refreshTokenGrant(server),
  revoke: revokeToken(server),
});
const api = createAuthFetch(tokens, {
  origins: ['https://api.example.com'],
  whenSignedOut: 'reject',
});

if ((await tokens.ready()) !== 'signedIn') await tokens.setSession(await deviceLogin());
try {
  console.log(await (await api('https://api.example.com/projects')).json());
} catch (error) {
  process.exitCode = 1;
  console.error(tokenErrorOf(error)?.action === 'signIn' ? 'Run `tool login`' : error);
} finally {
  await tokens.close(); // a refresh that was sent is stored first
}
declare function deviceLogin(): Promise<TokenResponse>;
