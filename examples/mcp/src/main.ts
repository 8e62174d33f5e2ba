import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { carryOut } from '@unexpired/example-command-line';
import { startPerson } from './browser.ts';
import { REDIRECT_URL } from './contenders.ts';
import { runCalls, runProcesses, start, until } from './contests.ts';
import type { Message } from './message.ts';
import { HELP, type Options, parseOptions } from './options.ts';
import { startAuthorizationServer } from './servers/authorization-server.ts';
import { startMcpServer } from './servers/mcp-server.ts';
import { brokenBy, renderTable } from './table.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

process.exitCode = await carryOut(
  'example:mcp',
  parseOptions(process.argv.slice(2)),
  () => HELP,
  main,
);

async function main(options: Options): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'unexpired-mcp-'));
  try {
    return await show(folder, options);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function show(folder: string, { processes }: Options): Promise<number> {
  const broken = [...(await runHosts(folder, processes))];
  say('\nThe access token expires, and so many calls meet that at once, in one process.');
  const rows = [...(await runCalls(folder, 2)), ...(await runCalls(folder, 10))];
  say(renderTable('', rows));
  say(`${processes} processes on one credentials file, five calls each.`);
  const shared = await runProcesses(folder, processes);
  say(renderTable('', shared));
  broken.push(...[...rows, ...shared].flatMap(brokenBy));
  for (const rule of broken) say(`BROKEN ${rule}`);
  return broken.length > 0 ? 1 : 0;
}

/** Hosts of three servers start on an empty credentials file, and somebody signs in, in a browser. */
async function runHosts(folder: string, processes: number): Promise<string[]> {
  const person = await startPerson();
  if (person === undefined) {
    say('No Chromium was found, so nobody signs in here: `apt-get install chromium`.');
    return [];
  }
  const authorization = await startAuthorizationServer({ redirectUrl: REDIRECT_URL });
  const servers = await Promise.all(
    ([2, 1, 2] as const).map((major) => startMcpServer(major, authorization)),
  );
  try {
    say(
      `${processes} processes, ${servers.length} MCP servers, one credentials file, nobody signed in.`,
    );
    const args = [
      path.join(folder, 'credentials.json'),
      REDIRECT_URL,
      ...servers.map(({ url }) => url.href),
    ];
    const children = Array.from({ length: processes }, () => start('host.ts', args));
    const logins: Promise<void>[] = [];
    for (const child of children)
      child.on('message', (message: Message) => {
        if ('open' in message) logins.push(person.signIn(message.open));
      });
    const ends = await Promise.all(children.map((child) => until(child, 'answered')));
    // A host has its answer before the page shows that it may be closed.
    const failed = (await Promise.allSettled(logins)).flatMap((login) =>
      login.status === 'rejected' ? [String(login.reason)] : [],
    );
    const answered = ends.reduce((sum, end) => sum + end.answered, 0);
    const expected = processes * servers.length * 5;
    const { registrations, refusals, reuses } = authorization.seen;
    say(
      `Somebody signed in ${person.opened} times in Chromium, once for each server; ${answered} of ${expected} calls were answered.`,
    );
    if (person.opened !== servers.length) failed.push(`${person.opened} logins instead of 3`);
    if (registrations !== servers.length)
      failed.push(`${registrations} registrations instead of 3`);
    if (answered !== expected) failed.push(`${answered} of ${expected} calls answered`);
    if (refusals + reuses !== 0) failed.push('the authorization server refused something');
    return failed;
  } finally {
    await person.leave();
    await Promise.all([...servers, authorization].map((server) => server.stop()));
  }
}
