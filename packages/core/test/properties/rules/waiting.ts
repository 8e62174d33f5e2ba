import type { Ask, Facts, Judge, Player, Rule } from '../simulation/facts.ts';

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

/** P2, P8 (same error), P14, P15: what a wait may be. */
export function waitingRules(facts: Facts, judge: Judge): Rule {
  const { setting, timeline } = facts;
  let failures: { readonly ask: Ask; readonly error: unknown }[] = [];
  /** The turn in which somebody asked: a request answered within it was turned away, by a back-off or the like, and waited for no flight. */
  const turns = new WeakMap<Ask, number>();
  /** The turn of each manager’s latest sign-in or sign-out: a request that waits for that as well is not answered by the flight alone. */
  const transitions = new WeakMap<Player, number>();

  return {
    transition: ({ by }) => void transitions.set(by, facts.turn),
    asked: (ask) => void turns.set(ask, facts.turn),
    settled(ask, end) {
      if (ask.end !== undefined) judge.broken('P2', `a ${ask.kind} settled twice`);
      judge.checked('P2');
      const age = timeline.now - ask.since;
      judge.checked('P14');
      if (age > setting.waitTimeout) judge.broken('P14', `a ${ask.kind} waited ${age} ms`);
      if ('give' in end || end.aborted) return;
      if (codeOf(end.fail) === 'ERR_WAIT_LIMIT' && age < setting.waitTimeout) {
        judge.checked('P15');
        if (ask.before < setting.maxWaiting)
          judge.broken('P15', `turned away although only ${ask.before} waited`);
      }
      const asked = turns.get(ask) ?? 0;
      const alone = (transitions.get(ask.by) ?? -1) < asked;
      if (!ask.duringSignIn && alone && asked !== facts.turn)
        failures.push({ ask, error: end.fail });
    },
    afterTurn() {
      for (const { ask, error } of failures) {
        const others = failures.filter(
          (other) => other.ask.by === ask.by && codeOf(other.error) === codeOf(error),
        );
        if (
          codeOf(error) === 'ERR_WAIT_LIMIT' ||
          codeOf(error) === 'ERR_SIGNED_OUT' ||
          codeOf(error) === 'ERR_CLOSED'
        )
          continue;
        judge.checked('P8');
        if (others.some((other) => other.error !== error))
          judge.broken(
            'P8',
            `waiters of one flight failed with different errors: ${String(codeOf(error))}`,
          );
      }
      failures = [];
      for (const player of facts.players) {
        if (player.waiting.size > setting.maxWaiting)
          judge.broken('P15', `${player.waiting.size} wait`);
        const oldest = Math.min(...[...player.waiting].map((ask) => ask.since));
        if (timeline.now - oldest > setting.waitTimeout)
          judge.broken('P14', `somebody has waited for ${timeline.now - oldest} ms`);
        if (player.waiting.size === 0 || !player.alive) continue;
        judge.checked('P2');
        const busy =
          timeline.timers(player.id) > 1 || // besides the one of the queue itself
          [...timeline.gates].some((gate) => gate.owner === player.id) ||
          facts.queued(player.id);
        if (!busy) judge.broken('P2', `${player.waiting.size} wait for nothing`);
      }
    },
  };
}
