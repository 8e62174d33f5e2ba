// Lets Node run programs of the tests on the packages' sources, as jest does: a test must not depend on when somebody last built them.
import { registerHooks } from 'node:module';
import { sourcesByName } from '../../scripts/workspace.ts';

const root = new URL('../../', import.meta.url);
const sources = sourcesByName();

registerHooks({
  resolve(specifier, context, nextResolve) {
    const source = sources[specifier];
    return source === undefined
      ? nextResolve(specifier, context)
      : nextResolve(new URL(source, root).href, context);
  },
});
