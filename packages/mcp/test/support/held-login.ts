import { visit } from './visit.ts';
import { REDIRECT_URL } from './world.ts';

/** An `authorize` that waits until it is told to go on, and says when it was called. */
export function heldLogin() {
  const calls: URL[] = [];
  let goOn: (() => void) | undefined;
  const open = new Promise<void>((resolve) => (goOn = resolve));
  let started: (() => void) | undefined;
  const begun = new Promise<void>((resolve) => (started = resolve));
  return {
    calls,
    begun,
    goOn: () => goOn?.(),
    async authorize(page: URL): Promise<URL> {
      calls.push(page);
      started?.();
      await open;
      return visit(page, REDIRECT_URL);
    },
  };
}
