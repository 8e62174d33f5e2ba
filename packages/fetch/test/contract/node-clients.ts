import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import { createAuthFetch } from '@unexpired/fetch';
import type { AdapterUnderTest, BreakableBody } from '@unexpired/testing';
import crossFetch from 'cross-fetch';
import PackagedFormData from 'form-data';
import nodeFetch from 'node-fetch';
import * as undici from 'undici';
import manifest from '../../package.json' with { type: 'json' };

type Fetch = (url: string, init?: object) => Promise<unknown>;
interface Answer {
  readonly status: number;
  text(): Promise<string>;
}

const versionOf = (alias: keyof typeof manifest.devDependencies): string =>
  manifest.devDependencies[alias].replace(/^.*@/, '');

/** A web stream that has begun and goes on. */
export const webStream = (): BreakableBody => {
  let fail: BreakableBody['fail'] = () => undefined;
  let close: (value: unknown) => void = () => undefined;
  const closed = new Promise((resolve) => (close = resolve));
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array([1, 2, 3]));
      fail = (error) => controller.error(error);
    },
    cancel: close,
  });
  return { body, fail: (error) => fail(error), closed };
};

/** A Node stream that has begun and goes on. */
export const nodeStream = (): BreakableBody => {
  const body = new PassThrough();
  body.write('x');
  return {
    body,
    fail: (error) => void body.destroy(error),
    destroy: () => void body.destroy(),
    closed: new Promise((resolve) => body.once('close', resolve)),
  };
};

/** The form of the package form-data, with such a stream in it. */
export const formWithStream = (): BreakableBody => {
  const { body: part, ...stream } = nodeStream();
  const body = new PackagedFormData();
  body.append('file', part, { filename: 'a.bin' });
  return { ...stream, body, headers: body.getHeaders() };
};

const once = { 'a Node stream': () => ({ body: PassThrough.from(['once only']) }) };

/** `blobs: false`: it does not take those of the platform. */
function customClient(
  name: string,
  fetch: Fetch,
  facts: Partial<AdapterUnderTest> & { readonly blobs?: false },
  bodyOf: (body: unknown) => unknown = (body) => body,
): AdapterUnderTest {
  return {
    oneShotBodies: once,
    ...facts,
    name,
    create(tokens, options) {
      const authFetch = createAuthFetch(tokens, { ...options, fetch });
      return async ({ url, ...init }) => {
        const blob = facts.blobs === false && init.body instanceof Blob && (await init.body.text());
        const response = (await authFetch(url, {
          ...init,
          body: blob || bodyOf(init.body),
          duplex: 'half',
        } as RequestInit)) as Answer;
        return { status: response.status, text: await response.text(), explained: response };
      };
    },
  };
}

/** undici's own fetch knows only its own FormData. */
const withOwnForm = (body: unknown): unknown => {
  if (!(body instanceof FormData)) return body;
  const own = new undici.FormData();
  for (const [name, value] of body) own.append(name, value);
  return own;
};

const undiciClients = (): AdapterUnderTest[] => {
  const facts = { breakableBodies: { 'a web stream': webStream, 'a Node stream': nodeStream } };
  const fetch = undici.fetch as Fetch;
  const dispatcher = new undici.Agent().compose(
    undici.interceptors.redirect({ maxRedirections: 5 }),
  );
  return [
    customClient(`undici ${versionOf('undici')}`, fetch, facts, withOwnForm),
    customClient(
      `undici ${versionOf('undici')}, its redirect dispatcher`,
      (url, init) => fetch(url, { ...init, dispatcher }),
      { ...facts, hidesRedirects: true },
      withOwnForm,
    ),
  ];
};

const isAbort = (error: unknown): boolean => (error as Error).name === 'AbortError';

/** Fetches that do not keep the Fetch standard's rules for redirects and aborts. */
const nodeFetchClients = (): AdapterUnderTest[] => {
  const facts = {
    isAbort,
    isBodyError: (error: unknown, cause: unknown) => error === cause,
    breakableBodies: { 'a Node stream': nodeStream, 'a form with a stream': formWithStream },
  };
  const version3 = nodeFetch as Fetch;
  // It has no types of its own.
  const version2 = createRequire(import.meta.url)('node-fetch-2') as Fetch;
  return [
    customClient(`node-fetch ${versionOf('node-fetch')}`, version3, facts),
    customClient(
      `node-fetch ${versionOf('node-fetch')} in a function`,
      (url, init) => version3(url, { ...init, size: 0 }),
      // Nobody can tell what is below a function: a body that fails is the standard's TypeError.
      { ...facts, isBodyError: (error, cause) => (error as Error).cause === cause },
    ),
    customClient(`node-fetch ${versionOf('node-fetch-2')}`, version2, { ...facts, blobs: false }),
    customClient(`cross-fetch ${versionOf('cross-fetch')}`, crossFetch, { ...facts, blobs: false }),
  ];
};

export const nodeClients = [...undiciClients(), ...nodeFetchClients()];
