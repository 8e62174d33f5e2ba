import { expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { ORDINARY } from './regressions.ts';
import { loadCore } from './simulation/core.ts';
import { play } from './simulation/play.ts';
import { transcript } from './simulation/transcript.ts';
it('debug', async () => {
  const { setting, actions } = JSON.parse(readFileSync('/tmp/sched.json', 'utf8'));
  const lines: string[] = [];
  const broken: string[] = [];
  await play(
    await loadCore(),
    { setting: { ...ORDINARY, ...setting }, actions },
    {
      checked: () => undefined,
      broken: (r, w) => {
        broken.push(r + ': ' + w);
        lines.push('!!! ' + r + ': ' + w);
      },
    },
    [transcript(lines)],
  );
  process.stdout.write(lines.join('\n') + '\n');
  expect(broken).toEqual([]);
});
