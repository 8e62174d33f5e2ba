import { endpointUrl } from '@unexpired/oauth';
import type { TokenStore } from 'unexpired';
import { check, checkAll, isFunction, isName, type Kind, unless } from 'unexpired/adapter';

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

const later: Kind = () => undefined; // looked at where it is used

const KINDS: Readonly<Record<keyof McpSessionOptions, Kind>> = {
  serverUrl: later,
  store: later,
  client(value) {
    const { client_id: id, client_name: name } = Object(value) as ClientMembers;
    return unless(!isName(id ?? name), '{ client_id } or { client_name }', value);
  },
  redirectUrl: (value) =>
    unless(
      URL.canParse(String(value)) && !String(value).includes('#'),
      'an absolute URL without a fragment',
      value,
    ),
  authorize: isFunction,
};

type ClientMembers = Readonly<
  Partial<Record<'client_id' | 'client_secret' | 'client_name' | 'issuer', unknown>>
>;

/** @throws TypeError that names the option that is wrong, and quotes no value. */
export function settingsOf(options: McpSessionOptions): Settings {
  checkAll('mcpSession', options, KINDS);
  const { store, authorize, redirectUrl, serverUrl, client } = options;
  check('client', client, KINDS.client);
  check('redirectUrl', redirectUrl, KINDS.redirectUrl);
  check('authorize', authorize, isFunction);
  const server = endpointUrl('serverUrl', serverUrl, false);
  return { server, store, authorize, redirectUrl: String(redirectUrl), client: clientOf(client) };
}

function clientOf(client: ClientMembers): Settings['client'] {
  const { client_id: id, client_secret: secret, client_name: name, issuer } = client;
  if (secret !== undefined) check('client.client_secret', secret, isName);
  return {
    id: id as string | undefined,
    secret: secret as string | undefined,
    name: name as string | undefined,
    issuer: issuer === undefined ? issuer : endpointUrl('client.issuer', issuer, false).href,
  };
}
