import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Asked, Lane, Told } from '../fresh/lane.ts';
import type { CallerAddress } from './caller-address.ts';

/** Answers at once what the lane has an answer for; `undefined`: it is for the framework, and nothing of it was touched. */
export type NodeLane = (incoming: IncomingMessage, outgoing: ServerResponse) => Told | undefined;

/**
 * The lane on what Node has read: to make a `Request` of that, and to take a `Response` apart again, takes longer than the answer.
 */
export function nodeLane(lane: Lane, addressOf: CallerAddress): NodeLane {
  return (incoming, outgoing) => {
    if (incoming.method !== 'GET') return undefined;
    const asked = askedIn(incoming, addressOf);
    const told = asked && lane(asked);
    if (told === undefined) return undefined;
    const { status, headers, text } = told;
    if (text === null) outgoing.writeHead(status, headers).end();
    else
      outgoing
        .writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) })
        .end(text);
    return told;
  };
}

/** A host that needs no second look: for each other the framework's server decides. */
const HOST = /^[a-z0-9._-]+(?::\d{1,5})?$/;

/** What it asks for. `undefined`: it has a body, or is in any way unusual. */
function askedIn(
  { url: path = '', rawHeaders, socket }: IncomingMessage,
  addressOf: CallerAddress,
): Asked | undefined {
  const read: Record<string, string | undefined> = {
    host: undefined,
    authorization: undefined,
    'cache-control': undefined,
    'if-none-match': undefined,
    'x-forwarded-for': undefined,
  };
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    if (name === 'content-length' || name === 'transfer-encoding') return undefined;
    if (!(name in read)) continue;
    if (read[name] !== undefined) return undefined; // what it means twice is for the framework to say
    read[name] = rawHeaders[index + 1];
  }
  if (read['host'] === undefined || !HOST.test(read['host'])) return undefined;
  return {
    path,
    authorization: read['authorization'],
    cacheControl: read['cache-control'],
    ifNoneMatch: read['if-none-match'],
    address: addressOf(socket.remoteAddress, read['x-forwarded-for']),
  };
}
