import type { Facts, Judge, Rule } from '../simulation/facts.ts';
import { TOKEN_MARK } from '../simulation/oracle.ts';

/** All text that hangs on an error: its own, its stack, its members and everything behind it. */
function textOf(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || depth > 8) return String(error);
  const own = Object.getOwnPropertyNames(error).map(
    (name) => (error as Record<string, unknown>)[name],
  );
  return own
    .map((value) =>
      typeof value === 'object' && value !== null ? textOf(value, depth + 1) : String(value),
    )
    .join(' ');
}

/** P12: no token in an event or an error. */
export function secretRules(_: Facts, judge: Judge): Rule {
  const look = (where: string, what: unknown): void => {
    judge.checked('P12');
    if (textOf(what).includes(TOKEN_MARK)) judge.broken('P12', `there is a token in ${where}`);
  };
  return {
    event: (_by, event) => look(`the event ${event.type}`, event),
    settled(ask, end) {
      if ('fail' in end && !end.aborted) look(`the error of a ${ask.kind}`, end.fail);
    },
  };
}
