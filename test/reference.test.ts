import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { root } from '../scripts/workspace.ts';

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const core = (file: string): string => read(`packages/core/src/${file}`);
const reference = read('docs/reference.md');

/** What stands between two texts, where they come first. */
function between(text: string, start: string, end: string): string {
  const from = text.indexOf(start);
  const to = text.indexOf(end, from + start.length);
  if (from < 0 || to < 0) throw new Error(`there is no "${start}" with a "${end}" after it`);
  return text.slice(from + start.length, to);
}
const found = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].toSorted();
const section = (title: string): string => between(`${reference}\n## `, `\n## ${title}\n`, '\n## ');

it('the reference lists every option of createTokenManager, and no other', () => {
  const rows = section('`createTokenManager(options)`').match(/^\| `.*$/gm) ?? [];
  const shown = rows.flatMap((row) => found(row.split(' | ')[0] ?? '', /`(\w+)/g)).toSorted();
  const options = core('manager/options.ts');
  const session = between(options, 'SESSION_OPTIONS: Readonly<Record<keyof', '};');
  const own = between(options, "'createTokenManager',", '...SESSION_OPTIONS');
  expect(shown).toEqual(found(session + own, /^ +(\w+): /gm));
});

it('the reference lists every error code with its action, and no other', () => {
  const shown = found(section('Errors'), /^\| (`ERR_\w+` \| `\w+`)/gm);
  const codes = between(core('errors/errors.ts'), 'const actions = {', '} as const');
  expect(shown).toEqual(
    [...codes.matchAll(/(ERR_\w+): '(\w+)'/g)]
      .map(([, code, action]) => `\`${code}\` | \`${action}\``)
      .toSorted(),
  );
});

it('the reference lists every OAuth error code that is understood, with what it means', () => {
  const rows = section('What ends a session').match(/^\| .*$/gm) ?? [];
  const shown = rows.flatMap((row) => {
    const [what = '', meaning = ''] = row.split(' | ');
    return found(what, /`([a-z]+_[a-z_]+|[A-Z]{2,})`/g).map((code) => `${code}: ${meaning}`);
  });
  const codes = between(core('refresh/what-ends-a-session.ts'), 'const CODES', '};');
  expect(shown.toSorted()).toEqual(
    [...codes.matchAll(/(\w+): '(\w+)'/g)]
      .map(([, code, meaning]) => `${code}: \`${meaning}\``)
      .toSorted(),
  );
});

it('the reference lists every event and every warning, and no other', () => {
  const events = core('session/events.ts');
  const rows = section('Events').match(/^\| `.*$/gm) ?? [];
  const shown = rows.flatMap((row) => found(row.split(' | ')[0] ?? '', /`(\w+)/g)).toSorted();
  expect(shown).toEqual(found(events + core('source.ts'), /readonly type: '(\w+)'/g));
  expect(found(section('Events'), /`([A-Z_]+)`/g)).toEqual(
    found(between(events, 'type WarningCode =', ';'), /'([A-Z_]+)'/g),
  );
});
