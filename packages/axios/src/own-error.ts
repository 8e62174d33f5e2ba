import { tokenErrorOf } from 'unexpired/adapter';
import type { Config } from './axios-like.ts';

/**
 * Gives an error of ours `config` and `request`, where interceptors look for them in axios's own errors. Not enumerable: a
 * config may hold what the caller sends, and Node's request the token, and errors are logged whole. No `response`: who
 * sees a 401 there would take the session for ended.
 */
export function withRequest(error: unknown, config: Config, request?: unknown): unknown {
  if (tokenErrorOf(error) !== error) return error;
  Object.defineProperties(error as object, {
    // axios-retry would try again whatever has a config; that no token can be had is known, and was waited for.
    config: hidden({ ...config, 'axios-retry': { ...config['axios-retry'], retries: 0 } }),
    ...(request !== undefined && { request: hidden(request) }),
  });
  return error;
}

const hidden = (value: unknown): PropertyDescriptor => ({
  value,
  writable: true,
  configurable: true,
});
