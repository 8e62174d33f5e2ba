import { keepHeapSmall } from './heap.ts';
import { createApiKey } from '../api-keys.ts';
import { createLog, type Log } from '../operator/log.ts';
import { serviceSchema } from '../data/schema.ts';
import { placeOf } from '../place-of.ts';
import { version } from '../version.ts';
import { type Command, commandOf, HELP } from './arguments.ts';
import { keepAdminKey } from './data-folder.ts';
import { run } from './run.ts';
import { loadSettings, type Settings } from './settings.ts';
import { SetupError } from './setup-error.ts';

/** Exit codes: what the operator has to mend before it can run, and what has failed while it ran. */
const SETUP = 2;
const FAILED = 1;

/** Does what the command line asks for. Resolves with the exit code, and never rejects. */
export async function main(process: NodeJS.Process): Promise<number> {
  // Nobody reads the log any more: that is no reason to end, and to log it would be the next error of the same kind.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const log = createLog({ write: (line: string) => void process.stdout.write(line) });
  try {
    return await carryOut(commandOf(process.argv.slice(2)), process, log);
  } catch (error) {
    // A TypeError of the service names the option, and no value.
    if (error instanceof SetupError || isOfOptions(error)) {
      process.stderr.write(`${error.message}\n`);
      return SETUP;
    }
    process.stderr.write(`The broker could not run: ${reasonOf(error)}\n`);
    return FAILED;
  }
}

const isOfOptions = (error: unknown): error is TypeError =>
  error instanceof TypeError && error.message.startsWith('createService: ');

async function carryOut(command: Command, process: NodeJS.Process, log: Log): Promise<number> {
  switch (command.name) {
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case 'version':
      process.stdout.write(`${version()}\n`);
      return 0;
    case 'schema':
      process.stdout.write(`${schemaOf(command.table)}\n`);
      return 0;
    case 'create-key':
      process.stdout.write(`${JSON.stringify(createKey(command), undefined, 2)}\n`);
      return 0;
    case 'serve':
      return serve(loadSettings(command.config, process.env), process, log);
  }
}

async function serve(settings: Settings, process: NodeJS.Process, log: Log): Promise<number> {
  keepHeapSmall(process);
  const ended = endOf(process, log);
  const running = await run(settings, log);
  const { kind } = settings.database;
  announceKey(settings, process);
  log('info', {
    event: 'start',
    version: version(),
    node: process.version,
    database: kind,
    listen: running.origin,
    operator: running.operator,
  });
  const signal = await ended;
  await running.stop(signal === 'SIGTERM' ? settings.limits.notice : 0);
  log('info', { event: 'stop', signal });
  return signal === 'error' ? FAILED : 0;
}

type End = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'error';

/** Resolves when the program is to end. The same signal once more ends it at once. */
function endOf(process: NodeJS.Process, log: Log): Promise<End> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.once(signal, () => resolve(signal));
    process.on('uncaughtException', (error) => {
      log('fatal', { event: 'unforeseen', error: placeOf(error) });
      resolve('error');
    });
  });
}

/** The first API key is shown once, on a terminal, where no log keeps it; elsewhere it is in a file of its owner's. */
function announceKey({ createdKey: key, data }: Settings, { stderr }: NodeJS.Process): void {
  if (key === undefined) return;
  stderr.write(
    stderr.isTTY
      ? `The first API key, which may do all. It is not shown again:\n\n  ${key}\n\n`
      : `The first API key, which may do all, is in ${keepAdminKey(data, key)}: take it from there, and delete the file.\n`,
  );
}

function createKey({ id, scopes }: Command & { name: 'create-key' }): object {
  try {
    return createApiKey({ id, scopes });
  } catch (error) {
    throw new SetupError([(error as Error).message]);
  }
}

function schemaOf(table: string | undefined): string {
  try {
    return serviceSchema(table);
  } catch (error) {
    throw new SetupError([(error as Error).message]);
  }
}

/** Node's own errors of the start say what is wrong in their code, and where; of others the place is all that is shown. */
function reasonOf(error: unknown): string {
  const { code, address, port } = error as { code?: string; address?: string; port?: number };
  if (code === 'EADDRINUSE') return `port ${port} of ${address} is taken`;
  if (code === 'EACCES' && port !== undefined) return `port ${port} may not be used`;
  return code ?? placeOf(error);
}
