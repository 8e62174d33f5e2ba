import { request } from 'node:http';
import type { Generation, Read, Result } from './record.ts';
import { fingerprint, type Words } from './words.ts';

/** A client of the broker and of the API, which makes a connection for each request: the balancer sees each of them. */
export interface Ask {
  /** Asks for a token, in the place of a refused one where that is given. */
  (key: string, rejected?: Generation): Promise<{ readonly read: Read; readonly token?: string }>;
}

/** Ms after which a client gives up: several times what a request may take, on a busy machine. */
const LIMIT = 60_000;
/** Seconds for which a client would wait. */
const WAIT = 5;

export interface Exchange {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** One HTTP request on a connection of its own. Rejects where there is no answer. */
export function exchange(
  address: string,
  options: {
    readonly method: string;
    readonly bearer: string;
    readonly prefer?: string;
    readonly body?: unknown;
  },
  words?: Words,
): Promise<Exchange> {
  const { method, bearer, body, prefer } = options;
  const headers = {
    authorization: `Bearer ${bearer}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(prefer !== undefined && { prefer }),
  };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(LIMIT);
    const sent = request(address, { method, agent: false, headers, signal }, (answer) => {
      let text = '';
      answer.on('data', (part: Buffer) => (text += part.toString()));
      answer.on('error', reject);
      answer.on('end', () => {
        words?.look('an answer', `${answer.rawHeaders.join('\n')}\n${text}`);
        resolve({
          status: answer.statusCode ?? 0,
          type: answer.headers['content-type'] ?? '',
          text,
        });
      });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

export const createAsk =
  (broker: string, key: string, words: Words): Ask =>
  async (session, rejected) => {
    const begun = Date.now();
    const options = { bearer: key, prefer: `wait=${WAIT}` };
    const asked = { key: session, begun, ...(rejected && { rejected }) };
    try {
      const answer = await exchange(
        `${broker}/v1/sessions/${session}/token`,
        rejected === undefined
          ? { ...options, method: 'GET' }
          : { ...options, method: 'POST', body: { rejected } },
        words,
      );
      const { result, token } = resultOf(answer);
      const read = { ...asked, ended: Date.now(), result };
      return token === undefined ? { read } : { read, token };
    } catch (error) {
      const { name, code, message } = error as NodeJS.ErrnoException;
      words.look('an error', message);
      if (name === 'AbortError' || name === 'TimeoutError')
        return { read: { ...asked, ended: undefined, result: { type: 'silence' } } };
      const result = { type: 'connection', code: code ?? name } as const;
      return { read: { ...asked, ended: Date.now(), result } };
    }
  };

/** What an answer of the broker is. */
export function resultOf({ status, type, text }: Exchange): { result: Result; token?: string } {
  const odd = { result: { type: 'odd', status } } as const;
  if (status === 204) return { result: { type: 'none' } };
  const body = parsed(text);
  if (type.startsWith('application/problem+json')) {
    const { code, action } = body;
    if (typeof code !== 'string' || typeof action !== 'string' || body['status'] !== status)
      return odd;
    return { result: { type: 'problem', status, code } };
  }
  const { session, generation, access_token: token } = body;
  if (status !== 200 || typeof session !== 'string') return odd;
  if (typeof generation !== 'number' || typeof token !== 'string') return odd;
  return { result: { type: 'token', session, generation, token: fingerprint(token) }, token };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {}; // it is odd, and that is what the caller says
  }
}
