import { type Members, readMembers } from '../tokens/read-members.ts';
import type { Clock } from '../time/clock.ts';
import { type Body, readBody, readResponse } from './read-body.ts';
import { retryAfterOf } from './retry-after.ts';
import { knownCode } from './what-ends-a-session.ts';

/** What could be found out about an HTTP answer, in whatever shape a client gave or threw it. */
export interface FoundAnswer {
  /** `undefined`: nothing here says that there was an HTTP answer. */
  readonly status: number | undefined;
  readonly code: string | undefined;
  /** The parsed body. */
  readonly body: object | undefined;
  readonly html: boolean;
  /** There was a body, and it could not be read to its end. */
  readonly lost: boolean;
  readonly retryAfter: number | undefined;
}

/** All that is ever looked at, of an error as of an answer. */
export const MEMBERS: readonly string[] = [
  ...['name', 'message', 'code', 'cause', 'retryAfter', 'delivery', 'error', 'errorCode', 'errors'],
  ...['status', 'statusCode', 'responseStatusCode', 'headers'],
  ...['data', '_data', 'bodyUsed', 'body', 'json', 'text', 'response', '$response'],
  ...['$metadata', 'metadata', 'output', 'networkError', 'xhr'],
];
/** Where a status is behind a member: AWS, Amplify; Boom; tRPC; Supabase, better-auth; Apollo 3; Okta. */
const BEHIND = ['$metadata', 'metadata', 'output', 'data', 'error', 'networkError', 'xhr'];
const STATUSES = ['status', 'statusCode', 'responseStatusCode', 'httpStatusCode', 'httpStatus'];
/** Where a code may be. */
const CODES = ['error', 'errorCode', 'code', 'message', 'errors', 'payload'];
const HEADERS = ['get', 'retry-after', 'Retry-After', 'date', 'Date'];
/** Errors that wrap errors that wrap errors: an answer is looked for no deeper. */
const DEEPEST = 5;

/** The answer that `value` is, or that an error holds: in `response`, or behind it in `cause`. Never rejects. */
export async function findAnswer(
  value: unknown,
  { of, unreadable }: Members,
  clock: Clock,
): Promise<FoundAnswer> {
  let level = await readLevel(value, of, unreadable, clock);
  let cause = of['cause'];
  for (let depth = 1; depth < DEEPEST && isBlank(level) && cause != null; depth++) {
    const members = readMembers(cause, MEMBERS);
    if (members.of['name'] === 'TokenError') break; // of another session: it says nothing about this one
    level = await readLevel(cause, members.of, members.unreadable || level.lost, clock);
    cause = members.of['cause'];
  }
  return level;
}

const isBlank = ({ status, code, body }: FoundAnswer): boolean =>
  status === undefined && code === undefined && body === undefined;

