import {
  type AuthError,
  ClientAuthError,
  InteractionRequiredAuthError,
  ServerError,
} from '@azure/msal-common';
import { FeathersError } from '@feathersjs/errors';
import { ServiceException } from '@smithy/smithy-client';
import axios from 'axios';
import { Gaxios } from 'gaxios';
import { got } from 'got';
import ky from 'ky';
import { ofetch } from 'ofetch';
import superagent from 'superagent';

/** Posts to `url` as people write it in a refresh function; gives or throws what the client does. */
export type Post = (url: string, signal?: AbortSignal) => Promise<unknown>;

/** Real clients, as they are set up by default, and told not to throw. */
export const CLIENTS: Readonly<Record<string, Post>> = {
  'fetch, its Response': (url, signal) => fetch(url, { method: 'POST', signal: signal ?? null }),
  'fetch, its Response thrown': async (url) => {
    const response = await fetch(url, { method: 'POST' });
    if (!response.ok) throw Object.assign(new Error('Refresh failed'), { response });
    return response;
  },
  axios: (url) => axios.post(url),
  'axios, every status a success': (url) => axios.post(url, {}, { validateStatus: () => true }),
  'axios, over fetch': (url) => axios.post(url, {}, { adapter: 'fetch' }),
  'axios, a stream': (url) => axios.post(url, {}, { responseType: 'stream' }),
  'axios, bytes': (url) => axios.post(url, {}, { responseType: 'arraybuffer' }),
  ky: (url) => ky.post(url),
  'ky, throwHttpErrors: false': (url) => ky.post(url, { throwHttpErrors: false }),
  'got, a text': (url) => got.post(url),
  'got, JSON': (url) => got.post(url, { responseType: 'json' }),
  'got, throwHttpErrors: false': (url) => got.post(url, { throwHttpErrors: false }),
  'got, bytes': (url) => got.post(url, { responseType: 'buffer', throwHttpErrors: false }),
  superagent: async (url) => superagent.post(url),
  'superagent, every status ok': async (url) => superagent.post(url).ok(() => true),
  'ofetch, raw': (url) => ofetch.raw(url, { method: 'POST' }),
  'ofetch, raw, ignoreResponseError': (url) =>
    ofetch.raw(url, { method: 'POST', ignoreResponseError: true }),
  gaxios: (url) => new Gaxios().request({ url, method: 'POST' }),
  'gaxios, every status a success': (url) =>
    new Gaxios().request({ url, method: 'POST', validateStatus: () => true }),
  'an error of our own around one of axios': (url) =>
    axios.post(url).catch((cause: unknown) => {
      throw new Error('The session could not be refreshed', { cause });
    }),
};

/** What SDKs throw for an answer: they parse it themselves. `undefined`: their error does not tell that. */
export const SDK_ERRORS: Readonly<
  Record<string, (status: number, code: string | undefined) => Error | undefined>
> = {
  MSAL: (_, code) =>
    code === undefined ? undefined : new ServerError(code, 'correlation', 'refused'),
  'AWS SDK': (status, code) =>
    new ServiceException({
      name:
        code === undefined
          ? 'NotAuthorizedException'
          : `${code.replace(/(?:^|_)([a-z])/g, (_match, letter: string) => letter.toUpperCase())}Exception`,
      $fault: status < 500 ? 'client' : 'server',
      $metadata: { httpStatusCode: status },
      message: 'refused',
    }),
  Feathers: (status, code) =>
    new FeathersError(
      'refused',
      'NotAuthenticated',
      status,
      'not-authenticated',
      code === undefined ? {} : { error: code },
    ),
};

/** MSAL's own words for "the user has to sign in", and for "there was no network". */
export const msalErrors = {
  interaction: (code = 'interaction_required'): AuthError =>
    new InteractionRequiredAuthError(code, 'correlation'),
  network: (): AuthError => new ClientAuthError('network_error', 'correlation'),
};
