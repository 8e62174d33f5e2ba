import { requireReachable } from '@unexpired/oauth';
import { type AccessToken, TokenError, type TokenStore } from 'unexpired';
import type { Settings } from './options.ts';

/** What a session is good for, and where it is renewed. Kept with its tokens, so that every process that shares them knows it. */
export interface Binding {
  /** The resource that the tokens are for (RFC 8707). */
  readonly resource: string;
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly revocationEndpoint?: string | undefined;
  readonly clientId: string;
  /** Of a client that was registered here. One that the options name is not written down. */
  readonly clientSecret?: string | undefined;
  readonly clientAuthentication: 'none' | 'client_secret_basic' | 'client_secret_post';
}

/** The member of `extra` that holds the {@link Binding}. */
const MEMBER = 'mcp';

export const bindingOf = ({ extra }: Pick<AccessToken, 'extra'>): Binding | undefined =>
  extra?.[MEMBER] as Binding | undefined;

/** The tokens with their binding, in either spelling. */
export const bind = <T extends object>(tokens: T, binding: Binding): T => ({
  ...tokens,
  [MEMBER]: binding,
});

/** What readers of the session get: a token without its binding, in which a secret may be. */
export function readable<T extends AccessToken | undefined>(token: T): T {
  const { [MEMBER]: _, ...extra } = token?.extra ?? {};
  return token && { ...token, extra };
}

/**
 * Is a token for `resource` one for this server? A resource covers all that is below its path, as the MCP SDK has it. One
 * with a query, in which a tenant may be, covers that alone.
 *
 * @example
 * ```ts
 * covers('https://example.com/mcp', new URL('https://example.com/mcp/v2')); // true
 * ```
 */
export function covers(resource: unknown, server: URL): boolean {
  if (typeof resource !== 'string' || !URL.canParse(resource)) return false;
  const { origin, pathname, search } = new URL(resource);
  return (
    origin === server.origin &&
    ['', server.search].includes(search) &&
    `${server.pathname}/`.startsWith(pathname.replace(/\/?$/, '/'))
  );
}

/** The store, in which a session of another resource or issuer cannot be read: nobody gets its tokens, and none is renewed for it. */
export function boundStore(store: TokenStore, settings: Settings): TokenStore {
  return {
    ...store,
    async read() {
      const stored = await store.read();
      const fault = stored && !stored.unreadable && faultOf(stored.value, settings);
      if (!fault) return stored;
      const unreadable = new TokenError('ERR_STORE_RECORD', {
        message: `Store "${store.name}" holds a session ${fault} than that of ${settings.server.href}. Each server needs its own; signOut() empties it`,
      });
      return { ...stored, unreadable };
    },
  };
}

/** `undefined`: a session of this server, none at all, or something that the core knows more about. */
function faultOf(value: unknown, { server, client }: Settings): string | undefined {
  const { v, tokens } = Object(value) as { readonly v?: unknown; readonly tokens?: unknown };
  // Without a `v` it may be tokens that another program left: whose they are is not known.
  const held = v === undefined ? value : v === 1 && tokens;
  if (Object(held) !== held) return undefined;
  const binding = bindingOf(held as AccessToken);
  if (!covers(binding?.resource, server)) return 'of another resource';
  const { issuer, tokenEndpoint, revocationEndpoint = tokenEndpoint } = binding as Binding;
  try {
    for (const endpoint of [tokenEndpoint, revocationEndpoint])
      requireReachable('', endpoint, server, false);
    if (issuer === (client.issuer ?? issuer)) return undefined;
  } catch {
    // a place that no login here would have named
  }
  return 'of another issuer';
}
