import type { TokenFetchResponse } from './fetch.ts';

/** A token response is a few kB; whatever is longer than this is none. */
const LONGEST_BODY = 1_048_576;

/** A body, or why there is none. Which of the two matters only for the message. */
export type Body =
  | { readonly text: string }
  | { readonly problem: 'too long' | 'cut off'; readonly error?: unknown };

/** Reads a body of up to 1 MiB (decompressed). A longer one is refused as soon as that is known, and not read on. Never rejects. */
export async function readBody(response: TokenFetchResponse): Promise<Body> {
  const stream = webStream(response.body);
  const announced = Number(response.headers.get('content-length') ?? 0);
  try {
    if (announced > LONGEST_BODY) {
      await abandon(stream);
      return { problem: 'too long' };
    }
    if (stream !== undefined) return await readStream(stream.getReader());
    const text = await response.text();
    return text.length > LONGEST_BODY ? { problem: 'too long' } : { text };
  } catch (error) {
    return { problem: 'cut off', error };
  }
}

interface Reader {
  read(): Promise<{ done: boolean; value?: unknown }>;
  cancel(): Promise<void>;
}

interface WebStream {
  getReader(): Reader;
  cancel(): Promise<void>;
}

async function readStream(reader: Reader): Promise<Body> {
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { text: text + decoder.decode() };
    const chunk = value as Uint8Array;
    length += chunk.byteLength;
    if (length > LONGEST_BODY) {
      await abandon(reader);
      return { problem: 'too long' };
    }
    text += decoder.decode(chunk, { stream: true });
  }
}

function webStream(body: unknown): WebStream | undefined {
  const candidate = body as Partial<WebStream> | null | undefined;
  return typeof candidate?.getReader === 'function' ? (candidate as WebStream) : undefined;
}

async function abandon(source: { cancel(): Promise<void> } | undefined): Promise<void> {
  // The answer is refused either way; that the rest of it could not be waved off as well adds nothing.
  await source?.cancel().catch(() => undefined);
}

/** The object in a text of JSON, whatever the content type says: some servers label JSON as text, and what they rotated must not be lost over that. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, so it goes nowhere.
    return undefined;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
