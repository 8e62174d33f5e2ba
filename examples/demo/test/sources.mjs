// Lets Node run the demo on the packages' sources, as jest does: a test must not depend on when somebody last built them.
import { registerHooks } from 'node:module';

const packages = new URL('../../../packages/', import.meta.url);
const SOURCES = {
  unexpired: 'core/src/index.ts',
  'unexpired/adapter': 'core/src/adapter.ts',
  '@unexpired/axios': 'axios/src/index.ts',
  '@unexpired/fetch': 'fetch/src/index.ts',
  '@unexpired/fetch/ky': 'fetch/src/ky.ts',
  '@unexpired/oauth': 'oauth/src/index.ts',
};

registerHooks({
  resolve(specifier, context, nextResolve) {
    const source = SOURCES[specifier];
    return source === undefined
      ? nextResolve(specifier, context)
      : nextResolve(new URL(source, packages).href, context);
  },
});
