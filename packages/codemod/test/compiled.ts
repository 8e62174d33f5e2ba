import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runTool } from '../../../scripts/command.ts';
import { cacheFolder, root } from '../../../scripts/workspace.ts';

/** A file to compile, and what stands in it. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

const options = {
  extends: path.join(root, 'tsconfig.check.json'),
  compilerOptions: {
    module: 'esnext',
    moduleResolution: 'bundler',
    moduleDetection: 'force',
    allowJs: true,
    checkJs: true,
    // Code of apps: what they hand over is often `any`, and in JavaScript always.
    noImplicitAny: false,
    verbatimModuleSyntax: false,
    types: ['node'],
  },
  exclude: [],
};

/** What the repository's compiler says of files that import our packages, a line each. */
export async function compileErrors(sources: readonly Source[]): Promise<string[]> {
  const parent = path.join(cacheFolder, 'codemod');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(path.join(parent, 'files-'));
  try {
    for (const { file, text } of sources) writeFileSync(path.join(folder, file), text);
    writeFileSync(
      path.join(folder, 'tsconfig.json'),
      JSON.stringify({
        ...options,
        include: ['*', path.join(root, 'packages/*/src/**/*.d.ts')],
      }),
    );
    const { ok, output } = await runTool('typescript', ['-p', folder, '--pretty', 'false'], {
      bin: 'tsc',
    });
    const errors = output.split('\n').filter((line) => /error TS\d+/.test(line));
    return ok ? [] : errors.length > 0 ? errors : [output];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
