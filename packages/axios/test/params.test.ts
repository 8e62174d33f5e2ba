import { describe, expect, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import axios, { type AxiosAdapter, type AxiosRequestConfig } from 'axios';
import axios17 from 'axios-1.7';
import type { TokenSource } from 'unexpired';

// What axios makes of parameters by code of the caller's, or of a class of the caller's, is what it was at the call.
const HERE = 'https://api.example.com';
const VERSIONS: [string, typeof axios][] = [
  [axios.VERSION, axios],
  [axios17.VERSION, axios17 as unknown as typeof axios],
];

interface Changing {
  readonly config: AxiosRequestConfig;
  change(): void;
}

class Filter {
  #text = 'one';
  set(text: string): void {
    this.#text = text;
  }
  query(): string {
    return `filter=${this.#text}`;
  }
}
/** With an offset in its text, as those of date-fns have it. */
class ZonedDate extends Date {
  override toISOString(): string {
    return super.toISOString().replace('Z', '+00:00');
  }
}
/** Blanks as most servers write them. */
class Query extends URLSearchParams {
  override toString(): string {
    return super.toString().replaceAll('+', '%20');
  }
}

const kinds: Record<string, () => Changing> = {
  'a serializer that reads what changes'() {
    let page = 1;
    const paramsSerializer = { serialize: (): string => `page=${page}` };
    return { config: { params: { a: 1 }, paramsSerializer }, change: () => void page++ };
  },
  'a serializer of an object of a class'() {
    const params = new Filter();
    const paramsSerializer = { serialize: (filter: Filter): string => filter.query() };
    return {
      config: { params, paramsSerializer } as AxiosRequestConfig,
      change: () => params.set('two'),
    };
  },
  'a serializer of a map, as a function'() {
    const params = new Map([['a', '1']]);
    const paramsSerializer = (map: Map<string, string>): string =>
      new URLSearchParams([...map]).toString();
    return {
      config: { params, paramsSerializer: paramsSerializer as never },
      change: () => void params.set('a', '2'),
    };
  },
  'an encoder that reads what changes'() {
    let mark = 'x';
    const paramsSerializer = { encode: (text: string): string => `${text}${mark}` };
    return { config: { params: { a: 1 }, paramsSerializer }, change: () => void (mark = 'y') };
  },
  'dates of a class of their own'() {
    const from = new ZonedDate(0);
    return { config: { params: { from, to: from } }, change: () => void from.setTime(9) };
  },
  'URLSearchParams of a class of their own'() {
    const params = new Query({ q: 'a b' });
    return { config: { params }, change: () => params.set('q', 'c') };
  },
  'an object with a primitive of its own'() {
    const amount = { text: '1', [Symbol.toPrimitive]: () => amount.text };
    class Amount {
      [Symbol.toPrimitive] = amount[Symbol.toPrimitive];
    }
    return { config: { params: { n: new Amount() } }, change: () => void (amount.text = '2') };
  },
};

describe.each(VERSIONS)('parameters of axios %s', (_version, client) => {
  /** The queries that arrive at an adapter which refuses the first `refused` requests. */
  const queries = async (
    { config, change }: Changing,
    wait: boolean,
    refused: number,
  ): Promise<string[]> => {
    const seen: string[] = [];
    const adapter: AxiosAdapter = async (sent) => {
      seen.push(new URL(client.getUri(sent as AxiosRequestConfig)).search);
      if (!wait) change();
      const status = seen.length > refused ? 200 : 401;
      return { data: '', status, statusText: '', headers: {}, config: sent };
    };
    let give = (): void => undefined;
    const asked = new Promise<{ accessToken: string }>((resolve) => {
      give = () => resolve({ accessToken: 'one' });
    });
    const tokens: TokenSource = {
      getToken: () => asked,
      replaceRejected: async () => ({ accessToken: 'two' }),
    };
    const instance = client.create({ baseURL: HERE, adapter });
    attachAuth(instance, tokens);
    if (!wait) {
      give();
      await instance.get('/', { adapter: async (sent) => answer(sent) });
    }
    const sending = instance.get('/', config);
    if (wait) change();
    give();
    await sending;
    return seen;
  };
  const answer = (config: Parameters<AxiosAdapter>[0]) => ({
    data: '',
    status: 200,
    statusText: '',
    headers: {},
    config,
  });

  it.each(Object.entries(kinds))('%s: sent as they were at the call', async (_kind, make) => {
    const { search } = new URL(axios.getUri({ baseURL: HERE, url: '/', ...make().config }));
    expect(search).not.toBe('');
    expect(await queries(make(), true, 0)).toEqual([search]);
    expect(await queries(make(), false, 1)).toEqual([search, search]);
  });

  it('a serializer runs once for each request, also where it is sent again', async () => {
    for (const wait of [true, false]) {
      let runs = 0;
      const paramsSerializer = { serialize: (): string => `n=${++runs}` };
      const config = { params: { a: 1 }, paramsSerializer };
      expect(await queries({ config, change: () => undefined }, wait, 1)).toEqual(['?n=1', '?n=1']);
    }
  });
});
