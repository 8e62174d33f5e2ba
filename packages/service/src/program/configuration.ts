import { endpointUrl } from '@unexpired/oauth';
import { z } from 'zod';
import { LONGEST } from '../audit/options.ts';
import { isNetwork } from './caller-address.ts';

/** The configuration file as it was written, once it was checked. */
export type Configuration = z.infer<ReturnType<typeof configurationSchema>>;
export type ProviderConfiguration = Configuration['providers'][string];
/** Where a secret is: it does not stand in the file itself. */
export type Secret = { readonly env: string } | { readonly file: string };

const SECRET =
  'expected { "env": "NAME" } or { "file": "path" }, since no secret stands in this file';

/** What the configuration file may say. `docs/service.md` has the table. */
export function configurationSchema() {
  const secret = z.union(
    [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
    { error: SECRET },
  );
  const path = z.string().min(1);
  return z.strictObject({
    providers: z
      .record(z.string().min(1).max(200), providerSchema(secret))
      .refine((all) => Object.keys(all).length > 0, { error: 'expected at least one provider' }),
    data: path.default('./data'),
    database: z
      .union(
        [
          z.strictObject({ sqlite: path }),
          z.strictObject({
            postgres: secret,
            direct: secret.optional(),
            table: z.string().min(1).optional(),
          }),
        ],
        {
          error:
            'expected { "sqlite": "path" } or { "postgres": secret, "direct"?: secret, "table"?: "name" }',
        },
      )
      .optional(),
    keys: z
      .strictObject({
        encryption: z.array(secret).min(1).optional(),
        api: z.array(apiKeySchema()).min(1).optional(),
      })
      .prefault({}),
    listen: z
      .strictObject({
        host: path.default('127.0.0.1'),
        port: port(8080),
        trustedProxies: z
          .array(z.string().refine(isNetwork, { error: 'expected an address or a network' }))
          .optional(),
      })
      .prefault({}),
    operator: z
      .strictObject({
        host: path.default('127.0.0.1'),
        port: port(9090),
        hosts: z.array(path).default([]),
      })
      .prefault({}),
    limits: limitsSchema().prefault({}),
    audit: z
      .strictObject({
        keepDays: z.number().min(1).max(LONGEST).default(90),
        reads: z.boolean().default(true),
      })
      .prefault({}),
  });
}

function providerSchema(secret: z.ZodType<Secret>) {
  const method = z.enum([
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    'none',
    'tls_client_auth',
    'self_signed_tls_client_auth',
  ]);
  const text = z.string().min(1);
  return z.strictObject({
    issuer: text.optional(),
    tokenEndpoint: text.optional(),
    revocationEndpoint: text.optional(),
    clientId: text,
    clientSecret: secret.optional(),
    clientAuthentication: method.optional(),
    scope: text.optional(),
    parameters: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
    allowInsecureRequests: z.boolean().optional(),
    rotation: z
      .union([z.enum(['strict', 'never']), z.strictObject({ grace: z.number().min(0) })], {
        error: 'expected "strict", "never" or { "grace": ms }',
      })
      .optional(),
    extra: z.array(z.string()).optional(),
    refreshAhead: z.boolean().optional(),
    maxPerSecond: z.number().positive().optional(),
    maxInFlight: z.int().min(1).optional(),
  });
}

const apiKeySchema = () =>
  z.strictObject({
    id: z.string().regex(/^[A-Za-z0-9]{1,32}$/),
    digest: z.string().regex(/^[0-9a-f]{64}$/),
    scopes: z.array(z.string()).min(1),
    expiresAt: z.number().optional(),
  });

const limitsSchema = () =>
  z.strictObject({
    headerBytes: z.int().min(1024).max(65_536).default(16_384),
    headersWithin: milliseconds(10_000),
    requestWithin: milliseconds(30_000),
    connections: z.int().min(1).max(1_000_000).default(10_000),
    notice: z.int().min(0).max(600_000).default(5000),
    drain: milliseconds(35_000),
    cacheBytes: z.int().min(0).default(134_217_728),
    staleFor: z.int().min(0).max(86_400_000).default(300_000),
  });

const milliseconds = (fallback: number) => z.int().min(1).max(600_000).default(fallback);
const port = (fallback: number) => z.int().min(0).max(65_535).default(fallback);

/** Is this the address of an endpoint that a provider may have: https, or http on loopback? */
export function isEndpoint(value: string, allowInsecureRequests: boolean): boolean {
  try {
    endpointUrl('endpoint', value, allowInsecureRequests);
    return true;
  } catch {
    return false; // what is wrong with it is said without quoting it
  }
}
