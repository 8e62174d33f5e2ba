import type { App } from '../src/app.ts';
import { migrate } from '../src/migration.ts';

export const fromAxiosAuthRefresh: App = {
  id: 'axios-auth-refresh',
  title: 'migration from axios-auth-refresh',
  pages: ['docs/migrate/axios-auth-refresh.md'],
  has: ['axios', 'axios-auth-refresh'],
  needs: ['chromium'],
  play: migrate,
};
