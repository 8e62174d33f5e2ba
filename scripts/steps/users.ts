import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runTool } from '../command.ts';
import { root } from '../workspace.ts';
import type { StepResult } from './step.ts';

const FOLDER = 'test/api-users';

/**
 * Code of users against the surface as it is to be. Each file compiles, or stands in `waiting.json` with the issue that brings
 * what it uses; one that compiles already has no business there.
 */
export async function compileUsers(): Promise<StepResult> {
  const { output } = await runTool('typescript', ['-p', FOLDER, '--pretty', 'false'], {
    bin: 'tsc',
  });
  const users = globSync('*.{ts,tsx}', { cwd: path.join(root, FOLDER) }).sort();
  const waiting = JSON.parse(
    readFileSync(path.join(root, FOLDER, 'waiting.json'), 'utf8'),
  ) as Record<string, string>;
  const problems = usersProblems(output, users, waiting);
  return {
    ok: problems.length === 0,
    output: problems.join('\n'),
    note: `${users.length - Object.keys(waiting).length} of ${users.length} users, and ${Object.keys(waiting).length} that wait`,
  };
}

/** What is wrong with what the compiler said of these users. */
export function usersProblems(
  output: string,
  users: readonly string[],
  waiting: Readonly<Record<string, string>>,
): string[] {
  const errors = output.split('\n').filter((line) => /^\S.*error TS\d+/.test(line));
  const isOf = (user: string) => (line: string) => line.startsWith(`${FOLDER}/${user}(`);
  const elsewhere = errors.filter((line) => !users.some((user) => isOf(user)(line)));
  return [
    ...elsewhere,
    ...users.flatMap((user) => {
      const own = errors.filter(isOf(user));
      const issue = waiting[user];
      if (issue === undefined) return own;
      if (!/^[E-I]$/.test(issue)) return [`${user} waits for ${issue}, which is none of E to I`];
      return own.length > 0
        ? []
        : [`${user} waits for ${issue}, but compiles: take it off the list`];
    }),
    ...Object.keys(waiting)
      .filter((user) => !users.includes(user))
      .map((user) => `${user} waits, and there is no such user`),
  ];
}
