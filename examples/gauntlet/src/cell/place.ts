import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { App } from '@unexpired/example-contenders/contender';
import { type AppStorage, memoryStorage } from '@unexpired/example-contenders/storage';
import { fileStore } from '@unexpired/node';
import type { AxiosInstance } from 'axios';
import axiosRetry from 'axios-retry';

/** Where axios-retry is, seen from the contender. */
export type RetryPlace = 'inside' | 'outside';

/** Which app a process is to be. */
export interface Place {
  readonly contender: string;
  readonly address: Pick<App, 'apiOrigin' | 'mcpUrl' | 'tokenEndpoint' | 'clientId'>;
  readonly retry?: RetryPlace | undefined;
  /** The path of a file that several processes share the session in; without it, it is in memory. */
  readonly file?: string | undefined;
}

export function appAt({ address, retry, file }: Place): App {
  return {
    ...address,
    storage: file === undefined ? memoryStorage() : fileStorage(file),
    ...(file === undefined ? {} : { store: fileStore(`${file}.session`) }),
    ...(retry === undefined ? {} : { plugin: { place: retry, attach: attachRetry } }),
  };
}

// As its README begins: three times, for network errors and 5xx of requests that may be repeated.
function attachRetry(api: AxiosInstance): void {
  axiosRetry(api, { retries: 3 });
}

/** localStorage in a file: read at every look, replaced at every change. */
function fileStorage(file: string): AppStorage {
  const read = (): Record<string, string> => {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
  };
  const write = (items: Record<string, string>): void => {
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(items));
    renameSync(draft, file);
  };
  return {
    getItem: (key) => read()[key] ?? null,
    setItem: (key, value) => write({ ...read(), [key]: value }),
    removeItem: (key) =>
      write(Object.fromEntries(Object.entries(read()).filter(([at]) => at !== key))),
  };
}
