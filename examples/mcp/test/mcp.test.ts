import { expect, it } from '@jest/globals';
import { mayRunChromium, WITHOUT_CHROMIUM } from '../../../test/support/chromium.ts';
import { runExample } from '../../cli/test/support/run-example.ts';

const main = new URL('../src/main.ts', import.meta.url);

it('answers every call of ours with one refresh, where the SDK’s own provider loses the session, and opens one login a server', async () => {
  const { code, stdout, stderr } = await runExample(main);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  for (const version of ['sdk 1', 'client 2']) {
    for (const calls of [2, 10, 20])
      expect(stdout).toMatch(
        new RegExp(`Unexpired below ${version} +${calls} +${calls} +1 +alive +0`),
      );
    expect(stdout).toMatch(new RegExp(`${version}, its own provider +10 +\\d +\\d +dead +\\d`));
  }
  expect(stdout).toContain(
    mayRunChromium
      ? 'Somebody signed in 3 times in Chromium, once for each server; 60 of 60 calls were answered.'
      : 'No Chromium was found',
  );
  if (!mayRunChromium) process.stdout.write(`logins in a browser: ${WITHOUT_CHROMIUM}\n`);
  // oidc-provider's tokens are 43 such characters, and nothing else here is as long.
  expect(stdout).not.toMatch(/[\w-]{43}/);
}, 300_000);
