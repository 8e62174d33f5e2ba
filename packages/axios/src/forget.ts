import type { HeaderMap } from 'unexpired/adapter';

/** What is left of a header in the text of a request. */
const STRUCK = ': ***';
/** So much of a header's line behind its name is looked for, and the rest goes with it: a token is long. */
const BEGINNING = 32;
/** How many causes of an error are looked at, and how many requests behind one another. */
const DEPTH = 8;

type Members = Record<PropertyKey, unknown>;

/** What was sent: the headers by name, their names in lower case, and how their values begin in the text of a request. */
export interface Sent {
  readonly headers: HeaderMap;
  readonly names: readonly string[];
  readonly beginnings: readonly string[];
}

/** The same headers are sent with one request after the other: they are read once. */
export function createSent(): (headers: HeaderMap) => Sent {
  let latest: { readonly headers: HeaderMap; readonly sent: Sent } | undefined;
  return (headers) => {
    if (latest?.headers !== headers) {
      const names = Object.keys(headers).map((name) => name.toLowerCase());
      const values = Object.values(headers).filter((value) => value !== undefined);
      const beginnings = values.map((value) => `: ${value}\r`.slice(0, BEGINNING));
      latest = { headers, sent: { headers, names, beginnings } };
    }
    return latest.sent;
  };
}

const membersOf = (value: unknown): Members | undefined =>
  typeof value === 'object' && value !== null ? (value as Members) : undefined;

/**
 * Takes the headers that were sent out of what the client keeps of a request that is over, and hands to its caller: a
 * response and an error have their `request`, and are logged whole. What Node itself keeps of other requests (the sockets
 * of a shared agent) cannot be reached from here.
 */
export function forget(
  found: unknown,
  sent: Sent,
  kept: object,
  seen: unknown[] = [],
  depth = DEPTH,
): void {
  const error = membersOf(found);
  // Few causes, and fewer requests: looked through sooner than a set is made.
  if (!error || depth === 0 || seen.includes(error)) return;
  seen.push(error);
  forgetIn(error, sent, kept, seen);
  const response = membersOf(error['response']);
  if (response) forgetIn(response, sent, kept, seen);
  const { cause, errors } = error;
  if (cause) forget(cause, sent, kept, seen, depth - 1);
  // Those of an AggregateError.
  if (Array.isArray(errors)) for (const one of errors) forget(one, sent, kept, seen, depth - 1);
}

function forgetIn(holder: Members, sent: Sent, kept: object, seen: unknown[]): void {
  strikeRequest(holder['request'], sent, seen);
  // Where axios has merged the config once more, or resolved it for XMLHttpRequest.
  const config = membersOf(holder['config']);
  if (config && config !== kept) strikeHeaders(config['headers'], sent.names);
}

// A ClientRequest, what follow-redirects puts around it, a stream of HTTP/2, or a Request of fetch.
function strikeRequest(found: unknown, sent: Sent, seen: unknown[]): void {
  const request = membersOf(found);
  if (!request || seen.includes(request)) return;
  seen.push(request);
  if (typeof request['_header'] === 'string') {
    strikeSent(request as unknown as Outgoing, sent);
    const around = membersOf(request['_redirectable']);
    if (around) strikeAround(around, sent, seen);
    return;
  }
  const { names } = sent;
  strikeHeaders(request['headers'], names);
  if (request['_currentRequest']) return strikeAround(request, sent, seen);
  strikeSymbols(request, names);
  strikeRequest(membersOf(request['res'])?.['req'], sent, seen);
}

// What follow-redirects keeps, for the request that it has sent last.
function strikeAround(around: Members, sent: Sent, seen: unknown[]): void {
  const headers = membersOf(membersOf(around['_options'])?.['headers']);
  // Mostly under the name that they were sent with, and to go through all of them takes longer than all the rest.
  for (const name in sent.headers)
    if (!headers || !Object.hasOwn(headers, name)) strikeHeaders(headers, sent.names);
    else delete headers[name];
  strikeRequest(around['_currentRequest'], sent, seen);
}

/** A request as Node's http has it. */
interface Outgoing {
  /** All headers as they were sent. */
  _header: string | null;
  readonly outputData?: unknown;
  readonly socket?: { readonly encrypted?: unknown } | null;
  removeHeader(name: string): void;
}

function strikeSent(request: Outgoing, { names, beginnings }: Sent): void {
  const text = strikeText(request._header ?? '', beginnings);
  // As long as there is this text, they count as sent, and none of them may be taken out. To find them among the symbols of a
  // request takes ten times as long.
  request._header = null;
  for (const name of names) request.removeHeader(name);
  request._header = text;
  // What was not sent, because the connection never came about.
  const unsent = request.outputData;
  if (Array.isArray(unsent))
    for (const part of unsent as Members[])
      if (typeof part['data'] === 'string') part['data'] = strikeText(part['data'], beginnings);
  // A TLS socket keeps the options of the request that it was made for.
  const { socket } = request;
  if (socket?.encrypted) strikeSymbols(socket, names);
}

// Node's own members: the headers, by name or among the options of a request.
function strikeSymbols(holder: Members, names: readonly string[]): void {
  for (const symbol of Object.getOwnPropertySymbols(holder)) {
    const member = membersOf(holder[symbol]);
    if (!member) continue;
    // A socket has a hundred members, and no header is one of them.
    if (typeof member['on'] !== 'function') strikeHeaders(member, names);
    strikeHeaders(member['headers'], names);
  }
}

function strikeHeaders(found: unknown, names: readonly string[]): void {
  const headers = membersOf(found);
  if (!headers) return;
  for (const key in headers) if (isOneOf(names, key)) delete headers[key];
  // Headers, or a map.
  if (typeof headers['keys'] !== 'function') return;
  const map = headers as unknown as Map<string, unknown>;
  for (const key of [...map.keys()]) if (isOneOf(names, key)) map.delete(key);
}

function isOneOf(names: readonly string[], key: string): boolean {
  // Few headers are as long, and fewer are asked for their letters.
  for (const name of names)
    if (key.length === name.length && key.toLowerCase() === name) return true;
  return false;
}

function strikeText(text: string, beginnings: readonly string[]): string {
  let left = text;
  for (const beginning of beginnings) left = strikeLines(left, beginning);
  return left;
}

// Each of its lines from the beginning of the value on.
function strikeLines(text: string, beginning: string): string {
  let struck = '';
  let from = 0;
  for (let at = text.indexOf(beginning); at >= 0; at = text.indexOf(beginning, from)) {
    struck += text.slice(from, at) + STRUCK;
    const end = text.indexOf('\r', at);
    from = end < 0 ? text.length : end;
  }
  return from === 0 ? text : struck + text.slice(from);
}
