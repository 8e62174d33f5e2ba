import type { Contender } from './contender.ts';

// In the order in which they are shown. Each is loaded when it is wanted: all of them are a second of work.
const LOADERS: Readonly<Record<string, () => Promise<Contender>>> = {
  'unexpired-axios': async () => (await import('./axios/unexpired-axios.ts')).unexpiredAxios,
  'unexpired-fetch': async () => (await import('./fetch/unexpired-fetch.ts')).unexpiredFetch,
  'unexpired-ky': async () => (await import('./fetch/unexpired-ky.ts')).unexpiredKy,
  'unexpired-mcp': async () => (await import('./mcp/unexpired-mcp.ts')).unexpiredMcp,
  interceptor: async () =>
    (await import('./axios/everybodys-interceptor.ts')).everybodysInterceptor,
  'failed-queue': async () => (await import('./axios/failed-queue.ts')).failedQueueInterceptor,
  'axios-auth-refresh': async () =>
    (await import('./axios/axios-auth-refresh.ts')).axiosAuthRefresh,
  'axios-auth-refresh-each': async () =>
    (await import('./axios/axios-auth-refresh.ts')).axiosAuthRefreshUndeduplicated,
  'axios-jwt': async () => (await import('./axios/axios-jwt.ts')).axiosJwt,
  'ky-recipe': async () => (await import('./fetch/ky-readme-recipe.ts')).kyReadmeRecipe,
  'refresh-fetch': async () => (await import('./fetch/refresh-fetch.ts')).refreshFetch,
  badgateway: async () =>
    (await import('./others/badgateway-oauth2-client.ts')).badgatewayOauth2Client,
  'google-auth-library': async () =>
    (await import('./others/google-auth-library.ts')).googleAuthLibrary,
  alova: async () => (await import('./others/alova.ts')).alova,
  urql: async () => (await import('./others/urql-exchange-auth.ts')).urqlExchangeAuth,
  supabase: async () => (await import('./others/supabase.ts')).supabase,
  'mcp-sdk': async () => (await import('./mcp/mcp-sdk.ts')).mcpSdk,
};

export const contenderIds: readonly string[] = Object.keys(LOADERS);

/** Throws where there is none of that id. */
export async function loadContender(id: string): Promise<Contender> {
  const load = LOADERS[id];
  if (load === undefined) throw new Error(`There is no contender "${id}".`);
  return await load();
}

export async function loadContenders(ids: readonly string[]): Promise<Contender[]> {
  return await Promise.all(ids.map(loadContender));
}
