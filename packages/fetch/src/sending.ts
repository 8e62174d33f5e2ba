import {
  explain,
  type HeaderMap,
  isReplayable,
  letGoOfBody,
  type Signature,
  type Verdict,
  watchBody,
} from 'unexpired/adapter';
import { Answer, release } from './answer.ts';
import { type BodyCopy, copyBody } from './body-copy.ts';
import { type Call, targetOf } from './call.ts';
import { abortError, bodyError, type Client } from './client.ts';
import { freeze } from './frozen.ts';
import { setHeaders } from './headers.ts';
import { sendAndFollow } from './redirects.ts';

/** To be called before anything is awaited: from here on the caller may change the body. */
export const frozen = (call: Call): Call => ({
  ...call,
  isFrozen: true,
  init: call.init?.body ? { ...call.init, body: freeze(call.init.body) } : call.init,
});

/**
 * Waits for a token, with an eye on the body: the wait ends when the body does. A body that is not sent then is let go of.
 * Rejects as the client does.
 */
export async function waitForToken(
  signing: Promise<Signature | undefined>,
  { init, request, url, signal }: Call,
  client: Client,
): Promise<Signature | undefined> {
  const body = init?.body ?? request?.body;
  const watched = init?.body || !request || !isUsedByLooking(request) ? body : request.clone().body;
  let end = (): void => undefined;
  // Text and nothing cannot fail, and a race is three promises more for each that waits.
  const wait =
    typeof watched === 'object' && watched !== null
      ? Promise.race([
          signing,
          new Promise<never>((_resolve, reject) => {
            end = watchBody(watched, (cause) => reject(bodyError(client, cause)));
          }),
        ])
      : signing;
  try {
    return await wait;
  } catch (error) {
    end();
    letGoOfBody(body, error);
    if (watched !== body) letGoOfBody(watched, error);
    throw await abortError(client, url, signal, error);
  } finally {
    end();
  }
}

/**
 * Does a reader of its body use a `Request` up, although it reads nothing? In Bun 1.4 it does, and the request is not sent
 * after that. A copy can be looked at instead.
 */
function isUsedByLooking({ body }: Request): boolean {
  if (!body || !('getReader' in body)) return false;
  const one = new Request('http://localhost', { method: 'POST', body: 'a' });
  one.body?.getReader().releaseLock();
  return one.bodyUsed;
}

/** Sends a request that is not ours, or not signed: as it is, but for what only we know. */
export async function sendUnsigned(client: Client, call: Call): Promise<Response> {
  const { factory } = call;
  const { send } = client; // a browser's fetch minds what it is a member of
  const init = ownInit(call);
  return (await send(
    targetOf(call),
    factory ? { ...init, body: await factory() } : init,
  )) as Response;
}

/** Sends a signed request, and once more when its token was refused and there is a better one. */
export async function sendSigned(
  client: Client,
  call: Call,
  signature: Signature,
  source: unknown,
): Promise<Response> {
  const body = copyBody(call, source);
  const init = signedInit(call, signature.headers);
  let response: Response;
  try {
    const made = call.factory ? { ...init, body: await call.factory() } : init;
    response = await dispatch(client, call, targetOf(call), made, body);
  } catch (error) {
    body.drop();
    throw error;
  }
  const judged = signature.judge(new Answer(response), body.replayable);
  if (judged) return repair(client, call, response, judged, init, body);
  body.drop();
  return response;
}

// With the headers of the call: those of a Request could have been changed as well.
function ownInit({ request, init: given, headers }: Call): RequestInit {
  const init = (given ?? {}) as RequestInit;
  if (request && !Object.keys(init).length) Object.assign(init, referrerOf(request));
  init.headers = headers;
  return init;
}

function signedInit(call: Call, signed: HeaderMap): RequestInit {
  const { request, headers, header } = call;
  const init = ownInit(call);
  // Only `Authorization` is taken off on the way to another origin.
  if (header !== 'authorization' && (init.redirect ?? request?.redirect) !== 'manual')
    init.redirect = 'error';
  setHeaders(headers, signed);
  return init;
}

async function repair(
  client: Client,
  call: Call,
  response: Response,
  judged: Promise<Verdict>,
  init: RequestInit,
  body: BodyCopy,
): Promise<Response> {
  const { url, signal, headers } = call;
  try {
    const verdict = await judged.catch(async (error: unknown) => {
      void release(response);
      throw await abortError(client, url, signal, error);
    });
    if (verdict.cause) explain(response, verdict.cause);
    if (!verdict.replay) return response;
    const again = await body.take().catch(async (error: unknown) => {
      throw await abortError(client, url, signal, error);
    });
    if (!again) {
      verdict.notReplayed?.();
      return response;
    }
    setHeaders(headers, verdict.replay);
    await release(response);
    return await replay(client, call, { ...init, ...again }, body, verdict);
  } finally {
    body.drop();
  }
}

/** No promise of its own where the fetch below keeps the rule about redirects. */
function dispatch(
  client: Client,
  call: Call,
  target: string | URL | Request,
  init: RequestInit,
  copy: BodyCopy,
): Promise<Response> {
  const { send } = client; // a browser's fetch minds what it is a member of
  const mode = init.redirect ?? call.request?.redirect ?? 'follow';
  return client.keepsRedirectRule || mode !== 'follow'
    ? (send(target, init) as Promise<Response>)
    : follow(client, call, target, init, copy);
}

const follow = (
  client: Client,
  { url, request, factory }: Call,
  target: string | URL | Request,
  init: RequestInit,
  copy: BodyCopy,
): Promise<Response> =>
  sendAndFollow(client, target, {
    url,
    request,
    init,
    async again() {
      if (factory) return { body: await factory() };
      const { body } = init;
      return body !== undefined && body !== null && isReplayable(body) ? {} : copy.take();
    },
  });

async function replay(
  client: Client,
  call: Call,
  init: RequestInit,
  body: BodyCopy,
  verdict: Verdict,
): Promise<Response> {
  let status: number | undefined;
  try {
    const made = call.factory ? { ...init, body: await call.factory() } : init;
    const response = await dispatch(client, call, targetOf(call), made, body);
    status = response.status;
    return response;
  } finally {
    verdict.replayed?.(status);
  }
}

// An init that is not empty resets the two, unless they are said again (Fetch standard, the Request constructor).
const referrerOf = ({ referrer, referrerPolicy }: Request): RequestInit => ({
  referrer,
  referrerPolicy,
});
