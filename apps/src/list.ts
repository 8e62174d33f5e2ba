import { fromAxiosAuthRefresh } from '../axios-auth-refresh/app.ts';
import { axiosRetry } from '../axios-retry/app.ts';
import { cli } from '../cli/app.ts';
import { fromFailedQueue } from '../failed-queue/app.ts';
import { globalFetch } from '../global-fetch/app.ts';
import { jestMsw } from '../jest-msw/app.ts';
import { next } from '../next/app.ts';
import { reactCookies } from '../react-cookies/app.ts';
import { reactNative } from '../react-native/app.ts';
import { sdk } from '../sdk/app.ts';
import { service } from '../service/app.ts';
import { tanstackQuery } from '../tanstack-query/app.ts';
import { tenantsOnRedis } from '../tenants-redis/app.ts';
import { tenantsOnTable } from '../tenants-table/app.ts';
import type { App } from './app.ts';

export const apps: readonly App[] = [
  axiosRetry,
  reactCookies,
  tenantsOnRedis,
  tenantsOnTable,
  sdk,
  cli,
  service,
  globalFetch,
  fromAxiosAuthRefresh,
  fromFailedQueue,
  tanstackQuery,
  next,
  reactNative,
  jestMsw,
];
