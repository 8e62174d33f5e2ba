import type { HeaderMap } from './authorization.ts';
import type { Verdict } from './judge.ts';
import type { ApiRequest, ApiResponse, RequestAuth } from './options.ts';

/**
 * A request that is about to be sent, as far as signing it goes. `method` in capitals, `url` exactly as the client will
 * send it.
 */
export interface UnsignedRequest extends RequestAuth, ApiRequest {
  /** The token's header (`AuthOptions.header`), as the request has it already. */
  readonly carried?: string | null | undefined;
  /** The caller's own signal, not one derived from it: the refresh's own request is recognised by it. */
  readonly signal?: AbortSignal | null | undefined;
}

/** What one request was signed with, and what to make of the answer to it. */
export interface Signature {
  /**
   * Headers to set, whatever their case in the request; `undefined`: to take off. Empty for a session in cookies. Shared
   * by requests: not to be changed.
   */
  readonly headers: HeaderMap;
  /** The request is the refresh's own: it carries no token, and no budget of the caller's may end it. */
  readonly isRefresh?: true;
  /**
   * What to do about an answer; `undefined`: give it to the caller as it is. To be asked once, never for a replay.
   * Rejects with what the caller gets instead of the answer. `replayable`: can the body be sent again?
   */
  judge(response: ApiResponse, replayable: boolean): Promise<Verdict> | undefined;
}
