import path from 'node:path';
import type { ResolvedConfig, UserConfig } from 'tsdown';
import { entriesOf, readManifest } from './scripts/workspace.ts';

/**
 * How every package here is bundled: ESM and CommonJS side by side, each with its own declarations. The entries are those
 * that `exports` names.
 */
export function shippedPackage(
  folder: string,
  options: {
    platform?: 'neutral' | 'node';
    /** Dependencies whose ES modules the CommonJS build brings along. The ESM build imports them as it does the others. */
    inCommonjs?: readonly string[];
    /** What `bin` starts: ES modules alone. */
    programs?: readonly string[];
  } = {},
): UserConfig {
  const entry = entriesOf(readManifest(folder)).map(({ source }) => source);
  return {
    entry,
    platform: options.platform ?? 'neutral',
    format: {
      esm: { entry: entryNames([...entry, ...(options.programs ?? [])]) },
      // Without the symbol that marks a namespace: where webpack and Rolldown see it, they keep every export, used or not.
      cjs: {
        ...withInside(options.inCommonjs ?? []),
        outputOptions: { generatedCode: { symbols: false } },
      },
    },
    target: 'es2022',
    // .mjs and .cjs whatever the package's "type" says, so that each file states its own format.
    fixedExtension: true,
    // Not the root tsconfig.json: its paths lead to the sources of the other packages, which would then be bundled in. The package's
    // own, since the compiler makes declarations of all that a configuration includes, needed or not.
    tsconfig: 'tsconfig.build.json',
    copy: (options.inCommonjs ?? []).map((name) => ({
      from: `node_modules/${name}/LICENSE*`,
      rename: `${name}.LICENSE`,
    })),
    dts: { generator: 'tsgo', logger: { ...console, warn: warnUnlessKnown } },
    sourcemap: false,
    clean: true,
    report: false,
    failOnWarn: true,
    logLevel: 'warn',
  };
}

/** As the bundler wants them for one format: the file by the name that it gets in dist. */
const entryNames = (sources: readonly string[]): Record<string, string> =>
  Object.fromEntries(sources.map((source) => [path.basename(source, '.ts'), source]));

// What is bundled is what an import would get, not what `require` would.
function withInside(names: readonly string[]): Partial<ResolvedConfig> {
  if (names.length === 0) return {};
  const isInside = (id: string): boolean => names.includes(id);
  return {
    deps: { alwaysBundle: isInside, onlyBundle: [...names], dts: { alwaysBundle: () => false } },
  };
}

// With TypeScript 7 the declarations come from the compiler's own program; the plugin announces that at each build.
function warnUnlessKnown(message: unknown): void {
  if (!String(message).startsWith('TypeScript 7.0 does not yet have a stable API'))
    throw new Error(String(message));
}
