/** Who takes part, in the order in which they run. */
export const contenderIds: readonly string[] = [
  'interceptor',
  'failed-queue',
  'ky-recipe',
  'axios-auth-refresh',
  'axios-auth-refresh-each',
  'mcp-sdk',
  'unexpired-axios',
  'unexpired-fetch',
  'unexpired-ky',
  'unexpired-mcp',
];
