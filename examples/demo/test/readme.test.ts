import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import { kyAuth } from '@unexpired/fetch/ky';
import { attachAuth } from '@unexpired/axios';
import axios, { type AxiosInstance } from 'axios';
import ky from 'ky';
import {
  cookieSession,
  createTokenManager,
  followToken,
  memoryStore,
  tokenErrorOf,
} from 'unexpired';
import { renewable } from 'unexpired/renewable';
import { blocksOf } from '../../../scripts/samples/blocks.ts';
import { moduleOf } from '../../../scripts/samples/module-of.ts';

const repository = path.join(import.meta.dirname, '..', '..', '..');
const AsyncFunction = (async () => undefined).constructor as new (
  ...names: string[]
) => (...values: unknown[]) => Promise<unknown>;

/** A back end as frameworks make it: a body counts only if it is labelled as JSON, and each refresh token works once. */
async function startBackEnd() {
  const seen = { refreshes: 0, refused: 0, served: 0 };
  let issued = 0;
  let live = '';
  const read = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
    const text = Buffer.concat(await request.toArray()).toString();
    return request.headers['content-type']?.startsWith('application/json') && text
      ? JSON.parse(text)
      : {};
  };
  const issue = (expires_in: number) => {
    live = `at-${++issued}`;
    return { access_token: live, refresh_token: `rt-${issued}`, expires_in };
  };
  const answer = async (request: IncomingMessage): Promise<[number, unknown]> => {
    const { email, refreshToken } = await read(request);
    switch (request.url) {
      case '/auth/login':
        return email === 'ann@example.com' ? [200, issue(0)] : [400, { error: 'no email' }];
      case '/auth/refresh': {
        const spent = refreshToken ?? /rt=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
        if (spent !== `rt-${issued}`) return [401, { error: 'invalid_grant' }];
        seen.refreshes++;
        const { access_token: accessToken, ...rest } = issue(3600);
        return [
          200,
          refreshToken === undefined
            ? { accessToken, userId: 'ann' }
            : { ...rest, access_token: accessToken },
        ];
      }
      default: {
        const { authorization, cookie } = request.headers;
        const good =
          authorization === `Bearer ${live}` || cookie?.endsWith(`; at=${live}`) === true;
        seen[good ? 'served' : 'refused']++;
        return good ? [200, { name: 'Ann' }] : [401, {}];
      }
    }
  };
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => {
      const cookies = [`rt=rt-${issued}`, `at=${live}`];
      response
        .writeHead(status, { 'content-type': 'application/json', 'set-cookie': cookies })
        .end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { origin, seen, issue, close };
}

/** Two clients of one browser, which keeps the cookies of its server. */
function inBrowser(baseURL: string, cookies: string): { api: AxiosInstance; auth: AxiosInstance } {
  let jar = cookies;
  const client = (): AxiosInstance => {
    const made = axios.create({ baseURL });
    made.interceptors.request.use((config) => {
      config.headers.set('cookie', jar);
      return config;
    });
    made.interceptors.response.use((response) => {
      jar = response.headers['set-cookie']?.join('; ') ?? jar;
      return response;
    });
    return made;
  };
  return { api: client(), auth: client() };
}

const read = (file: string): string => readFileSync(path.join(repository, file), 'utf8');

/** Code of a page as the body of a function, on `origin`. */
const bodyOf = (code: string, origin: string): string =>
  stripTypeScriptTypes(
    code
      .replaceAll('https://api.example.com', origin)
      .replace(/^import .*$/gm, '')
      .replace(/^export \{\};$/m, ''),
  );

/** The first code block below a heading, as a program on `origin`. */
function program(file: string, origin: string, place: string): string {
  const text = read(file);
  const from = text.indexOf(place);
  const code = /```ts\n([^]*?)```/.exec(from < 0 ? '' : text.slice(from))?.[1];
  if (code === undefined) throw new Error(`${file} has no code after "${place}"`);
  return bodyOf(code, origin);
}

/** What stands in place of something before it, and is played by `npm run test:apps`. */
const INSTEAD = /^## To stay signed in after a reload$[^]*?(?=^## )/m;

/** All code blocks of a page, one after the other. */
const wholePage = (file: string, origin: string): string =>
  bodyOf(
    moduleOf(blocksOf(read(file).replace(INSTEAD, '')).filter(({ given }) => !given)).text,
    origin,
  );

