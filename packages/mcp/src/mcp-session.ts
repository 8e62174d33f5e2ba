import { createAuthFetch } from '@unexpired/fetch';
import { refreshTokenGrant, revokeToken } from '@unexpired/oauth';
import {
  createTokenManager,
  memoryStore,
  type SetSessionOptions,
  type TokenManager,
  type TokenResponse,
  type TokenSet,
} from 'unexpired';
import { type Binding, bind, bindingOf, boundStore, readable } from './binding.ts';
import { challengeOf, discover } from './discover.ts';
import { closed } from './failure.ts';
import { bindingFor, clientAt, secretOf } from './log-in.ts';
import { type McpSessionOptions, type Settings, settingsOf } from './options.ts';
import { createSignIn, type SignInOptions } from './sign-in.ts';

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
  const clientIn = (binding: Binding) => ({
    ...binding,
    clientSecret: secretOf(binding, settings),
  });
  const manager = createTokenManager({
    store,
    async refresh(current, context) {
      const binding = bindingOf(current) as Binding; // the store gives no other
      const { resource } = binding;
      const redeem = refreshTokenGrant({ ...clientIn(binding), parameters: { resource } });
      return bind(await redeem(current, context), binding);
    },
    async revoke(tokens, context) {
      const binding = bindingOf(tokens) as Binding;
      if (binding.revocationEndpoint !== undefined)
        await revokeToken(clientIn(binding))(tokens, context);
    },
  });

  /** What the server asked for in vain: scopes that the session does not have. */
  let missing: string | undefined;
  const transport = createAuthFetch(manager, {
    origins: [server.origin],
    whenSignedOut: 'reject',
    classify({ headers }) {
      const challenge = challengeOf(headers.get('www-authenticate'));
      if (challenge?.get('error') === 'insufficient_scope') missing = challenge.get('scope');
      return undefined;
    },
  });
  const signIn = createSignIn(settings, store, manager);

  const closing = new AbortController();
  return Object.assign(Object.create(manager) as TokenManager, {
    transport: { fetch: transport },
    async signIn({ signal, scope }: SignInOptions = {}) {
      await signIn([scope, missing], AbortSignal.any([closing.signal, signal ?? closing.signal]));
      missing = undefined;
    },
    close() {
      closing.abort(closed('The session is closed'));
      return manager.close();
    },
    async setSession(tokens: TokenSet | TokenResponse, how?: SetSessionOptions) {
      await manager.setSession(bind(tokens, await bindingAt(settings, closing.signal)), how);
    },
    getToken: async (wait?: Parameters<TokenManager['getToken']>[0]) =>
      readable(await manager.getToken(wait)),
    refresh: async (wait?: Parameters<TokenManager['refresh']>[0]) =>
      readable(await manager.refresh(wait)),
    replaceRejected: async (...asked: Parameters<TokenManager['replaceRejected']>) =>
      readable(await manager.replaceRejected(...asked)),
  });
}

/** For tokens of a login that was made elsewhere. */
async function bindingAt(settings: Settings, signal: AbortSignal): Promise<Binding> {
  if (settings.client.id === undefined)
    throw new TypeError(
      'setSession: give the client.client_id whose tokens these are, or call signIn()',
    );
  const found = await discover(settings, signal);
  return bindingFor(found, await clientAt(settings, found.metadata, '', signal));
}
