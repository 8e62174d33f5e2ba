import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { run } from '@unexpired/codemod';
import { MOVED, REFUSED } from './shapes.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'codemod-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function ran(...args: string[]): { code: number; out: string; error: string } {
  const [out, error]: [string[], string[]] = [[], []];
  const code = run(args, {
    cwd: folder,
    out: (text) => void out.push(text),
    error: (text) => void error.push(text),
  });
  return { code, out: out.join('\n'), error: error.join('\n') };
}

/** Root may do everything: what it must not do is seen as somebody else. */
function asNobody<Result>(work: () => Result): Result {
  if (process.geteuid?.() !== 0) return work();
  chmodSync(folder, 0o755);
  process.seteuid?.(65_534);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}

const put = (file: string, text: string): void => {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
};
const read = (file: string): string => readFileSync(path.join(folder, file), 'utf8');
const [moved] = MOVED;
const [refused] = REFUSED;
if (!moved || !refused) throw new Error('there are no shapes');

describe('codemod axios-auth-refresh', () => {
  it('rewrites what it understands, leaves what it does not, says why, and exits with 1', () => {
    put('src/api.ts', moved.source);
    put('src/odd.js', refused.source);
    const { code, out } = ran('axios-auth-refresh', 'src');
    expect(code).toBe(1);
    expect(read('src/api.ts')).toBe(moved.output);
    expect(read('src/odd.js')).toBe(refused.source);
    expect(out).toContain('src/api.ts: rewritten');
    expect(out).toContain('src/odd.js: left as it is');
    expect(out).toContain(`src/odd.js:${refused.line}: the refresh callback reads`);
    expect(out).toContain('docs/migrate/axios-auth-refresh.md#the-failed-request');
    expect(out).toContain('1 rewritten, 1 left as they are.');
  });

  it('exits with 0 when all was moved, and finds nothing when it runs again', () => {
    put('src/api.ts', moved.source);
    expect(ran('axios-auth-refresh', 'src').code).toBe(0);
    const again = ran('axios-auth-refresh', 'src');
    expect(again).toMatchObject({ code: 0, out: 'No file uses axios-auth-refresh.' });
  });

  it('with --dry-run writes nothing and shows a diff', () => {
    put('api.ts', moved.source);
    const { code, out } = ran('axios-auth-refresh', '--dry-run', 'api.ts');
    expect(code).toBe(0);
    expect(read('api.ts')).toBe(moved.source);
    expect(out).toContain('--- api.ts\n+++ api.ts\n@@ -1,21 +1,30 @@');
    expect(out).toContain("-import createAuthRefreshInterceptor from 'axios-auth-refresh';");
    expect(out).toContain('+attachAuth(instance, tokens);');
    expect(out).toContain('api.ts: would be rewritten');
  });

  it('lists where else the tokens are read and written', () => {
    put('api.ts', moved.source);
    put('login.ts', 'const a = 1;\nlocalStorage.setItem("refreshToken", token);\n');
    const { out } = ran('axios-auth-refresh', '.');
    expect(out).toContain(
      'login.ts:2: `localStorage.setItem("refreshToken"`: the tokens are in the manager now',
    );
  });

  it('looks into no node_modules, and rewrites no declarations', () => {
    put('node_modules/a/index.js', moved.source);
    put('types.d.ts', moved.source);
    expect(ran('axios-auth-refresh', '.').out).toBe('No file uses axios-auth-refresh.');
  });

  it.each([
    ['no argument', [], 'Say what to migrate from: axios-auth-refresh.'],
    ['another codemod', ['failed-queue', '.'], 'There is no codemod "failed-queue"'],
    ['no path', ['axios-auth-refresh'], 'Say which files or folders to rewrite.'],
    [
      'a path that is not there',
      ['axios-auth-refresh', 'nowhere'],
      'There is no file or folder "nowhere".',
    ],
    ['an empty path', ['axios-auth-refresh', ''], 'There is no file or folder "".'],
    ['a device', ['axios-auth-refresh', devNull], 'There is no file or folder "'],
    ['an unknown option', ['axios-auth-refresh', '--dryrun', '.'], "Unknown option '--dryrun'"],
  ])('says what is wrong with %s, without a stack trace, and exits with 2', (_name, args, says) => {
    const { code, out, error } = ran(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toContain(says);
    expect(error).toContain('Usage: codemod axios-auth-refresh');
    expect(error).not.toMatch(/^ +at /m);
  });

  it('goes on where a file cannot be written, says so, and exits with 1', () => {
    put('a.ts', moved.source);
    put('b.ts', moved.source);
    chmodSync(path.join(folder, 'a.ts'), 0o444);
    chmodSync(path.join(folder, 'b.ts'), 0o666);
    const { code, out } = asNobody(() => ran('axios-auth-refresh', '.'));
    expect(code).toBe(1);
    expect(out).toMatch(/^b\.ts: rewritten$/m);
    expect(out).toMatch(
      /^a\.ts: left as it is\n {2}a\.ts:1: it could not be written: .*E[A-Z]+: /m,
    );
    expect([read('a.ts'), read('b.ts')]).toEqual([moved.source, moved.output]);
  });

  // Windows has no such folders.
  (process.platform === 'win32' ? describe.skip : describe)('where folders can be closed', () => {
    it('says which one cannot be read, without a stack trace', () => {
      mkdirSync(path.join(folder, 'closed'), { mode: 0 });
      const { code, out, error } = asNobody(() => ran('axios-auth-refresh', '.'));
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(error).toMatch(/^A folder cannot be read: .*EACCES: .*closed'$/);
    });
  });

  it('--help prints the usage and exits with 0', () => {
    const { code, out } = ran('--help');
    expect(code).toBe(0);
    expect(out).toContain('--dry-run  write nothing');
  });
});
