import type { Core } from './core.ts';
import type { TokenSource } from '../../../src/source.ts';
import type { Server } from './oracle.ts';
import type { Timeline } from './timeline.ts';

/** What one request through the adapter came to. */
export interface Traffic {
  readonly foreign: boolean;
  readonly body: 'text' | 'stream';
  readonly refused: readonly boolean[];
  /** The `Authorization` of each time that it was sent. */
  readonly sent: readonly (string | undefined)[];
  readonly bodies: readonly unknown[];
}

const OURS = 'https://api.example.com';
const THEIRS = 'https://elsewhere.example.com';

/** Sends requests through the real adapter for fetch to a simulated API. */
export async function sendRequest(
  core: Core,
  parts: {
    readonly source: TokenSource;
    readonly timeline: Timeline;
    readonly server: Server;
    readonly by: number;
  },
  options: {
    readonly hostile: boolean;
    readonly body: 'text' | 'stream';
    readonly foreign: boolean;
    readonly signal: AbortSignal;
  },
  seen: (traffic: Traffic) => void,
): Promise<void> {
  const { source, timeline, server, by } = parts;
  const { hostile, body, foreign, signal } = options;
  const sent: (string | undefined)[] = [];
  const bodies: unknown[] = [];
  const refused: boolean[] = [];
  const send = async (input: unknown, init: RequestInit = {}): Promise<unknown> => {
    // As fetch has it: with a signal that has aborted nothing is sent.
    if (init.signal?.aborted === true) throw init.signal.reason;
    const headers = new Headers(init.headers);
    const authorization = headers.get('authorization') ?? undefined;
    sent.push(authorization);
    bodies.push(init.body);
    seen({ foreign, body, refused, sent, bodies });
    await timeline.gate('api', by);
    const accepted =
      !hostile &&
      authorization !== undefined &&
      server.accepts(authorization.replace('Bearer ', ''), timeline.now);
    refused.push(!accepted);
    return { url: String(input), status: accepted ? 200 : 401, headers: new Headers(), body: null };
  };
  const authFetch = core.createAuthFetch(source, { origins: [OURS], fetch: send });
  // An iterator is the cheapest body that can be sent once only.
  const content = body === 'text' ? 'text' : ([][Symbol.iterator]() as unknown as BodyInit);
  await authFetch(foreign ? THEIRS : OURS, { method: 'POST', body: content, signal });
}
