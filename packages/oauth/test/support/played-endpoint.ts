import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type GrantOptions, refreshTokenGrant } from '@unexpired/oauth';
import { TokenError } from 'unexpired';
import { context, tokens } from './context.ts';
import { listen } from './listen.ts';

export const REFRESH_TOKEN = 'a-refresh-token';

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (_request: IncomingMessage, response: ServerResponse): void => {
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));
  };

export const html =
  (status: number, headers: Record<string, string> = {}) =>
  (_request: IncomingMessage, response: ServerResponse): void => {
    response
      .writeHead(status, { 'content-type': 'text/html', ...headers })
      .end('<!doctype html><p>a-refresh-token</p>');
  };

/** An answer, and the error that it is. */
export type Row = [
  what: string,
  listener: RequestListener,
  expected: { code: string; delivery: string; retryAfter?: number },
];
export const ended = { code: 'ERR_SESSION_ENDED', delivery: 'answered' };
export const configuration = { code: 'ERR_REFRESH_CONFIGURATION', delivery: 'answered' };
export const notNow = { code: 'ERR_REFRESH_UNAVAILABLE', delivery: 'answered' };
export const perhapsLost = { code: 'ERR_REFRESH_UNAVAILABLE', delivery: 'unanswered' };

/** A token endpoint that answers as the test says, and what a grant makes of that. It runs as long as the tests of the file. */
export interface PlayedEndpoint {
  readonly origin: string;
  /** How often it was called in this test. */
  readonly calls: number;
  answer: RequestListener;
  readonly options: (more?: Partial<GrantOptions>) => GrantOptions;
  /** What a refresh gives. */
  readonly redeem: (more?: Partial<GrantOptions>, signal?: AbortSignal) => Promise<unknown>;
  /** The error that a refresh fails with. */
  readonly failure: (more?: Partial<GrantOptions>, signal?: AbortSignal) => Promise<TokenError>;
}

export function playedEndpoint(): PlayedEndpoint {
  let stop: () => Promise<void>;
  const endpoint = {
    origin: '',
    calls: 0,
    answer: ((_request, response) => void response.end()) as RequestListener,
    options: (more: Partial<GrantOptions> = {}): GrantOptions => ({
      tokenEndpoint: `${endpoint.origin}/token`,
      clientId: 'web',
      ...more,
    }),
    redeem: (more: Partial<GrantOptions> = {}, signal?: AbortSignal) =>
      refreshTokenGrant(endpoint.options(more))(tokens(REFRESH_TOKEN), context(signal)),
    failure: async (
      more: Partial<GrantOptions> = {},
      signal?: AbortSignal,
    ): Promise<TokenError> => {
      const outcome = await endpoint.redeem(more, signal).catch((error: unknown) => error);
      expect(outcome).toBeInstanceOf(TokenError);
      return outcome as TokenError;
    },
  };
  beforeAll(async () => {
    ({ origin: endpoint.origin, stop } = await listen((request, response) => {
      endpoint.calls += 1;
      request.resume();
      // Without the server's own date, unless a row gives one.
      response.sendDate = false;
      endpoint.answer(request, response);
    }));
  });
  afterAll(() => stop());
  beforeEach(() => {
    endpoint.calls = 0;
  });
  return endpoint;
}
