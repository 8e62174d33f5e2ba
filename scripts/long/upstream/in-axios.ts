// Loaded into axios's tests: attaches us to whatever instance sends a request, for the origin that it goes to.
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as unexpiredAxios from '@unexpired/axios';
import type { AxiosInstance, AxiosRequestConfig } from 'axios';
import { originHere, tokens } from './tokens.ts';

const source = tokens;
if (source !== undefined) {
  const checkout = pathToFileURL(path.join(process.cwd(), 'index.js')).href;
  // Our peer is the axios that is tested.
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'axios' ? next(checkout, context) : next(specifier, context),
  });
  const built = new URL('../../../packages/axios/dist/index.mjs', import.meta.url).href;
  const { attachAuth } = (await import(built)) as typeof unexpiredAxios;
  const { Axios } = (await import(checkout)) as {
    Axios: {
      prototype: { _request(this: AxiosInstance, ...call: unknown[]): Promise<unknown> };
    };
  };
  // All ways to send a request lead through it.
  const { _request: request } = Axios.prototype;
  Axios.prototype._request = function (...call) {
    const [first, second] = call as [string | AxiosRequestConfig, AxiosRequestConfig?];
    const config = typeof first === 'string' ? { ...second, url: first } : first;
    // Not with the parameters, of which some are wrong on purpose.
    const { url, baseURL, allowAbsoluteUrls } = config;
    const target = { url, baseURL, allowAbsoluteUrls } as AxiosRequestConfig;
    const origin = originHere(this.getUri(target));
    // One without any defaults is our own, which looks names of adapters up.
    if (origin !== undefined && Object.keys(this.defaults).length > 0)
      attachAuth(this, source, { origins: [origin] });
    return request.apply(this, call);
  };
}
