import { refreshTokenGrant, revokeToken } from '@unexpired/oauth';
import {
  type AccessToken,
  createTokenManager,
  memoryStore,
  type SetSessionOptions,
  type TokenManager,
  type TokenResponse,
  type TokenSet,
} from 'unexpired';
import { checkAll } from 'unexpired/adapter';
import { type Binding, bind, bindingOf, boundStore, readable } from './binding.ts';
import { discover } from './discover.ts';
import { bindingAt, grantOptions, refusalOf } from './client.ts';
import { closed } from './failure.ts';
import { type McpSessionOptions, type Settings, settingsOf } from './options.ts';
import { createSignIn, SIGN_IN_OPTIONS, type SignInOptions } from './sign-in.ts';
import { createTransport } from './transport.ts';

/** The session of an MCP client at one server. */
export interface McpSession extends TokenManager {
  /**
   * `new StreamableHTTPClientTransport(serverUrl, session.transport)`; with client 2 and sdk 1. A refusal is repaired below
   * the SDK, which never sees a refresh token. With nobody signed in, requests reject with ERR_SIGNED_OUT.
   */
  readonly transport: {
    readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  };
  /**
   * Opens a login: discovery, registration, PKCE, `authorize`. Once for all processes that ask meanwhile. After a request
   * that was refused with `insufficient_scope`, it asks for that scope, too. Rejects with a `TokenError`, with what
   * `authorize` rejected with, or with the signal's reason; the session that was there goes on then.
   */
  signIn(options?: SignInOptions): Promise<void>;
}

/**
 * One session at an MCP server (revision 2025-11-25, *Authorization*), for all transports and processes that share its
 * store: one login, one refresh, and no call lost that could have been answered.
 *
 * @throws TypeError that names the option that is wrong.
 *
 * @example
 * ```ts
 * import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
 * import { mcpSession } from '@unexpired/mcp';
 * import { fileStore } from '@unexpired/node';
 *
 * const serverUrl = new URL('https://mcp.example.com/mcp');
 * const session = mcpSession({
 *   serverUrl,
 *   store: fileStore('credentials.json'),
 *   client: { client_name: 'agent' },
 *   redirectUrl: 'http://127.0.0.1:7777/callback',
 *   authorize: openInBrowser,
 * });
 * if ((await session.ready()) !== 'signedIn') await session.signIn();
 * await new Client({ name: 'agent', version: '1' }).connect(
 *   new StreamableHTTPClientTransport(serverUrl, session.transport),
 * );
 * ```
 */
export function mcpSession(options: McpSessionOptions): McpSession {
  const settings = settingsOf(options);
  const { server } = settings;
  const store = boundStore(settings.store ?? memoryStore({ name: server.href }), settings);
  const manager = createTokenManager({
    store,
    async refresh(current, context) {
      const binding = bindingOf(current) as Binding; // the store gives no other
      const redeem = refreshTokenGrant(grantOptions(binding, settings));
      const tokens = await redeem(current, context).catch((error: unknown) => {
        throw refusalOf(error, binding, settings);
      });
      return bind(tokens, binding);
    },
    async revoke(tokens, context) {
      const binding = bindingOf(tokens) as Binding;
      if (binding.revocationEndpoint !== undefined)
        await revokeToken({ ...grantOptions(binding, settings), parameters: undefined })(
          tokens,
          context,
        );
    },
  });

  /** Scopes that the server asked for in vain: the session does not have them. */
  const missing = new Set<string>();
  const transport = createTransport(
    manager,
    { origins: [server.origin], whenSignedOut: 'reject' },
    (scope) => missing.add(scope),
  );
  const signIn = createSignIn(settings, store, manager);

  const closing = new AbortController();
  return Object.assign(Object.create(manager) as TokenManager, {
    transport: { fetch: transport },
    async signIn(options: SignInOptions = {}) {
      checkAll('signIn', options, SIGN_IN_OPTIONS);
      const { signal, scope } = options;
      const asked = [...missing]; // more may come meanwhile
      await signIn(scope, asked, AbortSignal.any([closing.signal, signal ?? closing.signal]));
      for (const one of asked) missing.delete(one);
    },
    close() {
      closing.abort(closed('The session is closed'));
      return manager.close();
    },
    async setSession(tokens: TokenSet | TokenResponse, how?: SetSessionOptions) {
      await manager.setSession(bind(tokens, await bindingOfClient(settings, closing.signal)), how);
    },
    getToken: withoutBinding(manager.getToken),
    refresh: withoutBinding(manager.refresh),
    replaceRejected: withoutBinding(manager.replaceRejected),
  });
}

/** For tokens of a login that was made elsewhere. */
async function bindingOfClient(settings: Settings, signal: AbortSignal): Promise<Binding> {
  if (settings.client.id === undefined)
    throw new TypeError(
      'setSession: give the client.client_id whose tokens these are, or call signIn()',
    );
  return bindingAt(settings, await discover(settings, signal), '', signal);
}

/** A method that gives tokens to readers: in their binding a secret may be. */
const withoutBinding =
  <Args extends readonly unknown[], Token extends AccessToken | undefined>(
    method: (...args: Args) => Promise<Token>,
  ) =>
  async (...args: Args): Promise<Token> =>
    readable(await method(...args));
