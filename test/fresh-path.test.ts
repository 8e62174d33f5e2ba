import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const urlOf = (name: string): URL => new URL(`support/${name}`, import.meta.url);

// Two, because the hook that counts makes V8 count what `await` throws away as well.
const ONE_AWAIT = { promises: 2, reads: 0 };

it('a request with a fresh token makes one promise more, and merges no config once more', () => {
  const printed = execFileSync(
    process.execPath,
    ['--no-warnings', '--import', urlOf('sources.mjs').href, fileURLToPath(urlOf('fresh-path.ts'))],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  expect(JSON.parse(printed)).toEqual({
    'axios, an adapter, GET': ONE_AWAIT,
    'axios, an adapter, POST': ONE_AWAIT,
    'axios, its default adapter, GET': ONE_AWAIT,
    'axios, its default adapter, POST': ONE_AWAIT,
    'fetch, GET': ONE_AWAIT.promises,
    'fetch, POST': ONE_AWAIT.promises,
  });
}, 60_000);
