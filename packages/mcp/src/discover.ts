import { discoverServer, requireReachable } from '@unexpired/oauth';
import type { AuthorizationServer } from 'oauth4webapi';
import { type Challenge, parseChallenges, readJson } from 'unexpired/adapter';
import { covers } from './binding.ts';
import { misconfigured, step, unavailable } from './failure.ts';
import type { Settings } from './options.ts';

/** What an MCP server says of itself, and its authorization server's metadata. */
export interface Discovered {
  readonly resource: string;
  readonly issuer: string;
  readonly metadata: AuthorizationServer;
  /** `scopes_supported` of the resource, separated by spaces. */
  readonly scope: string | undefined;
}

/** The `Bearer` challenge of an answer (RFC 6750 section 3). */
export const challengeOf = (header: string | null): Challenge['params'] | undefined =>
  parseChallenges(header).find(({ scheme }) => scheme === 'bearer')?.params;

/**
 * Finds the authorization server: by the metadata that the server's challenge names, or that is at its well-known places
 * (RFC 9728), then by that of the issuer (RFC 8414, OpenID Connect Discovery). No redirect is followed.
 *
 * Rejects with `ERR_REFRESH_CONFIGURATION` where something is of another resource or issuer, or leads from a public server
 * to this machine or a private network.
 */
export function discover({ server, client }: Settings, signal: AbortSignal): Promise<Discovered> {
  return step(`metadata of ${server.origin}`, signal, async (limited) => {
    const named = await challengedFor(server, limited);
    const places =
      named === undefined
        ? [
            new URL(`${RESOURCE}${server.pathname.replace(/\/$/, '')}${server.search}`, server),
            new URL(RESOURCE, server),
          ]
        : [reachable('resource_metadata', named, server)];
    const about = await firstOf(places, limited);
    if (about && !covers(about['resource'], server))
      throw misconfigured(`The metadata of ${server.href} is that of another resource`);
    const issuer = issuerIn(about?.['authorization_servers'], server, client.issuer);
    return {
      resource: (about?.['resource'] as string | undefined) ?? server.href,
      issuer,
      metadata: await discoverServer(reachable('authorization_servers', issuer, server), {
        required: ['authorization_endpoint', 'token_endpoint'],
        optional: ['registration_endpoint', 'revocation_endpoint'],
        signal: limited,
      }),
      scope: listOf(about?.['scopes_supported'])?.join(' '),
    };
  });
}

/** RFC 9728 section 3.1: the path of the server comes behind it. */
const RESOURCE = '/.well-known/oauth-protected-resource';

/** What others wrote, where a list is meant; anything else is as good as left out. */
export const listOf = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? value : undefined;

/** Asks the server without a token, and for nothing, so that its refusal says where its metadata is. */
async function challengedFor(server: URL, signal: AbortSignal): Promise<string | undefined> {
  const { headers, body } = await fetch(server, { method: 'POST', redirect: 'manual', signal });
  await body?.cancel();
  return challengeOf(headers.get('www-authenticate'))?.get('resource_metadata');
}

/** The first of the servers that are named, or the one that the client is registered with. An MCP server of 2025-03 is its own. */
function issuerIn(named: unknown, server: URL, wanted: string | undefined): string {
  const servers = (listOf(named) ?? [server.origin])
    .filter((one) => URL.canParse(String(one)))
    .map((one) => new URL(String(one)).href);
  const issuer = servers.find((one) => one === (wanted ?? one));
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

/** The JSON at the first of these places that has any. */
async function firstOf(
  places: readonly URL[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  for (const place of places) {
    const { status, headers, body } = await fetch(place, { redirect: 'manual', signal });
    if (status === 429 || status >= 500)
      throw unavailable(`The metadata of ${place.origin} could not be had: HTTP ${status}`);
    if (status !== 200 || body === null) {
      await body?.cancel();
      continue;
    }
    const found = await readJson(headers.get('content-type'), body.getReader());
    if (Object(found) === found) return found as Record<string, unknown>;
  }
  return undefined;
}
