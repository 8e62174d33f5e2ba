import { openPage } from './browser.ts';
import type { Stage } from './stage.ts';
import { verdict } from './verdict.ts';

/** The old release signs in, the new one takes its session over, and signs out and in. */
export async function migrate(stage: Stage): Promise<string> {
  const server = await stage.serve({ firstServes: 8 });
  const page = await openPage(stage, server, 'before.ts');
  const before = await page.reported();
  await page.release('after.ts');
  const after = await page.reported();
  const { refreshes, opened } = server.seen;
  if (refreshes !== 1 || opened !== 1)
    throw new Error(`${refreshes} refreshes and ${opened} logins after the new release`);
  const left = (await page.reported()).filter((key) => /token/.test(String(key)));
  if (left.length > 0) throw new Error(`left in localStorage: ${left.join(', ')}`);
  const again = await page.reported();
  const seen = verdict(
    { requests: 45, refreshes: 2 },
    [...before, ...after, ...again],
    server.seen,
  );
  return `in Chromium: the old code signs in, the new code goes on with its session, signs out and in, and expires twice: ${seen}`;
}
