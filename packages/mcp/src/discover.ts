import {
  type AuthorizationServer,
  discoverServer,
  readMetadata,
  requireReachable,
} from '@unexpired/oauth';
import { type Challenge, parseChallenges } from 'unexpired/adapter';
import { covers } from './binding.ts';
import { misconfigured, step } from './failure.ts';
import type { Settings } from './options.ts';

/** What an MCP server says of itself, and its authorization server's metadata. */
export interface Discovered {
  readonly resource: string;
  readonly issuer: string;
  readonly metadata: AuthorizationServer;
  /** What the server's challenge asks for, else `scopes_supported` of the resource; separated by spaces. */
  readonly scope: string | undefined;
  /** The scope of refresh tokens (OpenID Connect Core section 11), where it is one. */
  readonly offline: typeof OFFLINE | undefined;
}

export const OFFLINE = 'offline_access';

/** The `Bearer` challenge of an answer (RFC 6750 section 3). */
export const challengeOf = (headers: Pick<Headers, 'get'>): Challenge['params'] | undefined =>
  parseChallenges(headers.get('www-authenticate')).find(({ scheme }) => scheme === 'bearer')
    ?.params;

/**
 * Finds the authorization server: by the metadata that the server's challenge names, or that is at its well-known places
 * (RFC 9728), then by that of the issuer (RFC 8414, OpenID Connect Discovery). No redirect is followed.
 *
 * Rejects with `ERR_REFRESH_CONFIGURATION` where something is of another resource or issuer, or leads from a public server
 * to this machine or a private network.
 */
export function discover({ server, client }: Settings, signal: AbortSignal): Promise<Discovered> {
  return step(signal, async (limited) => {
    // Without a token, and for nothing: the refusal says where the metadata is, and which scopes are wanted.
    const { headers, body } = await fetch(server, {
      method: 'POST',
      redirect: 'manual',
      signal: limited,
    });
    await body?.cancel();
    const challenge = challengeOf(headers);
    const named = challenge?.get('resource_metadata');
    const places =
      named === undefined
        ? [
            new URL(`${RESOURCE}${server.pathname.replace(/\/$/, '')}${server.search}`, server),
            new URL(RESOURCE, server),
          ]
        : [reachable('resource_metadata', named, server)];
    const { json: about } = await readMetadata(places, { signal: limited });
    if (about && !covers(about['resource'], server))
      throw misconfigured(`The metadata of ${server.href} is that of another resource`);
    const issuer = issuerIn(about?.['authorization_servers'], server, client.issuer);
    const metadata = await discoverServer(reachable('authorization_servers', issuer, server), {
      required: ['authorization_endpoint', 'token_endpoint'],
      optional: ['registration_endpoint', 'revocation_endpoint'],
      signal: limited,
    });
    return {
      resource: (about?.['resource'] as string | undefined) ?? server.href,
      issuer,
      metadata,
      scope: challenge?.get('scope') ?? listOf(about?.['scopes_supported'])?.join(' '),
      offline: listOf(metadata.scopes_supported)?.includes(OFFLINE) ? OFFLINE : undefined,
    };
  });
}

/** RFC 9728 section 3.1: the path of the server comes behind it. */
const RESOURCE = '/.well-known/oauth-protected-resource';

/** What others wrote, where a list is meant; anything else is as good as left out. */
export const listOf = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? value : undefined;

/** The first of the servers that are named, or the one that the client is registered with. An MCP server of 2025-03 is its own. */
function issuerIn(named: unknown, server: URL, wanted: string | undefined): string {
  const issuer = (listOf(named) ?? [server.origin])
    .map(String)
    .filter((one) => URL.canParse(one))
    .map((one) => new URL(one).href)
    .find((one) => one === (wanted ?? one));
  if (issuer === undefined)
    throw misconfigured(`${server.href} names no authorization server, or not client.issuer`);
  return issuer;
}

function reachable(name: string, value: unknown, from: URL): URL {
  try {
    return requireReachable(name, value, from, false);
  } catch (error) {
    throw misconfigured(
      `The metadata of ${from.origin} is not usable: ${(error as Error).message}`,
    );
  }
}
