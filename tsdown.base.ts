import type { UserConfig } from 'tsdown';
import { entriesOf, readManifest } from './scripts/workspace.ts';

/**
 * How every package here is bundled: ESM and CommonJS side by side, each with its own declarations. The entries are those
 * that `exports` names.
 */
export function shippedPackage(
  folder: string,
  options: { platform?: 'neutral' | 'node' } = {},
): UserConfig {
  return {
    entry: entriesOf(readManifest(folder)).map(({ source }) => source),
    platform: options.platform ?? 'neutral',
    format: ['esm', 'cjs'],
    target: 'es2022',
    // .mjs and .cjs whatever the package's "type" says, so that each file states its own format.
    fixedExtension: true,
    // Not the root tsconfig.json: its paths lead to the sources of the other packages, which would then be bundled in.
    tsconfig: '../../tsconfig.build.json',
    dts: { generator: 'tsgo', logger: { ...console, warn: warnUnlessKnown } },
    sourcemap: false,
    clean: true,
    report: false,
    failOnWarn: true,
    logLevel: 'warn',
  };
}

// With TypeScript 7 the declarations come from the compiler's own program; the plugin announces that at each build.
function warnUnlessKnown(message: unknown): void {
  if (!String(message).startsWith('TypeScript 7.0 does not yet have a stable API'))
    throw new Error(String(message));
}
