import { goThrough } from './session.ts';

// from packages/browser/README.md#unexpiredbrowser

if (location.pathname === '/goodbye') {
  await report([await tokens.ready()]);
} else {
  await goThrough(tokens);
  await tokens.signOut();
}
