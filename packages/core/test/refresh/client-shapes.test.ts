// What ends a session, in the shapes of clients and SDKs that tell the answer in places of their own (case 14).
import { describe, expect, it } from '@jest/globals';
import { readAnswer } from '../../src/refresh/read-answer.ts';
import { testClock } from '../support/clock.ts';

type Action = 'signIn' | 'retry' | 'fix' | 'tokens';
const meaningOf = async (
  answer: { readonly thrown: unknown } | { readonly value: unknown },
): Promise<Action> => {
  const found = await readAnswer(answer, {
    fromNothing: false,
    current: { accessToken: 'a', refreshToken: 'r' },
    startedAt: 0,
    classify: undefined,
    clock: testClock(),
  });
  return 'error' in found ? found.error.action : 'tokens';
};
const error = (members: object): Error => Object.assign(new Error('refused'), members);
const text = JSON.stringify;

/** Of an answer with this status and OAuth error: what each client throws. */
const THROWN: Readonly<Record<string, (status: number, body: object) => unknown>> = {
  'jQuery’s jqXHR': (status, body) => ({ readyState: 4, status, responseText: text(body) }),
  'an XMLHttpRequest': (status, body) => ({ readyState: 4, status, response: text(body) }),
  'an XMLHttpRequest for JSON, whose text cannot be read': (status, body) =>
    Object.defineProperty({ status, response: body }, 'responseText', {
      enumerable: true,
      get() {
        throw new Error('InvalidStateError');
      },
    }),
  'rxjs ajax': (status, response) =>
    error({ name: 'AjaxError', status, response, xhr: { status } }),
  'an exception of NestJS': (status, response) =>
    error({ name: 'HttpException', status, response }),
  'simple-oauth2 (Boom)': (status, payload) =>
    error({
      isBoom: true,
      output: {
        statusCode: status,
        payload: { statusCode: status, error: 'Bad Request' },
        headers: {},
      },
      data: { isResponseError: true, headers: {}, payload, res: {} },
    }),
  'a client whose error has the code in an object': (
    status,
    { error: code }: { error?: unknown },
  ) => error({ response: { status, data: { error: { code, message: 'a text' } } } }),
  'a server that says it in errorCode': (status, { error: errorCode }: { error?: unknown }) =>
    error({ response: { status, data: { errorCode, message: 'a text' } } }),
  'a server that says it in message': (status, { error: message }: { error?: unknown }) =>
    error({ response: { status, data: { error: 'Bad Request', message } } }),
};

describe.each(Object.entries(THROWN))('as %s has it', (_, make) => {
  it.each<[number, string, Action]>([
    [400, 'invalid_grant', 'signIn'],
    [401, 'invalid_client', 'fix'],
    [400, 'temporarily_unavailable', 'retry'],
    [401, 'slow_down', 'retry'],
    [401, 'refused', 'signIn'],
    [503, 'refused', 'retry'],
  ])('HTTP %d %s: %s', async (status, code, action) => {
    expect(await meaningOf({ thrown: make(status, { error: code }) })).toBe(action);
  });
});

describe('a page that a gateway shows is no refusal', () => {
  it.each<[string, object]>([
    ['jQuery', { status: 403, responseText: '<html>' }],
    ['XMLHttpRequest', { status: 403, response: '<html>' }],
  ])('as %s has it', async (_, thrown) => {
    expect(await meaningOf({ thrown })).toBe('retry');
  });
});

describe('a success', () => {
  const tokens = { access_token: 'new' };
  it.each<[string, object]>([
    ['XMLHttpRequest', { status: 200, response: text(tokens), responseText: text(tokens) }],
    ['XMLHttpRequest, for JSON', { status: 200, response: tokens, responseType: 'json' }],
    ['rxjs ajax', { status: 200, response: tokens, xhr: { status: 200 }, request: {} }],
  ])('of %s gives its tokens', async (_, value) => {
    expect(await meaningOf({ value })).toBe('tokens');
  });
});

const unauthenticated = [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }];
it.each<[string, unknown, Action]>([
  [
    'tRPC',
    error({ name: 'TRPCClientError', data: { code: 'UNAUTHORIZED', httpStatus: 401 } }),
    'signIn',
  ],
  ['tRPC, down', error({ name: 'TRPCClientError', data: { httpStatus: 503 } }), 'retry'],
  ['Apollo', error({ name: 'CombinedGraphQLErrors', errors: unauthenticated }), 'signIn'],
  ['Apollo 3', error({ networkError: { statusCode: 401, result: {} } }), 'signIn'],
  ['graphql-request', error({ response: { status: 200, errors: unauthenticated } }), 'signIn'],
  [
    'GraphQL, of something else',
    error({ response: { status: 200, errors: [{ message: 'x' }] } }),
    'retry',
  ],
  ['Boom', error({ isBoom: true, output: { statusCode: 401, payload: {} }, data: null }), 'signIn'],
  ['Okta', error({ errorCode: 'E0000011', xhr: { status: 401 } }), 'signIn'],
  ['Kiota', error({ responseStatusCode: 401 }), 'signIn'],
  [
    'Amplify',
    error({ name: 'NotAuthorizedException', metadata: { httpStatusCode: 400 } }),
    'signIn',
  ],
  [
    'Cognito in a browser',
    error({ code: 'NotAuthorizedException', name: 'NotAuthorizedException' }),
    'signIn',
  ],
  ['AWS, without a status', error({ name: 'NotAuthorizedException', $metadata: {} }), 'signIn'],
  [
    'Firebase, expired',
    error({ name: 'FirebaseError', code: 'auth/user-token-expired' }),
    'signIn',
  ],
  ['Firebase, disabled', error({ name: 'FirebaseError', code: 'auth/user-disabled' }), 'signIn'],
  [
    'Firebase, offline',
    error({ name: 'FirebaseError', code: 'auth/network-request-failed' }),
    'retry',
  ],
  ['OpenID Connect', error({ error: 'account_selection_required' }), 'signIn'],
  ['a status alone', 401, 'signIn'],
  ['a status alone, of a server that is down', 503, 'retry'],
  ['a status as the cause', new Error('x', { cause: 401 }), 'signIn'],
  ['a number that is no status', 7, 'retry'],
  ['who has objects for words', { name: Object.create(null), code: Object.create(null) }, 'retry'],
])('what is thrown by %s is understood', async (_, thrown, action) => {
  expect(await meaningOf({ thrown })).toBe(action);
});

it.each<[string, unknown, Action]>([
  ['GraphQL', { status: 200, data: { data: null, errors: unauthenticated } }, 'signIn'],
  ['GraphQL, of something else', { status: 200, data: { errors: [{ message: 'x' }] } }, 'fix'],
  ['Google, JSON alone', { error: { code: 400, message: 'TOKEN_EXPIRED' } }, 'signIn'],
  ['Google, JSON alone, down', { error: { code: 503, message: 'x' } }, 'retry'],
  [
    'Supabase',
    { data: { session: null }, error: error({ name: 'AuthApiError', status: 400 }) },
    'signIn',
  ],
  ['Supabase, too many', { data: { session: null }, error: error({ status: 429 }) }, 'retry'],
  ['better-auth', { data: null, error: { status: 401, statusText: 'UNAUTHORIZED' } }, 'signIn'],
  ['better-auth, down', { data: null, error: { status: 503 } }, 'retry'],
])('what is returned by %s is understood', async (_, value, action) => {
  expect(await meaningOf({ value })).toBe(action);
});
