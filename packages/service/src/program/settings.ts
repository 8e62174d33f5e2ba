import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ApiKey } from '../api-keys.ts';
import type { ProviderOptions } from '../providers.ts';
import { checkConfiguration } from './check-configuration.ts';
import type { Configuration, ProviderConfiguration } from './configuration.ts';
import { apiKeysIn, encryptionKeyIn } from './data-folder.ts';
import { type Environment, type Secrets, secretsFrom } from './secrets.ts';
import { type ConfigurationProblem, pointerOf, SetupError } from './setup-error.ts';

/** All that the program needs to start. */
export interface Settings extends Pick<Configuration, 'listen' | 'operator' | 'limits' | 'audit'> {
  readonly providers: Readonly<Record<string, ProviderOptions>>;
  readonly database: DatabaseSettings;
  readonly encryption: readonly Uint8Array[];
  readonly api: readonly ApiKey[];
  /** An absolute path. */
  readonly data: string;
  /** The first API key, where this start has made it. */
  readonly createdKey: string | undefined;
}

export type DatabaseSettings =
  | { readonly kind: 'sqlite'; readonly file: string }
  | {
      readonly kind: 'postgres';
      readonly url: string;
      readonly direct: string | undefined;
      readonly table: string | undefined;
    };

/** Reads the configuration. Throws a {@link SetupError} that names each thing that is wrong, and quotes no value. */
export function loadSettings(file: string, environment: Environment): Settings {
  const folder = path.dirname(path.resolve(file));
  const checked = checkConfiguration(readJson(file));
  if ('problems' in checked) throw setupError(file, checked.problems);
  const { configuration } = checked;
  const secrets = secretsFrom(environment, folder);
  const data = path.resolve(folder, configuration.data);
  const database = databaseOf(configuration, environment, secrets, folder);
  const own = configuration.keys.encryption?.map((secret, index) =>
    secrets.key(secret, pointerOf(['keys', 'encryption', index])),
  );
  const providers = Object.fromEntries(
    Object.entries(configuration.providers).map(([name, provider]) => [
      name,
      providerOptions(provider, secrets, name),
    ]),
  );
  const problems = [...secrets.problems, ...missingForReplicas(configuration, database)];
  if (problems.length > 0) throw setupError(file, problems);
  if (database.kind === 'sqlite')
    mkdirSync(path.dirname(database.file), { recursive: true, mode: 0o700 });
  const api = configuration.keys.api;
  const { entries, created } = api === undefined ? apiKeysIn(data) : { entries: api };
  return {
    ...{ providers, database, data, api: entries, createdKey: created },
    encryption: own ?? [encryptionKeyIn(data, fileOf(database))],
    listen: configuration.listen,
    operator: configuration.operator,
    limits: configuration.limits,
    audit: configuration.audit,
  };
}

const fileOf = (database: DatabaseSettings): string =>
  database.kind === 'sqlite' ? database.file : '';

function databaseOf(
  { database, data }: Configuration,
  environment: Environment,
  secrets: Secrets,
  folder: string,
): DatabaseSettings {
  const url = environment['DATABASE_URL'];
  if (database === undefined && url !== undefined && url !== '')
    return { kind: 'postgres', url, direct: undefined, table: undefined };
  if (database === undefined || 'sqlite' in database)
    return {
      kind: 'sqlite',
      file: path.resolve(folder, database?.sqlite ?? path.join(data, 'sessions.db')),
    };
  const { postgres, direct, table } = database;
  return {
    kind: 'postgres',
    table,
    url: secrets.text(postgres, '/database/postgres'),
    direct: direct && secrets.text(direct, '/database/direct'),
  };
}

/** Replicas share their keys: one that made its own could not read what the others have written. */
function missingForReplicas(
  { keys }: Configuration,
  { kind }: DatabaseSettings,
): ConfigurationProblem[] {
  if (kind === 'sqlite') return [];
  return (['encryption', 'api'] as const)
    .filter((name) => keys[name] === undefined)
    .map((name) => ({
      pointer: pointerOf(['keys', name]),
      reason: 'is missing: on PostgreSQL all replicas have the same, and none is made at the start',
    }));
}

function providerOptions(
  { clientSecret, ...provider }: ProviderConfiguration,
  secrets: Secrets,
  name: string,
): ProviderOptions {
  const pointer = pointerOf(['providers', name, 'clientSecret']);
  return {
    ...provider,
    ...(clientSecret !== undefined && { clientSecret: secrets.text(clientSecret, pointer) }),
  };
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new SetupError([
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code}): --config needs the path of a file`,
    ]);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // The message quotes the text around the mistake, which may be a secret.
    const [, place] = /\((line \d+ column \d+)\)/.exec((error as Error).message) ?? [];
    throw new SetupError([`${file} is not JSON${place === undefined ? '' : `: see ${place}`}`]);
  }
}

const setupError = (file: string, problems: readonly ConfigurationProblem[]): SetupError =>
  new SetupError(problems.map(({ pointer, reason }) => `${file}: ${pointer || '/'}: ${reason}`));
