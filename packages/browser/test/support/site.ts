import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type SimulatedServer, simulatedFetch, simulatedServer } from '@unexpired/testing';
import { bundleForPage } from '../../../../test/support/bundle-for-page.ts';
import { type TwoUsersServer, twoUsersServer } from './two-users.ts';

/** A web site on loopback: pages, the token endpoint and the API, all of one origin. */
export interface Site {
  readonly port: number;
  /** Of the page that runs a program of `test/programs`. `sandboxed`: it may store nothing. */
  url(program: Program, options?: { readonly sandboxed?: boolean; readonly host?: string }): string;
  /** A page with nothing on it. */
  readonly elsewhere: string;
  /** What the pages get their tokens from; give another one for a new start. */
  server: SimulatedServer;
  /** What pages may ask for, by `POST /ask/<name>`. */
  readonly answers: Map<string, (body: string) => Promise<string>>;
  /** What answers to `/users/...`. */
  users: TwoUsersServer;
  close(): Promise<void>;
}

export type Program = 'contract' | 'tab' | 'two-users';

export async function startSite(): Promise<Site> {
  const scripts = new Map<string, Promise<string>>();
  const answers: Site['answers'] = new Map();

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', site.elsewhere);
    const [, kind, name = ''] = pathname.split('/');
    if (kind === 'page' || kind === 'elsewhere') {
      const sandbox = searchParams.has('sandboxed')
        ? { 'content-security-policy': 'sandbox allow-scripts' }
        : {};
      response.writeHead(200, { 'content-type': 'text/html', ...sandbox });
      response.end(
        `<!doctype html><title>${name}</title>${kind === 'page' ? `<script src="/script/${name}"></script>` : ''}`,
      );
    } else if (kind === 'script') {
      const script =
        scripts.get(name) ?? bundleForPage(new URL(`../programs/${name}.ts`, import.meta.url));
      scripts.set(name, script);
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(await script);
    } else if (kind === 'favicon.ico') response.writeHead(204).end();
    else if (kind === 'ask') {
      const asked = answers.get(name);
      if (asked === undefined) throw new Error(`Nobody answers to ${name}`);
      response.writeHead(200).end(await asked(await textOf(request)));
    } else if (kind === 'users')
      await site.users.answer(request, response, pathname.split('/').slice(2));
    else {
      const { method = 'GET', headers } = request;
      const authorization =
        headers.authorization === undefined ? {} : { authorization: headers.authorization };
      const init = method === 'GET' ? {} : { body: new URLSearchParams(await textOf(request)) };
      const reply = await simulatedFetch(site.server)(`${ORIGIN}${pathname}`, {
        method,
        headers: authorization,
        ...init,
      });
      response.writeHead(reply.status, Object.fromEntries(reply.headers)).end(await reply.text());
    }
  };

  const listener = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  const site: Site = {
    port,
    url: (program, { sandboxed = false, host = '127.0.0.1' } = {}) =>
      `http://${host}:${port}/page/${program}${sandboxed ? '?sandboxed' : ''}`,
    elsewhere: `http://127.0.0.1:${port}/elsewhere`,
    server: simulatedServer(),
    answers,
    users: twoUsersServer(),
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        listener.closeAllConnections();
      }),
  };
  return site;
}

/** Where the simulated server believes to be. */
const ORIGIN = 'http://site.test';

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
}
