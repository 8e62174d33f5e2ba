import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ContractApi } from '@unexpired/testing';

/** What a page may ask for: a method or property of the API under the contract, and its arguments. */
export type Question = readonly [keyof ContractApi | 'release', ...unknown[]];

/** Lets a page work the API of the contract from its own process, see `remote-api.ts`. */
export async function startControl(
  api: ContractApi,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const held = new Map<string, () => void>();
  const answer = async ([name, ...args]: Question): Promise<unknown> => {
    const [text, count] = args as [string, number];
    if (name === 'reset' || name === 'accept') return api[name](text);
    if (name === 'hold') return void held.set(text, api.hold(text));
    if (name === 'release') return held.get(text)?.();
    if (name === 'arrived') return api.arrived(text, count);
    return api[name];
  };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      answer(JSON.parse(body) as Question).then(
        // The page is of another origin.
        (value) =>
          response
            .writeHead(200, { 'access-control-allow-origin': '*' })
            .end(JSON.stringify(value ?? null)),
        (error: unknown) => response.destroy(error as Error),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
