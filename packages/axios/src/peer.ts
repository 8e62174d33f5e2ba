import axios from 'axios';
import type { Adapter, AxiosLike, Config } from './axios-like.ts';

interface AxiosErrorClass {
  new (message: string, code?: string, config?: Config): Error;
  from(error: unknown, code: string | null, config: Config): Error;
}

/** What only axios's static object has. */
export interface Peer {
  /** The second argument is known since axios 1.12. */
  getAdapter(names: unknown, config?: object): Adapter | undefined;
  readonly VERSION?: string;
  readonly AxiosError: AxiosErrorClass;
  readonly CanceledError: new (message: string, config: Config) => Error;
}

/**
 * The static axios, where it is the copy that made this instance: its ESM and CommonJS builds are two, and so are two
 * versions. `undefined` elsewhere, also where a test has put a double in its place.
 */
export function peerOf(instance: AxiosLike): Peer | undefined {
  const peer = axios as unknown as (Partial<AxiosLike> & Partial<Peer>) | undefined;
  const same =
    peer?.interceptors?.request.constructor === instance.interceptors.request.constructor &&
    typeof peer?.getAdapter === 'function' &&
    typeof peer.AxiosError?.from === 'function' &&
    typeof peer.CanceledError === 'function';
  return same ? (peer as unknown as Peer) : undefined;
}