function run(code: string, more: Record<string, unknown> = {}): Promise<unknown> {
  const values = {
    axios,
    ky,
    createTokenManager,
    attachAuth,
    createAuthFetch,
    kyAuth,
    email: 'ann@example.com',
    password: 'pw',
    ...more,
  };
  return new AsyncFunction(...Object.keys(values), code)(...Object.values(values));
}

describe('a quick start of the README works as it is printed, on a back end that is strict', () => {
  let backEnd: Awaited<ReturnType<typeof startBackEnd>>;
  beforeEach(async () => {
    backEnd = await startBackEnd();
  });
  afterEach(() => backEnd.close());

  it('on axios', async () => {
    await run(program('README.md', backEnd.origin, '## With axios'));
    expect(backEnd.seen).toEqual({ refreshes: 1, refused: 0, served: 1 });
  });

  it('on fetch', async () => {
    await run(program('README.md', backEnd.origin, '## With fetch'));
    expect(backEnd.seen).toEqual({ refreshes: 1, refused: 0, served: 1 });
  });

  it('of each start page, from its first block to its last', async () => {
    const values = { tokenErrorOf, showLogin: () => undefined };
    for (const file of ['axios', 'fetch', 'ky']) {
      await run(wholePage(`docs/start/${file}.md`, backEnd.origin), values);
      expect([file, backEnd.seen]).toEqual([
        file,
        { refreshes: 1, refused: 0, served: file === 'ky' ? 1 : 2 },
      ]);
      Object.assign(backEnd.seen, { refreshes: 0, refused: 0, served: 0 });
    }
  });

  it('with the tokens in cookies', async () => {
    const place = '## The tokens are in HttpOnly cookies';
    const code = `${program('docs/start/cookies.md', backEnd.origin, place)}\nawait api.get('/me');`;
    const clients = inBrowser(backEnd.origin, `rt=${backEnd.issue(0).refresh_token}`);
    await run(code, { ...clients, cookieSession, browserStore: memoryStore });
    expect(backEnd.seen).toEqual({ refreshes: 1, refused: 0, served: 1 });
  });

  it('with the refresh token in a cookie', async () => {
    const place = '## The refresh token is in a cookie, the access token in memory';
    const code = `${program('docs/start/cookies.md', backEnd.origin, place)}\nawait api.get('/me');`;
    const clients = inBrowser(backEnd.origin, `rt=${backEnd.issue(0).refresh_token}`);
    const locks = { request: (_name: string, _options: object, task: () => unknown) => task() };
    await run(code, { ...clients, memoryStore, navigator: { locks } });
    expect(backEnd.seen).toEqual({ refreshes: 1, refused: 0, served: 1 });
  });

  it('of docs/connections.md, for a token that has expired already', async () => {
    const code = program('docs/connections.md', backEnd.origin, '# Connections that outlive');
    const said = await new Promise((resolve) => {
      void run(code, { followToken, console: { log: resolve } });
    });
    expect(said).toMatch(/^good until \d+$/);
    expect(backEnd.seen).toEqual({ refreshes: 1, refused: 0, served: 0 });
  });

  it('of docs/renewable.md: one request for all who ask', async () => {
    const code = program('docs/renewable.md', backEnd.origin, '# Values that expire');
    let asked = 0;
    const fetch = async () => {
      asked++;
      return Response.json({ dark: true, beta: false });
    };
    const flags = `${code}\nreturn Promise.all([flag('dark'), flag('beta')]);`;
    expect(await run(flags, { renewable, fetch })).toEqual([true, false]);
    expect(asked).toBe(1);
  });

  it('as the READMEs of the adapters have them', async () => {
    const names = { name: 'Ann', password: 'pw' };
    const login = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ann@example.com' }),
    };
    const onFetch = program(
      'packages/fetch/README.md',
      backEnd.origin,
      'npm install unexpired @unexpired/fetch',
    );
    await run(onFetch, { ...names, ...login });
    const onAxios = program(
      'packages/axios/README.md',
      backEnd.origin,
      'npm install unexpired @unexpired/axios',
    );
    await run(onAxios.replace('{ name, password }', '{ email, password }'), names);
    expect(backEnd.seen).toEqual({ refreshes: 2, refused: 0, served: 2 });
  });
});
