import type { Browser } from 'playwright-core';
import { startPostgresServer } from '../../packages/postgres/test/support/postgres-server.ts';
import { startRedisServer } from '../../packages/redis/test/support/redis-server.ts';
import type { App, Program } from './app.ts';
import type { Policy } from './back-end.ts';
import { browserFor, openPage } from './browser.ts';
import type { Seen } from './sessions.ts';
import type { Stage } from './stage.ts';

/** What a program is played against, and what the back end has to have counted when it is over. */
export interface Run extends Policy {
  readonly file: string;
  /**
   * In an empty profile of Chromium, where it calls `report()` at its end, or in a session of the desktop with a keychain of its
   * own. Default: Node, in an empty folder.
   */
  readonly in?: 'chromium' | 'desktop';
  /** Of what is left out, nothing. */
  readonly saw: Partial<Readonly<Record<keyof Seen, number | 'any'>>>;
}

/** The blocks of a page in programs around them, which have what the page leaves to its reader and look at what comes of it. */
export interface Sample {
  /** Its folder: `apps/samples/<id>`. `apps/samples/shared` goes with each. */
  readonly id: string;
  readonly pages: readonly string[];
  readonly has?: readonly string[];
  readonly needs?: readonly Exclude<Program, 'chromium' | 'gnome-keyring'>[];
  readonly programs: readonly Run[];
}

const NOTHING: Seen = { opened: 0, refreshes: 0, reused: 0, served: 0, refused: 0 };

/** A sample as an app that `npm test` plays. */
export function appOf({ id, pages, has = [], needs = [], programs }: Sample): App {
  const inChromium = programs.some((run) => run.in === 'chromium');
  const atDesktop = programs.some((run) => run.in === 'desktop');
  return {
    id: `samples/${id}`,
    folders: ['samples/shared', `samples/${id}`],
    title: pages.join(', '),
    pages,
    has,
    quick: true,
    needs: [
      ...needs,
      ...(inChromium ? (['chromium'] as const) : []),
      ...(atDesktop ? (['gnome-keyring'] as const) : []),
    ],
    async play(stage) {
      const addresses = await start(stage, needs);
      const browser = inChromium ? await browserFor(stage) : undefined;
      for (const run of programs) await playOne(stage, run, addresses, browser);
      return `${programs.length} program${programs.length === 1 ? '' : 's'}`;
    },
  };
}

async function playOne(
  stage: Stage,
  { file, in: place, saw, ...policy }: Run,
  env: Readonly<Record<string, string>>,
  browser: Browser | undefined,
): Promise<void> {
  const server = await stage.serve(policy);
  if (place === 'chromium') await (await openPage(stage, server, file, browser)).reported();
  else if (place === 'desktop') await stage.runAtDesktop([file], env);
  else await stage.run([file], { CLIENT_SECRET: 'secret', ...env });
  const expected = { ...NOTHING, ...saw };
  const wrong = (Object.keys(NOTHING) as (keyof Seen)[])
    .filter((what) => expected[what] !== 'any' && expected[what] !== server.seen[what])
    .map((what) => `${what} is ${server.seen[what]} instead of ${expected[what]}`);
  if (wrong.length > 0) throw new Error(`${file}: ${wrong.join('; ')}`);
}

/** What a reader has at the address that is in a variable. */
async function start(
  stage: Stage,
  needs: readonly Program[],
): Promise<Readonly<Record<string, string>>> {
  const env: Record<string, string> = {};
  if (needs.includes('redis-server')) {
    const redis = await startRedisServer();
    stage.afterwards(() => redis.stop());
    env['REDIS_URL'] = `redis://127.0.0.1:${redis.port}`;
  }
  if (needs.includes('postgres')) {
    const postgres = await startPostgresServer();
    stage.afterwards(() => postgres.stop());
    env['DATABASE_URL'] = `postgres://postgres@127.0.0.1:${postgres.port}/postgres`;
  }
  return env;
}
