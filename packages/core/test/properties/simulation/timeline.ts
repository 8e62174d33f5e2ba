import type { Clock } from '../../../src/time/clock.ts';
import type { Fault, GateKind } from './faults.ts';

/** Ms after which a gate opens by itself when time passes: everything outside answers in the end, unless a fault says otherwise. */
const LATENCY: Record<GateKind, number> = {
  storeRequest: 900,
  storeAnswer: 1100,
  lateWrite: 12_000,
  notify: 3000,
  lockRequest: 700,
  lockGrant: 300,
  leaseNotice: 1300,
  request: 4000,
  answer: 6000,
  revoke: 2000,
  api: 2500,
};

export interface Gate {
  readonly kind: GateKind;
  /** The manager that waits here; 0: nobody, such as a request whose sender is gone. */
  readonly owner: number;
  readonly due: number;
  hung: boolean;
  readonly open: (fault: Fault | undefined) => void;
}

interface Timer {
  readonly at: number;
  readonly owner: number;
  readonly background: boolean;
  readonly task: () => void;
}

/** Virtual time, and everything that waits for it or for the outside. Nothing moves unless it is told to. */
export interface Timeline {
  /** Ms on the monotonic clock, which all managers share. */
  readonly now: number;
  /** Waits for the outside; resolves with the fault that struck, if one did. */
  gate(kind: GateKind, owner: number): Promise<Fault | undefined>;
  /** Gates that can be opened, in the order of arrival. */
  readonly ready: readonly Gate[];
  readonly gates: ReadonlySet<Gate>;
  open(gate: Gate, fault?: Fault): void;
  hang(gate: Gate): void;
  /** Opens what hangs. */
  heal(): void;
  /** Moves time on; what becomes due happens on the way, each followed by `settle`. */
  advance(ms: number, settle: () => Promise<void>): Promise<void>;
  clock(owner: number, wall: () => number): Clock;
  /** The owner's process is gone: nothing of what it waits for comes. Its requests are given as they were. */
  kill(owner: number): readonly Gate[];
  timers(owner: number, background?: boolean): number;
}

/** Lets all promises settle, however long their chains are. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function createTimeline(): Timeline {
  let now = 0;
  const gates = new Set<Gate>();
  const timers = new Set<Timer>();

  const soonest = (
    until: number,
  ): { readonly at: number; readonly happen: () => void } | undefined => {
    let at = until;
    let found: (() => void) | undefined;
    for (const gate of gates) {
      if (gate.hung || gate.due > at || (found !== undefined && gate.due === at)) continue;
      at = gate.due;
      found = () => timeline.open(gate);
    }
    for (const timer of timers) {
      if (timer.at > at || (found !== undefined && timer.at === at)) continue;
      at = timer.at;
      found = () => {
        timers.delete(timer);
        timer.task();
      };
    }
    return found && { at, happen: found };
  };

  const timeline: Timeline = {
    get now() {
      return now;
    },
    gate: (kind, owner) =>
      new Promise((resolve) => {
        gates.add({ kind, owner, due: now + LATENCY[kind], hung: false, open: resolve });
      }),
    get ready() {
      return [...gates].filter((gate) => !gate.hung);
    },
    gates,
    open(gate, fault) {
      gates.delete(gate);
      gate.open(fault);
    },
    hang(gate) {
      gate.hung = true;
    },
    heal() {
      for (const gate of [...gates]) if (gate.hung) timeline.open(gate);
    },
    async advance(ms, settle) {
      const until = now + ms;
      await settle();
      for (let next = soonest(until); next !== undefined; next = soonest(until)) {
        now = Math.max(now, next.at);
        next.happen();
        await settle();
      }
      now = until;
      await settle();
    },
    clock: (owner, wall) => ({
      now: wall,
      monotonic: () => now,
      setTimeout(task, delay, background = false) {
        const timer: Timer = { at: now + delay, owner, background, task };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    }),
    kill(owner) {
      const lost = [...gates].filter((gate) => gate.owner === owner);
      for (const gate of lost) gates.delete(gate);
      for (const timer of timers) if (timer.owner === owner) timers.delete(timer);
      return lost;
    },
    timers: (owner, background) =>
      [...timers].filter(
        (timer) =>
          timer.owner === owner && (background === undefined || timer.background === background),
      ).length,
  };
  return timeline;
}