async function readLevel(
  value: unknown,
  of: Members['of'],
  unreadable: boolean,
  clock: Clock,
): Promise<FoundAnswer> {
  const response = of['response'] ?? of['$response'];
  const answer = readMembers(response, MEMBERS);
  const { error } = of;
  const inner = readMembers(error, CODES).of;
  const status =
    [of, answer.of, ...BEHIND.map((name) => readMembers(of[name], STATUSES).of)]
      .flatMap((found) => STATUSES.map((name) => found[name]))
      .find((found) => isStatus(found, 100)) ??
    // Feathers, Google; a status alone. 20 is an abort.
    [of['code'], inner['code'], value].find((found) => isStatus(found, 400));
  const bodies = [
    await bodyOf(response, answer.of, clock),
    // XMLHttpRequest, rxjs and NestJS have the body there.
    await readBody(
      STATUSES.some((name) => answer.of[name] !== undefined) ? undefined : response,
      clock,
    ),
    await bodyOf(value, of, clock),
    // Angular and openapi-fetch have the body there; superagent has an `Error`.
    await readBody(
      typeof error === 'string' || inner['error'] !== undefined ? error : undefined,
      clock,
    ),
  ];
  const body = bodies.find((found) => found !== 'none') ?? 'none';
  const json = typeof body === 'object' && 'json' in body ? body.json : undefined;
  const inBody = readMembers(json, CODES).of;
  const codes = [inBody['error'], inner['error'], error, sdkCode(of, status), of['errorCode']];
  // Where servers of one's own, GraphQL and who throws by hand have it, it is one that is known, or none.
  const known = [
    ...codes,
    ...codesIn(inBody),
    ...codesIn(readMembers(inBody['payload'], CODES).of), // Boom
    ...codesIn(answer.of),
    ...codesIn(of),
    value,
  ].find((found) => knownCode(found) !== undefined);
  return {
    status: status as number | undefined,
    code: [known, ...codes].find(
      (found): found is string => typeof found === 'string' && found !== '' && found.length <= 200,
    ),
    body: json,
    html: typeof body === 'object' && 'text' in body && body.text.startsWith('<'),
    lost: unreadable || answer.unreadable || body === 'lost',
    retryAfter: readRetryAfter(answer.of['headers'] ?? of['headers'], clock.now()),
  };
}

const isStatus = (value: unknown, least: number): boolean =>
  Number.isInteger(value) && (value as number) >= least && (value as number) < 600;

/** All that may be a code. */
function codesIn({ error, errorCode, code, message, errors }: Members['of']): unknown[] {
  const { code: inner, errorCode: other } = readMembers(error, CODES).of;
  const [first] = Array.isArray(errors) ? errors : [];
  const { extensions } = readMembers(first, ['extensions']).of;
  return [error, errorCode, code, inner, other, message, readMembers(extensions, CODES).of['code']];
}

/** Where each client has its body. An error has none of its own unless a client put it there. */
async function bodyOf(value: unknown, of: Members['of'], clock: Clock): Promise<Body> {
  const { _data, data, text, json, body } = of;
  if (_data !== undefined) return readBody(_data, clock); // ofetch
  if (data !== undefined) return readBody(data, clock); // axios, gaxios, ky 2
  if (typeof json === 'function') return readResponse(value, of, clock);
  // jQuery. Where it cannot be read, as of an XMLHttpRequest for JSON, nothing is amiss.
  const { responseText } = readMembers(value, ['responseText']).of;
  return readBody(typeof text === 'string' ? text : (body ?? responseText), clock); // superagent; got
}

/** MSAL, which has several codes for it; Cognito, also in a browser, without a status; Firebase. */
const LOGIN =
  /^(?:InteractionRequiredAuthError|NotAuthorizedException|auth\/user-(?:token-expired|disabled))$/;

/** The OAuth error code behind what SDKs name in their own words. */
function sdkCode(of: Members['of'], status: unknown): string | undefined {
  const { name, code: own } = of;
  if (
    status === undefined &&
    [name, own].some((word) => typeof word === 'string' && LOGIN.test(word))
  )
    return 'interaction_required';
  if (of['$metadata'] === undefined || typeof name !== 'string') return undefined;
  // AWS: throttling has several names, and often the status 400.
  if (/Throttl|TooManyRequests|LimitExceeded/.test(name)) return 'slow_down';
  const code = name
    .replace(/Exception$/, '')
    .replace(/(?!^)[A-Z]/g, '_$&')
    .toLowerCase();
  return knownCode(code) === undefined ? undefined : code;
}

function readRetryAfter(headers: unknown, now: number): number | undefined {
  const { of } = readMembers(headers, HEADERS);
  const { get } = of;
  const header = (lower: string, title: string): unknown => {
    if (typeof get !== 'function') return of[lower] ?? of[title];
    try {
      return get.call(headers, lower);
    } catch {
      return undefined; // headers that cannot be read say nothing
    }
  };
  return retryAfterOf(header('retry-after', 'Retry-After'), header('date', 'Date'), now);
}
