import {
  including,
  type Mode,
  type Process,
  type State,
  type StoredRecord,
  without,
} from './state.ts';

/** The rules that the protocol consists of. Each can be switched off, to see what it is good for. */
export interface Rules {
  /** A flight takes the lock. */
  readonly lock: boolean;
  /** Under the lock the store is read again. */
  readonly reread: boolean;
  /** Tokens are stored before they are shown. */
  readonly storeFirst: boolean;
  /** What a commit asks for: the generation it set out from, that and the lease, or nothing. */
  readonly commit: 'generation' | 'generation and lease' | 'nothing';
  /** Only the holder's own lock is released. */
  readonly releaseOwn: boolean;
  /** After a refusal the store is read again. */
  readonly rereadRefused: boolean;
  /** A commit asks for the session it set out from. */
  readonly sameSession: boolean;
  /** A call whose answer was lost is made once more. */
  readonly resend: boolean;
  /** A refused generation may still be followed by the next one. */
  readonly deadMayBeFollowed: boolean;
}

export const PROTOCOL: Rules = {
  lock: true,
  reread: true,
  storeFirst: true,
  commit: 'generation',
  releaseOwn: true,
  rereadRefused: true,
  sameSession: true,
  resend: true,
  deadMayBeFollowed: true,
};

export interface Step {
  readonly name: string;
  readonly to: State;
}

interface Turn {
  readonly state: State;
  readonly id: number;
  readonly process: Process;
  readonly rules: Rules;
  readonly mode: Mode;
  /** The state after this process has gone on. */
  readonly go: (name: string, process: Partial<Process>, world?: Partial<State>) => Step;
}

/** All that process `id` may do next. */
export function flightSteps(state: State, id: number, rules: Rules, mode: Mode): Step[] {
  const process = state.processes[id] as Process;
  const go: Turn['go'] = (name, change, world) => ({
    name: `${id}: ${name}`,
    to: {
      ...state,
      ...world,
      processes: state.processes.map((each, index) =>
        index === id ? { ...each, ...change } : each,
      ),
    },
  });
  return PHASES[process.phase]({ state, id, process, rules, mode, go });
}

const holdsLock = ({ state, id, process }: Turn): boolean =>
  state.holder === id && state.grants === process.grant;
const isOfBase = ({ gen, session, status }: StoredRecord, base: Process['base']): boolean =>
  gen === base?.gen && session === base.session && status === 'active';

const PHASES: Record<Process['phase'], (turn: Turn) => Step[]> = {
  idle: ({ process, rules, go }) =>
    process.flightsLeft === 0
      ? []
      : [go('starts', { phase: rules.lock ? 'lock' : 'read', resent: 0, ended: undefined })],

  lock({ state, id, go }) {
    if (state.holder !== undefined) return [];
    const grants = state.grants + 1;
    return [go('is granted the lock', { phase: 'read', grant: grants }, { holder: id, grants })];
  },

  read({ state: { store }, process, rules, mode, go }) {
    if (store.status !== 'active')
      return [go('finds the session over', { phase: 'release', ended: 'failed' })];
    const { session } = store;
    if (!rules.reread) {
      const held = {
        gen: process.shown,
        refreshToken: mode === 'neverRotates' ? 0 : process.shown,
        session,
      };
      return [go('goes by its memory', { phase: 'intent', base: held })];
    }
    if (store.gen > process.shown)
      return [go('adopts', { phase: 'release', shown: store.gen, ended: 'ok' })];
    return [
      go('reads', {
        phase: 'intent',
        base: { gen: store.gen, refreshToken: store.refreshToken, session },
      }),
    ];
  },

  intent({ state: { store }, process, rules, go }) {
    if (isOfBase(store, process.base))
      return [
        go('stores its intent', { phase: 'send' }, { store: { ...store, intent: store.gen } }),
      ];
    return [
      rules.reread
        ? go('finds the store changed', { phase: 'read' })
        : go('leaves its intent out', { phase: 'send' }),
    ];
  },

  send({ state, id, process, go }) {
    const request = { from: id, refreshToken: process.base?.refreshToken ?? 0, answer: undefined };
    return [go('sends', { phase: 'listen' }, { messages: including(state.messages, request) })];
  },

  listen({ state, id, rules, go }) {
    const next = rules.storeFirst ? 'commit' : 'show';
    return state.messages
      .filter(({ from, answer }) => from === id && answer !== undefined)
      .map((message) => {
        const { answer } = message;
        return go(
          'is answered',
          { phase: answer === 'refused' ? 'refused' : next, answer },
          { messages: without(state.messages, message) },
        );
      });
  },

  show: ({ process, go }) => [
    go('shows what is not stored', { phase: 'commit', shown: (process.base?.gen ?? 0) + 1 }),
  ],

  commit(turn) {
    const { state, process, rules, go } = turn;
    const { store } = state;
    const gen = process.base?.gen ?? 0;
    const sameSession = store.session === process.base?.session;
    const { commit } = rules;
    const generationFits =
      commit === 'nothing' || (store.gen === gen && (commit === 'generation' || holdsLock(turn)));
    const alive = rules.deadMayBeFollowed || store.status !== 'dead';
    if ((sameSession || !rules.sameSession) && generationFits && alive) {
      const stored = {
        ...store,
        gen: gen + 1,
        refreshToken: process.answer as number,
        status: 'active',
        intent: undefined,
      } as const;
      return [go('commits', { phase: 'release', shown: gen + 1, ended: 'ok' }, { store: stored })];
    }
    if (!sameSession && rules.sameSession)
      return [
        go(
          'discards and revokes',
          { phase: 'release', ended: 'failed' },
          { server: { ...state.server, revoked: true } },
        ),
      ];
    if (store.status === 'active' && store.gen !== gen)
      return [go('adopts', { phase: 'release', shown: store.gen, ended: 'ok' })];
    return [go('drops its answer', { phase: 'release', ended: 'failed' })];
  },

  refused({ state: { store }, process, rules, go }) {
    if (store.status !== 'active') return [go('fails', { phase: 'release', ended: 'failed' })];
    if (rules.rereadRefused && store.gen !== process.base?.gen)
      return [go('adopts', { phase: 'release', shown: store.gen, ended: 'ok' })];
    return [
      go(
        'marks it dead',
        { phase: 'release', ended: 'failed' },
        { store: { ...store, status: 'dead', intent: undefined } },
      ),
    ];
  },

  unanswered(turn) {
    const { process, rules, go } = turn;
    if (!rules.resend || process.resent > 0)
      return [go('gives up', { phase: 'release', ended: 'unanswered' })];
    return [
      go('tries again', {
        phase: !rules.lock || holdsLock(turn) ? 'read' : 'lock',
        resent: process.resent + 1,
      }),
    ];
  },

  release(turn) {
    const { process, rules, go } = turn;
    const free = rules.lock && (!rules.releaseOwn || holdsLock(turn));
    const next = {
      phase: 'idle',
      flightsLeft: process.flightsLeft - 1,
      answer: undefined,
      base: undefined,
    } as const;
    return [go('is done', next, free ? { holder: undefined } : undefined)];
  },
};
