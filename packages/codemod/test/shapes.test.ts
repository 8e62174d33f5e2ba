import { describe, expect, it } from '@jest/globals';
import { migrateAxiosAuthRefresh } from '@unexpired/codemod';
import { compileErrors } from './compiled.ts';
import { MOVED, REFUSED } from './shapes.ts';

describe('a file in the shape of a public one', () => {
  it.each(MOVED)('is rewritten: $name ($link)', ({ source, file, output }) => {
    const migration = migrateAxiosAuthRefresh(source, file);
    expect(migration).toMatchObject({ outcome: 'moved', output });
  });

  it.each(REFUSED)('is refused: $name ($link)', ({ source, file, line, section, says }) => {
    expect(migrateAxiosAuthRefresh(source, file)).toEqual({
      outcome: 'refused',
      reasons: [{ line, section, text: expect.stringMatching(says) }],
    });
  });

  it('compiles when it was rewritten', async () => {
    const sources = MOVED.map(({ source, file }) => {
      const migration = migrateAxiosAuthRefresh(source, file);
      return { file, text: migration.outcome === 'moved' ? migration.output : 'refused' };
    });
    expect(await compileErrors(sources)).toEqual([]);
  }, 120_000);

  it('does not compile with a mistake in it, so that the test above means something', async () => {
    const text = "import { attachAuth } from '@unexpired/axios';\nattachAuth(1, 2);\n";
    expect(await compileErrors([{ file: 'wrong.ts', text }])).toHaveLength(1);
  }, 120_000);
});
