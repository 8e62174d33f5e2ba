import { readFile, rm, writeFile } from 'node:fs/promises';
import {
  Client as Client2,
  type OAuthClientProvider,
  type OAuthTokens,
  StreamableHTTPClientTransport as Transport2,
} from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type McpSession, mcpSession } from '@unexpired/mcp';
import { fileStore } from '@unexpired/node';
import { CLIENT_ID } from './client-id.ts';
import type { Minted } from './servers/authorization-server.ts';

export const REDIRECT_URL = 'http://127.0.0.1:7717/callback';

/** A client that is connected. */
export interface Connected {
  call(id: string): Promise<boolean>;
  /** How often somebody was asked to sign in again. */
  asked(): number;
  close(): Promise<void>;
}

/** One way of keeping an MCP client signed in. Its credentials are in a file. */
export interface Contender {
  readonly name: string;
  readonly ours: boolean;
  /** As after a login. */
  seed(url: URL, file: string, minted: Minted): Promise<void>;
  connect(url: URL, file: string): Promise<Connected>;
}

/** The provider of the SDK, as its documentation has it, with a file behind it. */
function sdkProvider(file: string): OAuthClientProvider & { asked: number } {
  let verifier = '';
  return {
    asked: 0,
    redirectUrl: REDIRECT_URL,
    clientMetadata: { client_name: 'host', redirect_uris: [REDIRECT_URL] },
    clientInformation: () => ({ client_id: CLIENT_ID }),
    async tokens() {
      const text = await readFile(file, 'utf8').catch(() => ''); // invalidated
      return text === '' ? undefined : (JSON.parse(text) as OAuthTokens);
    },
    invalidateCredentials: () => rm(file, { force: true }),
    saveTokens: (tokens) => writeFile(file, JSON.stringify(tokens)),
    redirectToAuthorization() {
      this.asked++;
    },
    saveCodeVerifier: (text) => void (verifier = text),
    codeVerifier: () => verifier,
  };
}

const seedSdk = (_url: URL, file: string, minted: Minted): Promise<void> =>
  writeFile(file, JSON.stringify(minted));

function ourSession(url: URL, file: string): McpSession & { asked: number } {
  const session = mcpSession({
    serverUrl: url,
    store: fileStore(file),
    client: { client_id: CLIENT_ID },
    redirectUrl: REDIRECT_URL,
    authorize: () => Promise.reject(new Error('nobody is asked here')),
  });
  const counted = Object.assign(session, { asked: 0 });
  session.subscribe((event) => (counted.asked += event.type === 'sessionEnded' ? 1 : 0));
  return counted;
}

const seedOurs = async (url: URL, file: string, minted: Minted): Promise<void> => {
  const session = ourSession(url, file);
  await session.setSession(minted);
  await session.close();
};

const read = (id: string) => ({ name: 'read', arguments: { id } });
/** Ms after which a call counts as one without an answer. */
const LIMIT = { timeout: 10_000 };
const succeeds = (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => true,
    () => false, // counted
  );

async function connect1(
  url: URL,
  options: ConstructorParameters<typeof Transport1>[1],
): Promise<Omit<Connected, 'asked'>> {
  const client = new Client1({ name: 'host', version: '1.0.0' });
  await client.connect(new Transport1(url, options));
  return {
    call: (id) => succeeds(client.callTool(read(id), undefined, LIMIT)),
    close: () => client.close(),
  };
}

async function connect2(
  url: URL,
  options: ConstructorParameters<typeof Transport2>[1],
): Promise<Omit<Connected, 'asked'>> {
  const client = new Client2({ name: 'host', version: '1.0.0' });
  await client.connect(new Transport2(url, options));
  return { call: (id) => succeeds(client.callTool(read(id), LIMIT)), close: () => client.close() };
}

const ours = (
  name: string,
  connect: (url: URL, options: McpSession['transport']) => Promise<Omit<Connected, 'asked'>>,
): Contender => ({
  name,
  ours: true,
  seed: seedOurs,
  async connect(url, file) {
    const session = ourSession(url, file);
    const connected = await connect(url, session.transport);
    return {
      ...connected,
      asked: () => session.asked,
      async close() {
        await connected.close();
        await session.close();
      },
    };
  },
});

const sdk = (
  name: string,
  connect: (
    url: URL,
    options: { authProvider: OAuthClientProvider },
  ) => Promise<Omit<Connected, 'asked'>>,
): Contender => ({
  name,
  ours: false,
  seed: seedSdk,
  async connect(url, file) {
    const authProvider = sdkProvider(file);
    return { ...(await connect(url, { authProvider })), asked: () => authProvider.asked };
  },
});

export const CONTENDERS: readonly Contender[] = [
  sdk('sdk 1, its own provider', connect1),
  sdk('client 2, its own provider', connect2),
  ours('Unexpired below sdk 1', connect1),
  ours('Unexpired below client 2', connect2),
];
