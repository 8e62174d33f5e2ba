import { appOf, type Sample } from './sample.ts';

const expired = { firstServes: 0 } as const;
const once = { opened: 1, refreshes: 1, served: 1, refused: 1 } as const;
const twenty = { opened: 1, refreshes: 1, served: 20, refused: 20 } as const;

/** The programs around the blocks of each page. */
export const list: readonly Sample[] = [
  {
    id: 'readme',
    pages: ['README.md'],
    has: ['axios'],
    programs: [
      { file: 'axios.ts', ...expired, saw: { ...once, refused: 2 } },
      { file: 'fetch.ts', ...expired, saw: once },
      {
        file: 'before.ts',
        ...expired,
        saw: { opened: 1, refreshes: 'any', reused: 1, refused: 'any' },
      },
      { file: 'after.ts', ...expired, saw: { ...once, served: 100, refused: 100 } },
    ],
  },
  {
    id: 'core',
    pages: ['packages/core/README.md'],
    has: ['unexpired', '@unexpired/redis', 'redis'],
    needs: ['redis-server'],
    programs: [
      { file: 'page.ts', in: 'chromium', ...expired, saw: once },
      { file: 'source.ts', saw: {} },
      { file: 'store.ts', ...expired, saw: once },
      { file: 'pool.ts', ...expired, saw: { opened: 2, refreshes: 2, served: 2, refused: 2 } },
      { file: 'encrypted.ts', ...expired, saw: once },
    ],
  },
  {
    id: 'axios',
    pages: ['packages/axios/README.md'],
    has: ['axios'],
    programs: [
      { file: 'main.ts', ...expired, saw: { ...once, opened: 2, refused: 2 } },
      {
        file: 'options.ts',
        ...expired,
        refusal: [419, {}],
        saw: { ...once, served: 2, refused: 2 },
      },
    ],
  },
  {
    id: 'fetch',
    pages: ['packages/fetch/README.md'],
    has: ['ky'],
    programs: [
      { file: 'main.ts', ...expired, saw: { opened: 2, refreshes: 2, served: 3, refused: 3 } },
      { file: 'global.ts', ...expired, saw: { ...once, refused: 2 } },
      { file: 'options.ts', ...expired, refusal: [419, {}], saw: { ...once, refused: 2 } },
    ],
  },
  {
    id: 'browser',
    pages: ['packages/browser/README.md'],
    programs: [{ file: 'page.ts', in: 'chromium', ...expired, saw: once }],
  },
  {
    id: 'oauth',
    pages: ['packages/oauth/README.md'],
    programs: [
      { file: 'main.ts', ...expired, saw: { ...once, opened: 2 } },
      { file: 'github.ts', saw: {} },
    ],
  },
  {
    id: 'node',
    pages: ['packages/node/README.md'],
    programs: [
      { file: 'main.ts', ...expired, saw: once },
      { file: 'keychain.ts', in: 'desktop', ...expired, saw: once },
    ],
  },
  {
    id: 'redis',
    pages: ['packages/redis/README.md'],
    has: ['redis'],
    needs: ['redis-server'],
    programs: [{ file: 'main.ts', ...expired, saw: once }],
  },
  {
    id: 'postgres',
    pages: ['packages/postgres/README.md'],
    needs: ['postgres'],
    programs: [{ file: 'main.ts', ...expired, saw: once }],
  },
  {
    id: 'sqlite',
    pages: ['packages/sqlite/README.md'],
    has: ['better-sqlite3'],
    programs: [
      { file: 'main.ts', ...expired, saw: once },
      { file: 'better-sqlite3.ts', ...expired, saw: once },
    ],
  },
  {
    id: 'service',
    pages: ['docs/service.md', 'packages/service/README.md', 'packages/remote/README.md'],
    has: ['axios'],
    programs: [
      { file: 'readme.ts', saw: {} },
      { file: 'remote-fetch.ts', ...expired, saw: twenty },
      { file: 'remote-axios.ts', ...expired, saw: twenty },
    ],
  },
  {
    id: 'otel',
    pages: ['packages/otel/README.md'],
    has: ['@opentelemetry/sdk-metrics', 'unexpired'],
    programs: [
      { file: 'metrics.ts', ...expired, saw: once },
      { file: 'console.ts', ...expired, saw: once },
    ],
  },
  {
    id: 'testing',
    pages: ['packages/testing/README.md'],
    has: ['unexpired', '@jest/globals'],
    programs: [
      { file: 'main.ts', saw: {} },
      { file: 'contract.ts', saw: {} },
    ],
  },
  {
    id: 'codemod',
    pages: ['packages/codemod/README.md'],
    has: ['@unexpired/codemod'],
    programs: [{ file: 'main.ts', saw: {} }],
  },
  {
    id: 'connections',
    pages: ['docs/connections.md'],
    programs: [{ file: 'main.ts', ...expired, saw: { ...once, served: 0 } }],
  },
  {
    id: 'errors',
    pages: ['docs/errors.md'],
    has: ['unexpired'],
    programs: [{ file: 'main.ts', saw: {} }],
  },
  {
    id: 'reference',
    pages: ['docs/reference.md'],
    has: ['unexpired'],
    programs: [{ file: 'main.ts', saw: {} }],
  },
  { id: 'renewable', pages: ['docs/renewable.md'], programs: [{ file: 'main.ts', saw: {} }] },
  {
    id: 'frameworks',
    pages: ['docs/frameworks.md'],
    has: ['vue'],
    programs: [
      { file: 'next.ts', ...expired, saw: twenty },
      { file: 'vue.ts', ...expired, saw: once },
      { file: 'angular.ts', ...expired, saw: twenty },
    ],
  },
  {
    id: 'migrate-axios-auth-refresh',
    pages: ['docs/migrate/axios-auth-refresh.md'],
    has: ['axios'],
    programs: [
      { file: 'page.ts', in: 'chromium', ...expired, saw: { ...once, opened: 2, refused: 2 } },
      { file: 'before.ts', in: 'chromium', ...expired, saw: twenty },
      { file: 'refusals.ts', in: 'chromium', ...expired, refusal: [419, {}], saw: twenty },
      {
        file: 'refusals.ts',
        in: 'chromium',
        ...expired,
        refusal: [200, { code: 100385 }],
        saw: twenty,
      },
      { file: 'fails.ts', in: 'chromium', saw: {} },
    ],
  },
  {
    id: 'migrate-failed-queue',
    pages: ['docs/migrate/failed-queue.md'],
    has: ['axios'],
    programs: [{ file: 'page.ts', in: 'chromium', ...expired, saw: twenty }],
  },
  {
    id: 'start-axios',
    pages: ['docs/start/axios.md'],
    has: ['axios'],
    programs: [
      { file: 'main.ts', ...expired, saw: { ...once, served: 2 } },
      { file: 'page.ts', in: 'chromium', ...expired, saw: { ...once, served: 2 } },
    ],
  },
  {
    id: 'start-cookies',
    pages: ['docs/start/cookies.md'],
    has: ['axios'],
    programs: [
      { file: 'tokens.ts', in: 'chromium', ...expired, cookies: 'tokens', saw: twenty },
      {
        file: 'page.ts',
        in: 'chromium',
        ...expired,
        cookies: 'refreshToken',
        saw: { ...twenty, refused: 0 },
      },
    ],
  },
  {
    id: 'start-fetch',
    pages: ['docs/start/fetch.md'],
    programs: [{ file: 'main.ts', ...expired, saw: { ...once, served: 3, refused: 2 } }],
  },
  {
    id: 'start-ky',
    pages: ['docs/start/ky.md'],
    programs: [{ file: 'main.ts', ...expired, saw: { ...once, served: 21 } }],
  },
  {
    id: 'start-oauth',
    pages: ['docs/start/oauth.md'],
    programs: [{ file: 'main.ts', ...expired, saw: { ...once, opened: 2 } }],
  },
  {
    id: 'start-own-store',
    pages: ['docs/start/own-store.md'],
    has: ['@jest/globals', 'drizzle-orm', 'pg'],
    needs: ['postgres'],
    programs: [
      { file: 'main.ts', ...expired, saw: once },
      { file: 'drizzle.ts', ...expired, saw: once },
      { file: 'keychain.ts', ...expired, saw: once },
      { file: 'contract.ts', saw: {} },
      { file: 'drizzle-contract.ts', saw: {} },
    ],
  },
  {
    id: 'start-servers',
    pages: ['docs/start/servers.md'],
    needs: ['redis-server'],
    programs: [
      { file: 'tenants.ts', ...expired, saw: once },
      { file: 'itself.ts', saw: { opened: 1, served: 21 } },
    ],
  },
  {
    id: 'start-stores',
    pages: ['docs/start/stores.md'],
    has: ['unexpired', '@unexpired/browser'],
    programs: [{ file: 'page.ts', in: 'chromium', ...expired, saw: once }],
  },
  {
    id: 'start-workers',
    pages: ['docs/start/workers.md'],
    needs: ['redis-server'],
    programs: [{ file: 'main.ts', ...expired, saw: twenty }],
  },
];

/** The same as apps. */
export const samples = list.map(appOf);
