// An axios adapter that never signs anything, to see the demo find it out.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier !== '@unexpired/axios') return nextResolve(specifier, context);
    return {
      url: 'data:text/javascript,export const attachAuth = () => () => undefined;',
      shortCircuit: true,
    };
  },
});
