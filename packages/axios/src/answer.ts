import type { ApiResponse } from 'unexpired/adapter';
import type { Answer } from './axios-like.ts';

/** An axios response as the core's decisions see it; its data is not transformed yet. */
export function toApiResponse({ data, status, headers }: Answer, url: string): ApiResponse {
  return {
    url,
    status,
    headers: {
      get(name) {
        // Adapters of other people may give a plain object.
        const value =
          typeof headers?.get === 'function'
            ? headers.get(name)
            : Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
        return value === undefined || value === null ? null : String(value);
      },
    },
    async json() {
      const text = await readText(data);
      try {
        return text === undefined ? data : JSON.parse(text);
      } catch {
        return undefined; // not JSON
      }
    },
  };
}

/** Lets go of an answer that nobody will read. Only a stream holds anything: it is read to its end, so that the connection can be used again. */
export function release({ data }: Answer): void {
  const stream = data as { on?(event: 'error', listener: () => void): unknown; resume?(): unknown; cancel?(): Promise<void> } | undefined;
  if (typeof stream?.resume === 'function') {
    // Nobody is interested in how it ends.
    stream.on?.('error', () => undefined);
    stream.resume();
  } else if (typeof stream?.cancel === 'function') stream.cancel().catch(() => undefined);
}

// What `responseType` made of it. A stream is the caller's and can be read once: it is no JSON to us.
async function readText(data: unknown): Promise<string | undefined> {
  if (typeof data === 'string') return data;
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return new TextDecoder().decode(data);
  if (typeof Blob === 'function' && data instanceof Blob) return data.text();
  const { pipe, getReader } = (data ?? {}) as Record<string, unknown>;
  return pipe || getReader ? '' : undefined;
}
