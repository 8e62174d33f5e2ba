import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { runCommand } from '../command.ts';
import { jestCommand } from '../jest-command.ts';
import type { Packed, PackedPackage } from './packed-types.ts';

/** What msw depends on and is there as ES modules only: docs/tools.md has it for users. */
const MSW_NEEDS = 'node_modules/(?!.*(until-async|rettime|deferred-promise)/)';

const GLOBALS = `declare const test: (name: string, run: () => unknown) => void;
declare const expect: (value: unknown) => { toEqual(value: unknown): void; not: { toEqual(value: unknown): void } };`;

const WITH_MSW = `import { setupServer } from 'msw/node';
import { createAuthFetch } from '@unexpired/fetch';
import { simulatedServer } from '@unexpired/testing';
import { handlers } from '@unexpired/testing/msw';
import { createTokenManager } from 'unexpired';

test('a request that msw answers', async () => {
  const server = simulatedServer();
  const network = setupServer(...handlers(server, 'https://api.example.com'));
  network.listen();
  const tokens = createTokenManager({ acquire: server.acquire, refresh: server.refresh });
  const signed = createAuthFetch(tokens, { origins: ['https://api.example.com'] });
  const path = 'https://api.example.com/me';
  const answers = [await signed(path), await fetch(path)];
  network.close();
  expect(answers.map(({ status }) => status)).toEqual([200, 401]);
});`;

/** An app in CommonJS, whose tests jest compiles as TypeScript did before it read `exports`. */
export async function tsJestProblems(packed: Packed): Promise<string[]> {
  const folder = path.join(packed.project, 'ts-jest');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "commonjs" }');
  writeFileSync(
    path.join(folder, 'app.test.ts'),
    [GLOBALS, ...packed.packages.map(testOf), WITH_MSW].join('\n'),
  );
  const config = JSON.stringify(configFor(folder));
  const { ok, output } = await runCommand(
    process.execPath,
    // jest could load ES modules with it, and most apps do not have it.
    jestCommand(['--config', config, '--runInBand']).filter(
      (argument) => argument !== '--experimental-vm-modules',
    ),
  );
  return ok ? [] : [output];
}

function configFor(folder: string): Record<string, unknown> {
  const require = createRequire(import.meta.url);
  const compilerOptions = {
    module: 'commonjs',
    moduleResolution: 'node10',
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    strict: true,
    esModuleInterop: true,
    allowJs: true,
    types: ['node'],
    // What those who compile like this have on: the declarations of a package that has ES modules only do not fit.
    skipLibCheck: true,
  };
  const transform = [
    require.resolve('ts-jest'),
    { tsconfig: compilerOptions, compiler: require.resolve('typescript-5.9') },
  ];
  return {
    rootDir: folder,
    testEnvironment: 'node',
    transform: { '\\.(ts|m?js)$': transform },
    transformIgnorePatterns: [MSW_NEEDS],
    haste: { forceNodeFilesystemAPI: true },
    watchman: false,
  };
}

/** A test for each entry: it loads, and has something to call. */
function testOf({ id, entries }: PackedPackage): string {
  return entries
    .map(({ name }, index) => {
      const alias = `${id}${index}`;
      return `import * as ${alias} from '${name}';
test('${name}', () => {
  const functions = Object.values(${alias}).filter((one) => typeof one === 'function');
  expect(functions).not.toEqual([]);
});`;
    })
    .join('\n');
}
