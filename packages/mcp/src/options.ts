import { endpointUrl } from '@unexpired/oauth';
import type { TokenStore } from 'unexpired';
import { nameOf } from 'unexpired/adapter';

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
    readonly id?: string;
    readonly secret?: string | undefined;
    readonly issuer?: string | undefined;
    readonly name?: string;
  };
}

const KNOWN = ['serverUrl', 'store', 'client', 'redirectUrl', 'authorize'];

/** @throws TypeError that names the option that is wrong, and quotes no value. */
export function settingsOf(options: McpSessionOptions): Settings {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`mcpSession: options must be an object, got ${nameOf(options)}`);
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined)
    throw new TypeError(
      `mcpSession: there is no option "${unknown}"; the options are ${KNOWN.join(', ')}`,
    );
  const { store, authorize, redirectUrl } = options;
  const server = endpointUrl('serverUrl', options.serverUrl, false);
  if (!URL.canParse(String(redirectUrl)))
    throw new TypeError(`redirectUrl: expected an absolute URL, got ${nameOf(redirectUrl)}`);
  if (typeof authorize !== 'function')
    throw new TypeError(`authorize: expected a function, got ${nameOf(authorize)}`);
  return { server, store, authorize, redirectUrl: String(redirectUrl), client: clientOf(options) };
}

function clientOf({ client }: McpSessionOptions): Settings['client'] {
  const given: Partial<Record<'client_id' | 'client_secret' | 'client_name' | 'issuer', unknown>> =
    client ?? {};
  const { client_id: id, client_secret: secret, client_name: name } = given;
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
  if (!isText(id) && !isText(name))
    throw new TypeError(
      'client: expected { client_id } of a registered client, or { client_name } to register one with',
    );
  if (!isText(id)) return { name: name as string };
  if (secret !== undefined && !isText(secret))
    throw new TypeError(`client.client_secret: expected a string, got ${nameOf(secret)}`);
  const { issuer } = given;
  if (issuer === undefined) return { id, secret };
  return { id, secret, issuer: endpointUrl('client.issuer', issuer, false).href };
}
