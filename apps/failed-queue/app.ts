import type { App } from '../src/app.ts';
import { migrate } from '../src/migration.ts';

export const fromFailedQueue: App = {
  id: 'failed-queue',
  title: 'migration from `failedQueue`',
  pages: ['docs/migrate/failed-queue.md', 'docs/migrate/axios-auth-refresh.md'],
  has: ['axios'],
  needs: ['chromium'],
  play: migrate,
};
