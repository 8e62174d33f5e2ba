import { endpointUrl } from '@unexpired/oauth';
import type { TokenStore } from 'unexpired';
import { check, checkAll, type Kind, unless } from 'unexpired/adapter';

/** Who asks for tokens: a client that is registered already, or the name to register one with. */
export type McpClient =
  | {
      /** As the authorization server gave it, or the URL of a client metadata document. */
      readonly client_id: string;
      readonly client_secret?: string | undefined;
      /** Where the client is registered: the secret goes to no other authorization server. Default: whichever the MCP server names. */
      readonly issuer?: string | URL | undefined;
    }
  | {
      /** Each login registers a client of this name (RFC 7591), so that none can be stuck with one that the server has forgotten. */
      readonly client_name: string;
    };

/** Options of {@link mcpSession}. */
export interface McpSessionOptions {
  /** The MCP endpoint: https, or http on loopback. */
  readonly serverUrl: string | URL;
  /** `fileStore(path)`: all processes of a machine. Default: in memory. One for each server: what belongs to another resource or issuer is ERR_STORE_RECORD. */
  readonly store?: TokenStore | undefined;
  /** A registered client, or a name to register one with. */
  readonly client: McpClient;
  /** Where the login page comes back to, as it is registered (RFC 6749 section 3.1.2). */
  readonly redirectUrl: string | URL;
  /** Shows the page, and gives the URL that it came back to. `signal` aborts when the sign-in is given up. */
  readonly authorize: (
    page: URL,
    context: { readonly signal: AbortSignal },
  ) => Promise<URL | string>;
}

/** The options, read once. */
export interface Settings extends Pick<McpSessionOptions, 'store' | 'authorize'> {
  readonly server: URL;
  readonly redirectUrl: string;
  /** `id`: `undefined` where a client has to be registered. */
  readonly client: {
    readonly id: string | undefined;
    readonly secret: string | undefined;
    readonly issuer: string | undefined;
    readonly name: string | undefined;
  };
}

const later: Kind = () => undefined; // looked at one by one

const KINDS: Readonly<Record<keyof McpSessionOptions, Kind>> = {
  serverUrl: later,
  store: later,
  client: later,
  redirectUrl: later,
  authorize: later,
};

/** @throws TypeError that names the option that is wrong, and quotes no value. */
export function settingsOf(options: McpSessionOptions): Settings {
  checkAll('mcpSession', options, KINDS);
  const { store, authorize, redirectUrl, serverUrl, client } = options;
  const server = endpointUrl('serverUrl', serverUrl, false);
  demand('redirectUrl', 'an absolute URL', redirectUrl, URL.canParse(String(redirectUrl)));
  demand('authorize', 'a function', authorize, typeof authorize === 'function');
  return { server, store, authorize, redirectUrl: String(redirectUrl), client: clientOf(client) };
}

function clientOf(client: McpClient): Settings['client'] {
  const {
    client_id: id,
    client_secret: secret,
    client_name: name,
    issuer,
  } = (client ?? {}) as Partial<Record<string, unknown>>;
  demand('client', '{ client_id } or { client_name }', client, isText(id ?? name));
  demand('client.client_secret', 'a string', secret, isText(secret ?? id ?? name));
  return {
    id: id as string | undefined,
    secret: secret as string | undefined,
    name: name as string | undefined,
    issuer: issuer === undefined ? issuer : endpointUrl('client.issuer', issuer, false).href,
  };
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

function demand(name: string, expected: string, value: unknown, fits: boolean): void {
  check(name, value, () => unless(fits, expected, value));
}
