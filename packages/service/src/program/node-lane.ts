import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Asked, headersOf, type Lane, type Told } from '../fresh/lane.ts';
import type { CallerAddress } from './caller-address.ts';

/** Answers at once what the lane has an answer for; `undefined`: it is for the framework, and nothing of it was touched. */
export type NodeLane = (incoming: IncomingMessage, outgoing: ServerResponse) => Told | undefined;

/**
 * The lane on what Node has read: to make a `Request` of that, and to take a `Response` apart again, takes longer than the answer.
 */
export function nodeLane(lane: Lane, addressOf: CallerAddress): NodeLane {
  const isPlain = plainHosts();
  return (incoming, outgoing) => {
    if (incoming.method !== 'GET' || !isPlain(incoming.headers.host)) return undefined;
    const asked = askedIn(incoming, addressOf);
    const told = asked && lane(asked);
    if (told === undefined) return undefined;
    const { status, answer } = told;
    outgoing.writeHead(status, headersOf(told) as string[]);
    // Where it is all ASCII the bytes are the same, and Node has not to look for anything else.
    const encoding = answer.bytes === answer.text.length ? 'latin1' : 'utf8';
    if (status === 304) outgoing.end();
    else outgoing.end(answer.text, encoding);
    return told;
  };
}

/** A host that needs no second look: for each other the framework's server decides. */
const HOST = /^[a-z0-9._-]+(?::\d{1,5})?$/;

/** Is a `Host` plain? The last that was is remembered: nearly all have the same. */
function plainHosts(): (host: string | undefined) => boolean {
  let last: string | undefined;
  return (host) => {
    if (host === undefined) return false;
    if (host !== last && !HOST.test(host)) return false;
    last = host;
    return true;
  };
}

/** What it asks for. `undefined`: it has a body, or is in any way unusual. */
function askedIn(
  { url: path = '', headers, rawHeaders, socket }: IncomingMessage,
  addressOf: CallerAddress,
): Asked | undefined {
  if ('content-length' in headers || 'transfer-encoding' in headers) return undefined;
  // Something is said twice: what that means is for the framework to say.
  if (Object.keys(headers).length * 2 !== rawHeaders.length) return undefined;
  return {
    path,
    authorization: headers.authorization,
    cacheControl: headers['cache-control'],
    ifNoneMatch: headers['if-none-match'],
    address: addressOf(socket.remoteAddress, headers['x-forwarded-for'] as string | undefined),
  };
}
