import { parseArgs } from 'node:util';
import { SetupError } from './setup-error.ts';

/** What the command line asks for. */
export type Command =
  | { readonly name: 'serve'; readonly config: string }
  | { readonly name: 'create-key'; readonly id: string; readonly scopes: readonly string[] }
  | { readonly name: 'schema'; readonly table: string | undefined }
  | { readonly name: 'help' | 'version' };

export const HELP = `The token broker: it alone keeps and redeems refresh tokens.

Usage:
  unexpired-service --config broker.json     runs the broker
  unexpired-service create-key ID SCOPE ...  makes an API key; a scope is role:prefix, as read:acme: or read:*
  unexpired-service schema [TABLE]           prints the SQL that makes the tables in PostgreSQL

Options:
  --config FILE  the configuration, in JSON
  --help         prints this
  --version      prints the version

DATABASE_URL    where the configuration names no database: PostgreSQL. Without it: SQLite in ./data
`;

const ADVICE = 'unexpired-service --help lists what there is';

/** Reads the command line. Throws a {@link SetupError} for one that cannot be understood. */
export function commandOf(args: readonly string[]): Command {
  const { values, positionals } = parsed(args);
  const [name, ...rest] = positionals;
  if (values.help === true) return { name: 'help' };
  if (values.version === true) return { name: 'version' };
  if (name === undefined) {
    if (values.config === undefined)
      throw new SetupError([`--config is missing, as in --config broker.json; ${ADVICE}`]);
    return { name: 'serve', config: values.config };
  }
  if (values.config !== undefined)
    throw new SetupError([`--config has no business beside a command; ${ADVICE}`]);
  if (name === 'create-key') return createKeyOf(rest);
  if (name === 'schema' && rest.length <= 1) return { name: 'schema', table: rest[0] };
  throw new SetupError([`The command is not known, or has too many words; ${ADVICE}`]);
}

function createKeyOf([id, ...scopes]: readonly string[]): Command {
  if (id === undefined || scopes.length === 0)
    throw new SetupError([
      'create-key needs an id and scopes, as in: create-key orders read:acme: reject:acme:',
    ]);
  return { name: 'create-key', id, scopes };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        help: { type: 'boolean' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    // Node's own words: "Unknown option '--confg'." They quote names of options alone.
    throw new SetupError([`${(error as Error).message.split('. ')[0]}; ${ADVICE}`]);
  }
}
