import type { TokenError } from '../errors/errors.ts';
import { startFlight } from '../refresh/flight.ts';
import type {
  Flight,
  FlightContext,
  FlightEnd,
  OpenSharedFlight,
} from '../refresh/flight-types.ts';
import type { Pacing } from '../refresh/pacing.ts';
import type { RefreshReason } from '../session/functions.ts';
import { type ActiveRecord, isActive } from '../session/store.ts';

/** Starts flights, at most one for the current session, and says what the end of each means. */
export interface Flights {
  /** Is one under way for the current session? */
  readonly flying: () => boolean;
  /** Is one under way that set out from this generation? */
  renews(record: ActiveRecord): boolean;
  /** Is one under way for any session? */
  readonly busy: () => boolean;
  /** The end of a session that a refresh by hand has already tried to undo. */
  readonly revived: () => TokenError | undefined;
  start(reason: RefreshReason): void;
  /** Does this call come from inside the refresh? */
  isReentrant(signal: AbortSignal | undefined): boolean;
  /** The session that the refresh function is running for. */
  refreshing(): { readonly session: string; readonly subject?: string | undefined } | undefined;
  /** The current session is about to be replaced by a sign-in of this manager. */
  park(): void;
  /** Do those who wait since this epoch wait for a refresh function, although another session has begun? */
  parked(epoch: number): boolean;
  /** The current generation or session has changed. */
  changed(): void;
  interrupt(): void;
  settled(): Promise<unknown>;
}

interface Started {
  readonly flight: Flight;
  readonly id: string;
  /** How many had been answered before it. */
  readonly answered: number;
}

export function createFlights(
  context: FlightContext & {
    readonly pacing: Pacing;
    readonly share: OpenSharedFlight | undefined;
    /** None is under way any more, and there is nothing to remember. */
    readonly idle: () => unknown;
    readonly waiting: {
      readonly size: () => number;
      /** How many have been answered so far. */
      readonly answered: () => number;
      /** One flight more has ended, for all who wait. */
      countRound(): void;
      /** Those who waited since this epoch go on with the session that there is now. */
      moveOn(epoch: number): void;
      pump(failure?: TokenError): void;
    };
  },
): Flights {
  const { state, clock, closed, pacing, newId, share, waiting, idle } = context;
  const all = new Set<Flight>();
  let current: Started | undefined;
  let parked: { readonly flight: Flight; readonly epoch: number } | undefined;
  let revived: TokenError | undefined;

  const report = ({ flight, id, answered }: Started, end: FlightEnd, silence: number): void => {
    const { reason, tally } = flight;
    // Most have their token the moment it is there, before the flight has ended.
    const size = waiting.size() + waiting.answered() - answered;
    const about = { type: 'refreshEnded', flight: id, reason, ...tally } as const;
    const retryAt = silence > 0 ? clock.now() + silence : undefined;
    state.emit(
      { ...about, waiting: size, ...outcomeOf(end, retryAt) },
      state.current?.token.accessToken,
    );
  };

  const fail = (flight: Flight, end: Extract<FlightEnd, { type: 'failed' }>): number => {
    const { error } = end;
    const silence = pacing.failed(flight.from, state.current, error, end.silence);
    if (error.code === 'ERR_REFRESH_CONFIGURATION')
      state.emit({ type: 'warning', code: 'CONFIGURATION', message: error.message, error });
    if (error.code === 'ERR_SIGNED_OUT') state.foundNobody();
    return silence;
  };

  const landed = (started: Started, end: FlightEnd): void => {
    const { flight } = started;
    const ours = current?.flight === flight;
    const waitedFor = parked?.flight === flight ? parked.epoch : undefined;
    if (ours) current = undefined;
    if (waitedFor !== undefined) parked = undefined;
    if (end.type === 'announced' || (end.type === 'current' && ours))
      pacing.succeeded(state.current);
    const silence = ours && end.type === 'failed' && !closed() ? fail(flight, end) : 0;
    report(started, end, silence);
    if (waitedFor !== undefined && (end.type === 'announced' || end.type === 'current'))
      waiting.moveOn(waitedFor);
    if (!ours) return waiting.pump(); // of a session that is over
    waiting.countRound();
    // Before the session is marked: those who waited get the error, those who come later find it over.
    waiting.pump('error' in end ? end.error : undefined);
    if (end.type === 'dead') state.markDead(end.error, end.by);
  };

  return {
    flying: () => current !== undefined,
    renews: (record) => current?.flight.from === record,
    busy: () => all.size > 0,
    revived: () => revived,
    start(reason) {
      if (current !== undefined || closed()) return;
      revived = state.dead; // a session that has ended is refreshed only because somebody asked for it
      const id = newId();
      const answered = waiting.answered();
      const token = state.current?.token.accessToken;
      const flight = startFlight(context, reason, share, (end) => landed(started, end));
      const started: Started = { flight, id, answered };
      current = started;
      all.add(flight);
      // Now, so that a listener that asks for a token joins this flight.
      state.emit({ type: 'refreshStarted', flight: id, reason }, token);
      void flight.done.then(() => {
        all.delete(flight);
        if (all.size === 0 && revived === undefined) idle();
      });
    },
    isReentrant(signal) {
      for (const flight of all) if (flight.calling || flight.signal === signal) return true;
      return false;
    },
    refreshing() {
      for (const { listening, from } of all)
        if (listening && from !== undefined)
          return { session: from.session, subject: from.subject };
      return undefined;
    },
    park() {
      // Where there was no session nobody is turned away by its beginning, and the epoch is that of the new one.
      if (state.current !== undefined && current?.flight.listening === true)
        parked = { flight: current.flight, epoch: state.epoch };
    },
    parked: (epoch) => parked?.epoch === epoch,
    changed() {
      const from = current?.flight.from?.session;
      // A flight of a session that is over goes on by itself.
      if (current !== undefined && from !== state.current?.record.session) current = undefined;
      if (!isActive(state.record) || state.current === undefined) parked = undefined;
      for (const flight of all) flight.interrupt();
    },
    interrupt() {
      for (const flight of all) flight.interrupt();
    },
    settled: () => Promise.all([...all].map(({ done }) => done)),
  };
}

function outcomeOf(end: FlightEnd, retryAt: number | undefined) {
  if ('error' in end)
    return {
      outcome: end.type === 'dead' ? 'sessionEnded' : 'failed',
      error: end.error,
      retryAt,
    } as const;
  if (end.type === 'left') return { outcome: 'superseded' } as const;
  return {
    outcome: end.type === 'current' && end.by === 'peer' ? 'adopted' : 'refreshed',
  } as const;
}
