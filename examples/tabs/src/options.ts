import { parseArgs } from 'node:util';

/** The port to listen on; 0: any free one. Throws an error that says what was wrong. */
export function portFrom(args: readonly string[]): number {
  const { values } = parseArgs({ args: [...args], options: { port: { type: 'string' } } });
  const port = Number(values.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port: expected 0 to 65535, got "${values.port}"`);
  return port;
}
