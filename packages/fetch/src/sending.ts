import {
  explain,
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

/** A call whose body was frozen before a wait. */
export interface FrozenCall extends Call {
  readonly isFrozen: boolean;
}

/** To be called before anything is awaited: from here on the caller may change the body. */
export const frozen = (call: Call): FrozenCall => ({
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
  let end = (): void => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    end = watchBody(body, (cause) => reject(bodyError(client, cause)));
  });
  try {
    return await Promise.race([signing, failed]);
  } catch (error) {
    end();
    letGoOfBody(body, error);
    throw await abortError(client, url, signal, error);
  } finally {
    end();
  }
}

/** Sends a request that is not ours, or not signed: as it is, but for what only we know. */
export async function sendUnsigned(client: Client, call: Call): Promise<Response> {
  const { init, headers, factory } = call;
  const { send } = client; // a browser's fetch minds what it is a member of
  const options = (init?.headers ? { ...init, headers } : init) as RequestInit | undefined;
  return (await send(
    targetOf(call),
    factory ? { ...options, body: await factory() } : options,
  )) as Response;
}

/** Sends a signed request, and once more when its token was refused and there is a better one. */
export async function sendSigned(
  client: Client,
  call: FrozenCall,
  signature: Signature,
  source: unknown,
): Promise<Response> {
  const { request, init, headers, header, signal, url, isFrozen } = call;
  const body = copyBody({ request, body: init?.body, frozen: isFrozen, source, signal });
  const signed = (init ?? {}) as RequestInit;
  if (request && !Object.keys(signed).length) Object.assign(signed, referrerOf(request));
  signed.headers = headers;
  // Only `Authorization` is taken off on the way to another origin.
  if (header !== 'authorization' && (signed.redirect ?? request?.redirect) !== 'manual')
    signed.redirect = 'error';
  setHeaders(headers, signature.headers);
  try {
    const response = await dispatch(client, call, targetOf(call), signed, body);
    const judged = signature.judge(new Answer(response), body.replayable);
    if (!judged) return response;
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
    // A URL object may have been changed since the first send.
    const replay = dispatch(client, call, request ?? url, { ...signed, ...again }, body);
    return await watchReplay(replay, verdict);
  } finally {
    body.drop();
  }
}

async function dispatch(
  client: Client,
  { request, url, factory }: Call,
  target: string | URL | Request,
  signed: RequestInit,
  copy: BodyCopy,
): Promise<Response> {
  const init = factory ? { ...signed, body: await factory() } : signed;
  const { send, keepsRedirectRule } = client; // a browser's fetch minds what it is a member of
  const mode = init.redirect ?? request?.redirect ?? 'follow';
  if (keepsRedirectRule || mode !== 'follow') return (await send(target, init)) as Response;
  const again = async (): Promise<{ body?: BodyInit } | undefined> => {
    if (factory) return { body: await factory() };
    const { body } = init;
    return body !== undefined && body !== null && isReplayable(body) ? {} : copy.take();
  };
  return sendAndFollow(send, target, { url, request, init, again });
}

async function watchReplay(replay: Promise<Response>, verdict: Verdict): Promise<Response> {
  try {
    const response = await replay;
    verdict.replayed?.(response.status);
    return response;
  } catch (error) {
    verdict.replayed?.(undefined);
    throw error;
  }
}

// An init that is not empty resets the two, unless they are said again (Fetch standard, the Request constructor).
const referrerOf = ({ referrer, referrerPolicy }: Request): RequestInit => ({
  referrer,
  referrerPolicy,
});
