// Lets Node run child processes on the packages' sources, as jest does: a test must not depend on when somebody last built them.
import { registerHooks } from 'node:module';

const packages = new URL('../../../packages/', import.meta.url);
const SOURCES = {
  unexpired: 'core/src/index.ts',
  'unexpired/adapter': 'core/src/adapter.ts',
  '@unexpired/fetch': 'fetch/src/index.ts',
  '@unexpired/node': 'node/src/index.ts',
  '@unexpired/oauth': 'oauth/src/index.ts',
  '@unexpired/redis': 'redis/src/index.ts',
  '@unexpired/testing': 'testing/src/index.ts',
  '@unexpired/testing/node': 'testing/src/node.ts',
};

registerHooks({
  resolve(specifier, context, nextResolve) {
    const source = SOURCES[specifier];
    return source === undefined
      ? nextResolve(specifier, context)
      : nextResolve(new URL(source, packages).href, context);
  },
});
