import type { z } from 'zod';
import { scopeOf } from '../scopes.ts';
import {
  type Configuration,
  configurationSchema,
  isEndpoint,
  type ProviderConfiguration,
} from './configuration.ts';
import { type ConfigurationProblem, pointerOf } from './setup-error.ts';

type Checked =
  | { readonly configuration: Configuration }
  | { readonly problems: readonly ConfigurationProblem[] };

/** Checks a configuration: all that is wrong with it, each with its place, and no value. */
export function checkConfiguration(value: unknown): Checked {
  const result = configurationSchema().safeParse(value);
  const problems = [
    ...(result.error?.issues.flatMap(problemsOf) ?? []),
    ...contradictionsOf(value as Partial<Configuration>),
  ];
  return result.success && problems.length === 0 ? { configuration: result.data } : { problems };
}

/** Our own words, and those of zod, which name types and limits. A field that is not known is a problem of its own. */
function problemsOf(issue: z.core.$ZodIssue): ConfigurationProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      pointer: pointerOf([...issue.path, key]),
      reason: 'there is no such field',
    }));
  return [{ pointer: pointerOf(issue.path), reason: issue.message }];
}

/** What each field allows, and the fields together do not. Whatever the schema has found is left to it. */
function contradictionsOf(value: Partial<Configuration> | undefined): ConfigurationProblem[] {
  const providers = Object.entries(asObject(value?.providers)).flatMap(([name, provider]) =>
    contradictionsOfProvider(asObject(provider)).map(({ field, reason }) => ({
      pointer: pointerOf(['providers', name, ...(field === undefined ? [] : [field])]),
      reason,
    })),
  );
  return [...providers, ...contradictionsOfKeys(asObject(value?.keys))];
}

type Loose<T> = { readonly [K in keyof T]?: unknown };

function contradictionsOfProvider(
  provider: Loose<ProviderConfiguration>,
): { readonly field?: keyof ProviderConfiguration; readonly reason: string }[] {
  const { issuer, tokenEndpoint, clientSecret, clientAuthentication: method, extra } = provider;
  const insecure = provider.allowInsecureRequests === true;
  const needsSecret = typeof method === 'string' && method.startsWith('client_secret_');
  const found: { readonly field?: keyof ProviderConfiguration; readonly reason: string }[] = [];
  if (issuer === undefined && tokenEndpoint === undefined)
    found.push({ reason: 'issuer or tokenEndpoint is missing' });
  for (const field of ['issuer', 'tokenEndpoint', 'revocationEndpoint'] as const) {
    const address = provider[field];
    if (typeof address === 'string' && address !== '' && !isEndpoint(address, insecure))
      found.push({ field, reason: ADDRESS });
  }
  if (needsSecret && clientSecret === undefined)
    found.push({ field: 'clientAuthentication', reason: 'needs a clientSecret beside it' });
  if (typeof method === 'string' && !needsSecret && clientSecret !== undefined)
    found.push({
      field: 'clientSecret',
      reason: 'contradicts clientAuthentication, which has none',
    });
  if (Array.isArray(extra) && extra.some((member) => /_token$|^__proto__$/.test(String(member))))
    found.push({ field: 'extra', reason: 'expected names of members that are no tokens' });
  return found;
}

const ADDRESS =
  'expected an absolute https address (http on loopback) without credentials and fragment';

function contradictionsOfKeys({ api }: Loose<Configuration['keys']>): ConfigurationProblem[] {
  if (!Array.isArray(api)) return [];
  const ids = api.map((key) => asObject(key)['id']);
  const twice = ids.flatMap((id, index) =>
    id !== undefined && ids.indexOf(id) < index
      ? [{ pointer: pointerOf(['keys', 'api', index, 'id']), reason: 'another key has the same' }]
      : [],
  );
  const scopes = api.flatMap((key, index) => {
    const own: unknown = asObject(key)['scopes'];
    return (Array.isArray(own) ? own : []).flatMap((scope, place) =>
      typeof scope === 'string' && scopeOf(scope) === undefined
        ? [{ pointer: pointerOf(['keys', 'api', index, 'scopes', place]), reason: SCOPE }]
        : [],
    );
  });
  return [...twice, ...scopes];
}

const SCOPE =
  'expected role:prefix with a prefix that ends with a colon, such as read:acme:, or role:*; the roles are read, reject, write, list, admin';

/** An object as it is, and anything else as an empty one. */
const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
