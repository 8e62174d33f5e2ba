// A tool that needs a token once, and is then at its end: `<setup>`. Nothing closes its manager.
import fs from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { fileStore } from '@unexpired/node';
import { refreshTokenGrant } from '@unexpired/oauth';
import { createTokenManager, type SessionRecord } from 'unexpired';
import type { LeaverSetup } from '../support/orders.ts';

const setup = JSON.parse(process.argv[2] ?? '') as LeaverSetup;

// What Windows says while somebody has the file open: when the answer is to be stored, so many times.
let left = setup.busy;
const { rename } = fs;
fs.rename = async (from, to) => {
  const { intent } = JSON.parse(readFileSync(from, 'utf8')) as Partial<SessionRecord>;
  if (intent === undefined && left-- > 0)
    throw Object.assign(new Error('EBUSY: resource busy or locked'), { code: 'EBUSY' });
  return rename(from, to);
};
syncBuiltinESMExports();

const tokens = createTokenManager({
  store: fileStore(setup.file),
  refresh: refreshTokenGrant({ tokenEndpoint: setup.tokenEndpoint, clientId: setup.clientId }),
});
const token = await tokens.getToken();
process.send?.({ kind: 'token', body: token?.accessToken });
if (setup.closes) await tokens.close();
