import type { Core } from './core.ts';
import type { Server, ServerAnswer } from './oracle.ts';
import type { Timeline } from './timeline.ts';

/** What a caller of the token endpoint is. */
export interface EndpointCall {
  readonly by: number;
  readonly refreshToken: string;
  /** The access token that the caller still has. */
  readonly accessToken: string;
  readonly signal: AbortSignal;
  readonly listens: boolean;
}

const http = (
  status: number,
  error: string | undefined,
  secret: string,
  headers: Record<string, string> = {},
): Error =>
  Object.assign(new Error(`HTTP ${status} for a request with ${secret}`), {
    config: { data: `refresh_token=${secret}` },
    response: {
      status,
      headers,
      data:
        error === undefined ? '<html></html>' : { error, error_description: `bad token ${secret}` },
    },
  });

/** An error that fights back: whatever is read of it throws, with the secret in the text. */
const trap = (secret: string): unknown =>
  new Proxy(new Error('Trap'), {
    get(_, name) {
      if (name === 'then') return undefined;
      throw new Error(`${String(name)} of ${secret}`);
    },
    getPrototypeOf: () => Error.prototype,
    ownKeys() {
      throw new Error(secret);
    },
  });

/** A call of the token endpoint over a network that may fail before and after the server has acted. */
export function createEndpoint(
  core: Core,
  timeline: Timeline,
  server: Server,
  order: () => number,
  /** As it goes over the wire. */
  worded: (answer: ServerAnswer) => object,
) {
  const lost = (secret: string): Error =>
    new core.TokenError('ERR_REFRESH_UNAVAILABLE', {
      message: 'The connection was lost',
      delivery: 'unanswered',
      cause: new Error(secret),
    });

  const redeem = (call: EndpointCall): ServerAnswer | undefined =>
    server.redeem(call.refreshToken, call.by, order(), timeline.now);

  /** A request whose sender does not listen any more, and that arrives all the same. */
  const arriveLate = (call: EndpointCall): void => {
    void timeline.gate('request', 0).then(() => {
      redeem(call);
    });
  };
  const leaving = new Set<EndpointCall>();

  const travel = async (call: EndpointCall): Promise<unknown> => {
    const { refreshToken: secret, by } = call;
    leaving.add(call);
    const struck = await timeline.gate('request', by);
    leaving.delete(call);
    switch (struck) {
      case 'unsent':
        throw new core.TokenError('ERR_REFRESH_UNAVAILABLE', {
          message: 'Connection refused',
          delivery: 'unsent',
        });
      case 'requestLost':
        throw lost('nothing arrived');
      case 'requestLate':
        arriveLate(call);
        throw lost('it may still arrive');
      case 'unavailable':
        throw http(503, undefined, secret);
      case 'rateLimited':
        throw http(429, 'slow_down', secret, { 'retry-after': '90' });
      case 'html':
        return `<html>${secret}</html>`;
      case 'configuration':
        throw http(400, 'invalid_client', secret);
      case 'trap':
        throw trap(secret);
      default:
    }
    const answer = redeem(call);
    const fault = await timeline.gate('answer', by);
    if (fault === 'answerLost') throw lost('the answer was on its way');
    if (fault === 'errorAfter') throw http(500, undefined, secret);
    if (fault === 'trap') throw trap(secret);
    if (answer === undefined) throw http(400, 'invalid_grant', secret);
    switch (fault) {
      case 'cutJson':
        throw new SyntaxError(
          `Unexpected end of JSON input in {"access_token":"${answer.access_token}"`,
        );
      case 'badAnswer':
        return { ...answer, token_type: 'not a token type' };
      case 'expiredAnswer':
        return { ...answer, expires_in: 0 };
      case 'sameToken':
        return { ...answer, access_token: call.accessToken };
      case 'otherSubject': // whose refresh token this is, the server has mixed up
        return worded(server.login(timeline.now));
      default:
        return worded(answer);
    }
  };

  return {
    /** Tokens from nothing: a session of its own each time, and nothing that could be spent. */
    async acquire({
      by,
      signal,
      listens,
    }: Pick<EndpointCall, 'by' | 'signal' | 'listens'>): Promise<object> {
      const travelled = async (): Promise<object> => {
        if ((await timeline.gate('request', by)) !== undefined)
          throw http(401, undefined, 'nothing');
        const answer = server.login(timeline.now);
        if ((await timeline.gate('answer', by)) !== undefined)
          throw lost('the answer was on its way');
        return worded(answer);
      };
      return new Promise((resolve, reject) => {
        if (listens) signal.addEventListener('abort', () => reject(signal.reason));
        travelled().then(resolve, reject);
      });
    },
    call: (call: EndpointCall): Promise<unknown> =>
      new Promise((resolve, reject) => {
        if (call.listens) call.signal.addEventListener('abort', () => reject(call.signal.reason));
        travel(call).then(resolve, reject);
      }),
    /** The sender is gone; its requests are lost, or arrive later. */
    died(by: number, arrives: boolean): void {
      for (const call of leaving) {
        if (call.by !== by) continue;
        leaving.delete(call);
        if (arrives) arriveLate(call);
      }
    },
  };
}
