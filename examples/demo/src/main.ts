import { loadContenders } from '@unexpired/example-contenders';
import { carryOut } from '@unexpired/example-command-line';
import { reportFile, shortPath } from '@unexpired/example-contenders/report-file';
import { contenderIds } from './contender-ids.ts';
import { helpText } from './help.ts';
import { type Options, parseOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { record } from './report/readme.ts';
import { versionsText } from './report/versions.ts';
import { writeReport } from './report/write.ts';
import { brokenRules } from './result.ts';
import { type Match, runMatches } from './run.ts';
import { startServers } from './servers/start.ts';
import { SOCKETS } from './sockets.ts';
import { styleFor } from './style.ts';
import { renderTable } from './table.ts';
import { leaveOutWarningsOfMcpSdk } from './warnings.ts';

process.exitCode = await carryOut(
  'demo',
  parseOptions(process.argv.slice(2), contenderIds),
  () => helpText(contenderIds),
  demonstrate,
);

async function demonstrate(options: Options): Promise<number> {
  const file = await reportFile(options.report, 'demo.html');
  const progress = createProgress(options.json ? process.stderr : process.stdout);
  const ids = contenderIds.filter((id) => options.only?.includes(id) ?? true);
  const chosen = await loadContenders(ids);
  leaveOutWarningsOfMcpSdk();
  const servers = startServers();
  try {
    const matches = await runMatches(servers, chosen, options, progress);
    await writeReport(file, options, matches, await versionsText());
    if (options.record) await record(matches.map(({ result }) => result));
    const report = shortPath(file);
    if (options.json) printJson(options, matches, report);
    else printTable(matches, report);
    return matches.some(({ result }) => brokenRules(result).length > 0) ? 1 : 0;
  } finally {
    await servers.stop();
  }
}

function printJson(
  { requests, scenario }: Options,
  matches: readonly Match[],
  report: string,
): void {
  const results = matches.map(({ result }) => ({ ...result, brokenRules: brokenRules(result) }));
  const ok = results.every((result) => result.brokenRules.length === 0);
  process.stdout.write(
    `${JSON.stringify({ ok, requests, scenario, sockets: SOCKETS, results, report }, undefined, 2)}\n`,
  );
}

function printTable(matches: readonly Match[], report: string): void {
  const style = styleFor(process.stdout);
  const results = matches.map(({ result }) => result);
  const lines = [
    '',
    renderTable(results, style),
    '',
    style.faint('  Counted by the servers; wall time by the callers.'),
    '',
  ];
  for (const result of results) {
    for (const rule of brokenRules(result)) lines.push(style.bad(`  ${result.name}: ${rule}`));
  }
  lines.push(`  The same, drawn request by request: ${report}`, '');
  process.stdout.write(lines.join('\n'));
}
