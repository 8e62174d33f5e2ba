import { axiosAuthRefresh, axiosAuthRefreshUndeduplicated } from './axios-auth-refresh.ts';
import type { Contender } from './contender.ts';
import { everybodysInterceptor } from './everybodys-interceptor.ts';
import { kyReadmeRecipe } from './ky-readme-recipe.ts';
import { unexpiredAxios } from './unexpired-axios.ts';
import { unexpiredFetch } from './unexpired-fetch.ts';
import { unexpiredKy } from './unexpired-ky.ts';

/** In the order in which they run. */
export const contenders: readonly Contender[] = [
  everybodysInterceptor,
  kyReadmeRecipe,
  axiosAuthRefresh,
  axiosAuthRefreshUndeduplicated,
  unexpiredAxios,
  unexpiredFetch,
  unexpiredKy,
];
