import { axiosAuthRefresh, axiosAuthRefreshUndeduplicated } from './axios-auth-refresh.ts';
import type { Contender } from './contender.ts';
import { everybodysInterceptor } from './everybodys-interceptor.ts';
import { kyReadmeRecipe } from './ky-readme-recipe.ts';
import { mcpSdk } from './mcp-sdk.ts';
import { unexpiredAxios } from './unexpired-axios.ts';
import { unexpiredFetch } from './unexpired-fetch.ts';
import { unexpiredKy } from './unexpired-ky.ts';
import { unexpiredMcp } from './unexpired-mcp.ts';

/** In the order in which they run. */
export const contenders: readonly Contender[] = [
  everybodysInterceptor,
  kyReadmeRecipe,
  axiosAuthRefresh,
  axiosAuthRefreshUndeduplicated,
  mcpSdk,
  unexpiredAxios,
  unexpiredFetch,
  unexpiredKy,
  unexpiredMcp,
];
