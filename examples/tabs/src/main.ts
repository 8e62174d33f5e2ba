// `npm run example:tabs`: a page to open in several tabs, on a server that takes no refresh token twice.
import { portFrom } from './options.ts';
import { startServer } from './server.ts';

const { url, close } = await startServer(portFrom(process.argv.slice(2)));
process.stdout.write(
  `Open this in several tabs, and sign in in one of them:\n\n  ${url}\n\nCtrl-C ends it.\n`,
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());
