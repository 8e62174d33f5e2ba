import path from 'node:path';
import type { App } from '../src/app.ts';
import { verdict } from '../src/verdict.ts';

export const sdk: App = {
  id: 'sdk',
  title: 'an SDK, with a consumer in ES modules and one in CommonJS',
  pages: ['docs/start/sdk.md'],
  has: ['typescript', '@types/node'],
  quick: true,
  async play(stage) {
    const server = await stage.serve({ firstServes: 8 });
    const compile = (project: string): Promise<string> =>
      stage.run([path.join('node_modules', 'typescript', 'bin', 'tsc'), '-p', project]);
    await compile('acme/tsconfig.json');
    await compile('acme/tsconfig.cjs.json');
    const statuses: unknown[] = [];
    for (const consumer of ['esm/main.mjs', 'cjs/main.cjs']) {
      await compile(path.dirname(consumer));
      statuses.push(...JSON.parse(await stage.run([consumer])));
    }
    return `compiled and run, each with a session of its own: ${verdict({ requests: 40, refreshes: 2 }, statuses, server.seen)}`;
  },
};
