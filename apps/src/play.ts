import type { Packed } from '../../scripts/package-checks/packed-types.ts';
import { hasKeychain } from '../../packages/node/test/support/desktop.ts';
import { findProgram } from '../../packages/postgres/test/support/find-program.ts';
import { findRedisServer } from '../../packages/redis/test/support/redis-server.ts';
import { chromiumPath } from '../../test/support/chromium.ts';
import type { App, Program } from './app.ts';
import { versionsIn } from './install.ts';
import { stageFor } from './stage.ts';

/** What became of an app. */
export interface Played {
  readonly app: App;
  /** `undefined`: it was not played, because this machine lacks `said`. */
  readonly ok: boolean | undefined;
  /** What was seen, or what was wrong. */
  readonly said: string;
  /** Of the packages that are not ours. */
  readonly versions: readonly string[];
}

const IS_HERE: Readonly<Record<Program, () => boolean>> = {
  chromium: () => chromiumPath !== undefined,
  'redis-server': () => findRedisServer() !== undefined,
  postgres: () => findProgram('postgres') !== undefined,
  'gnome-keyring': hasKeychain,
};

/** Plays apps one after the other, so that none of them waits for the machine. */
export async function playAll(apps: readonly App[], packed: Packed): Promise<Played[]> {
  const played: Played[] = [];
  for (const app of apps) played.push(await play(app, packed));
  return played;
}

async function play(app: App, packed: Packed): Promise<Played> {
  const missing = (app.needs ?? []).filter((program) => !IS_HERE[program]());
  // In CI nothing is left out: there, its start fails.
  if (missing.length > 0 && !process.env['CI'])
    return { app, ok: undefined, said: missing.join(', '), versions: [] };
  const stage = await stageFor(app, packed);
  const versions = versionsIn(stage.folder, app);
  try {
    return { app, ok: true, said: await app.play(stage), versions };
  } catch (error) {
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { app, ok: false, said, versions };
  } finally {
    await stage.close();
  }
}
