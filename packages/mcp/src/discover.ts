import { requireReachable } from '@unexpired/oauth';
import { type AuthorizationServer, processDiscoveryResponse } from 'oauth4webapi';
import { type Challenge, parseChallenges, readJson } from 'unexpired/adapter';
import { covers, sameIssuer } from './binding.ts';
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
        ? [wellKnown(server, RESOURCE), new URL(`/.well-known/${RESOURCE}`, server)]
        : [reachable('resource_metadata', named, server)];
    const about = await firstOf(places, limited);
    if (about !== undefined && !covers(about['resource'], server))
      throw misconfigured(`The metadata of ${server.href} is that of another resource`);
    const issuer = issuerIn(about?.['authorization_servers'], server, client.issuer);
    const scopes = about?.['scopes_supported'];
    return {
      resource: typeof about?.['resource'] === 'string' ? about['resource'] : server.href,
      issuer,
      metadata: await metadataOf(reachable('authorization_servers', issuer, server), limited),
      scope: Array.isArray(scopes) && scopes.length > 0 ? scopes.join(' ') : undefined,
    };
  });
}

const RESOURCE = 'oauth-protected-resource';

/** Asks the server without a token, so that its refusal says where its metadata is. */
async function challengedFor(server: URL, signal: AbortSignal): Promise<string | undefined> {
  const { headers, body } = await fetch(server, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: '{"jsonrpc":"2.0","id":0,"method":"ping"}',
    redirect: 'manual',
    signal,
  });
  await body?.cancel();
  return challengeOf(headers.get('www-authenticate'))?.get('resource_metadata');
}

/** The first of the servers that are named, or the one that the client is registered with. An MCP server of 2025-03 is its own. */
function issuerIn(named: unknown, server: URL, wanted: string | undefined): string {
  const servers = Array.isArray(named) ? named.filter((one) => typeof one === 'string') : [];
  if (servers.length === 0) servers.push(server.origin);
  const issuer = wanted === undefined ? servers[0] : servers.find((one) => sameIssuer(one, wanted));
  if (issuer === undefined)
    throw misconfigured(
      `${server.href} does not name the authorization server that its client is registered with (client.issuer)`,
    );
  return issuer;
}

async function metadataOf(issuer: URL, signal: AbortSignal): Promise<AuthorizationServer> {
  const places = [
    wellKnown(issuer, 'oauth-authorization-server'),
    wellKnown(issuer, 'openid-configuration'),
    new URL(`${pathOf(issuer)}/.well-known/openid-configuration`, issuer),
  ];
  const found = await firstOf(places, signal);
  if (found === undefined)
    throw misconfigured(`${issuer.origin} has no metadata of an authorization server`);
  const metadata = await processDiscoveryResponse(
    issuer,
    new Response(JSON.stringify(found), { headers: { 'content-type': 'application/json' } }),
  );
  for (const name of ['authorization_endpoint', 'token_endpoint'] as const)
    reachable(name, metadata[name], issuer);
  for (const name of ['registration_endpoint', 'revocation_endpoint'] as const)
    if (metadata[name] !== undefined) reachable(name, metadata[name], issuer);
  return metadata;
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

const pathOf = ({ pathname }: URL): string => pathname.replace(/\/$/, '');

/** RFC 8615, with the path behind it (RFC 8414 section 3.1, RFC 9728 section 3.1). */
const wellKnown = (url: URL, name: string): URL =>
  new URL(`/.well-known/${name}${pathOf(url)}${url.search}`, url);

/** The JSON at the first of these places that has any. */
async function firstOf(
  places: readonly URL[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  for (const href of new Set(places.map((place) => place.href))) {
    const { status, headers, body } = await fetch(href, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal,
    });
    if (status === 200 && body !== null) {
      const found = await readJson(headers.get('content-type'), body.getReader());
      if (typeof found === 'object' && found !== null) return found as Record<string, unknown>;
      continue;
    }
    await body?.cancel();
    if (status === 429 || status >= 500)
      throw unavailable(`The metadata of ${new URL(href).origin} could not be had: HTTP ${status}`);
  }
  return undefined;
}
