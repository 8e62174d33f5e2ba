import type { App } from '../src/app.ts';
import { verdict } from '../src/verdict.ts';

const PROCESSES = 8;

export const cli: App = {
  id: 'cli',
  title: 'a command-line tool, many processes at once',
  pages: ['docs/start/cli.md'],
  has: [],
  quick: true,
  async play(stage) {
    const server = await stage.serve({ firstServes: 3 });
    const printed = [await stage.run(['tool.ts'])];
    const rest = Array.from({ length: PROCESSES }, () => stage.run(['tool.ts']));
    printed.push(...(await Promise.all(rest)));
    const statuses = printed.map((text) => (text.includes("url: '/projects'") ? 200 : text));
    if (server.seen.opened !== 1) throw new Error(`${server.seen.opened} logins`);
    return `one process signs in, ${PROCESSES} at once use it: ${verdict({ requests: 1 + PROCESSES, refreshes: 1 }, statuses, server.seen)}`;
  },
};
