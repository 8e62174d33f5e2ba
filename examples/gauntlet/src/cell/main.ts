// One cell in a process of its own: one contender plays one scenario, and what was seen is sent to the process that started it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadContender } from '@unexpired/example-contenders';
import { openArena } from '../arena/arena.ts';
import { shiftClock } from '../arena/clock.ts';
import { within } from '../calls.ts';
import { scenarios } from '../scenarios/index.ts';
import { createStage } from '../stage.ts';
import type { CellJob, CellResult } from './job.ts';
import { appAt } from './place.ts';

const job = JSON.parse(process.argv[2] ?? '') as CellJob;
// What a contender leaves to nobody counts as what its callers saw: they failed, or hang.
process.on('unhandledRejection', () => undefined);
for (const method of ['warn', 'error', 'log'] as const) console[method] = () => undefined;

const result = await play(job);
process.send?.(result, () => process.exit());

async function play({ contender: id, scenario: wanted, retry }: CellJob): Promise<CellResult> {
  const scenario = scenarios.find((one) => one.id === wanted);
  if (scenario === undefined) throw new Error(`There is no scenario "${wanted}".`);
  const contender = await loadContender(id);
  const folder = scenario.isShared ? await mkdtemp(path.join(tmpdir(), 'gauntlet-')) : undefined;
  const arena = await openArena({ ...scenario.server, isApart: scenario.isApart });
  shiftClock(scenario.clockOffset ?? 0);
  const place = {
    contender: id,
    address: arena.address,
    retry,
    file: folder && path.join(folder, 'session.json'),
  };
  try {
    const started = await contender.start(appAt(place));
    const signedIn = arena.login(scenario.firstLifetime);
    await started.setSession(signedIn);
    const client = await started.client();
    const reason = scenario.without?.({ contender, started, client });
    if (reason !== undefined) return { kind: 'without', reason };
    const stage = createStage({ arena, contender, started, client, signedIn, place });
    await scenario.play(stage);
    const observed = stage.observed();
    await within(2000, Promise.allSettled([client.close?.(), started.close?.()]));
    return { kind: 'played', observed };
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true });
  }
}
