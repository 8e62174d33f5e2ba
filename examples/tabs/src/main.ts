// `npm run example:tabs`: a page to open in several tabs, on a server that takes no refresh token twice.
import { carryOut } from '@unexpired/example-command-line';
import { HELP, type Options, parseOptions, portMistake } from './options.ts';
import { startServer } from './server.ts';

process.exitCode = await carryOut(
  'example:tabs',
  parseOptions(process.argv.slice(2)),
  () => HELP,
  run,
);

async function run({ port }: Options): Promise<number> {
  const { url, close } = await startServer(port).catch((error: unknown) => {
    throw portMistake(port, error);
  });
  process.stdout.write(
    `Open this in several tabs, and sign in in one of them:\n\n  ${url}\n\nCtrl-C ends it.\n`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());
  return 0;
}
