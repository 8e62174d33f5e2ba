import { type Clock, type IssuedToken, TokenError } from 'unexpired';
import { abortable, fingerprint } from 'unexpired/adapter';
import type { Answer, Call } from './call.ts';
import { createTold } from './told.ts';
import { afterNews, afterNothingBetter, type Held, heldOf, isOlder } from './held.ts';
import type { News } from './news.ts';

export type Place = Pick<IssuedToken, 'session' | 'generation'>;

export interface RemoteSessionParts {
  readonly name: string;
  readonly clock: Clock;
  readonly call: (call: Call) => Promise<Answer>;
}

/** Tokens whose generation is remembered. */
const REMEMBERED = 100;

/** What is known here of the session at the service. One call of the token is in flight at a time. */
export function createRemoteSession({ name, clock, call }: RemoteSessionParts) {
  const places = createPlaces();
  const told = createTold(name, clock);
  const changes = createChanges();
  let held: Held | undefined;
  let error: TokenError | undefined;
  /** Changes with each sign-in and sign-out here: an answer that was asked for before that is not taken. */
  let era = 0;
  const nobody = (why: TokenError | undefined, by: 'self' | 'peer'): void => {
    held = undefined;
    error = why;
    tellOfNobody(told, why, by);
  };
  const take = (next: Held): void => {
    if (isOlder(next, held)) return;
    const { session, generation, accessToken } = next.token;
    const before = held?.token;
    // What an API has refused is not good again because the service says it once more.
    held = isSame(next, before) && held?.refused === true ? { ...next, refused: true } : next;
    places.note(accessToken, { session, generation });
    tellOfToken(told, next, before);
  };

  const fetchToken = async (asked: Call): Promise<void> => {
    const [started, startedAt] = [era, clock.monotonic()];
    const cover = changes.covering(asked);
    try {
      const answer = await call(asked);
      if (started !== era) return;
      cover();
      if (answer.status === 404) nobody(undefined, 'peer');
      else if (answer.status === 204) {
        held = afterNothingBetter(held);
        changes.note();
      } else take({ ...heldOf(answer, startedAt, clock), isStale: changes.some });
    } catch (thrown) {
      if (started !== era) return;
      if (!(thrown instanceof TokenError) || thrown.action !== 'signIn') throw thrown;
      cover();
      nobody(thrown, 'peer');
    }
  };

  const flight = createFlight(fetchToken);
  return {
    told,
    nobody,
    get held() {
      return held;
    },
    /** Why nobody is signed in, where the service said it. */
    get error() {
      return error;
    },
    /** Has something changed since the service was asked? Then a replica of it has to look. */
    get hasChanged() {
      return changes.some;
    },
    placeOf: places.of,
    /** An API has refused it: nobody gets it until the service was asked. `false`: it is good after all. */
    mark(place: Place, refused: boolean): void {
      if (held !== undefined && isSame(held, place)) held = { ...held, refused };
    },
    /** The service tells that something has changed. `true`: it is news here. */
    hear(news: News | undefined): boolean {
      const { isNews, ...next } = afterNews(held, news);
      if (isNews || news === undefined) changes.note();
      ({ held } = next);
      return isNews && told.status !== 'unknown';
    },
    begin(): void {
      era++;
      changes.note();
      flight.forget();
      held = undefined;
    },
    /** Asks for the token, or waits for who does. `false`: something else was asked, and what is wanted may have to be asked yet. */
    ask: flight.ask,
  };
}

const isSame = ({ token }: Held, place: Place | undefined): boolean =>
  place?.session === token.session && place.generation === token.generation;

/** A token has come: that is an event where it is another one. */
function tellOfToken(
  { become, status }: ReturnType<typeof createTold>,
  next: Held,
  before: Place | undefined,
): void {
  const { session, accessToken, expiresAt } = next.token;
  const isNew = status !== 'signedIn' || before?.session !== session;
  if (isNew) become('signedIn', { type: 'signedIn', by: 'peer' }, accessToken);
  else if (!isSame(next, before))
    become('signedIn', { type: 'refreshed', by: 'peer', expiresAt }, accessToken);
}

/** Nobody is signed in: that is an event where somebody was. */
function tellOfNobody(
  { become, status }: ReturnType<typeof createTold>,
  why: TokenError | undefined,
  by: 'self' | 'peer',
): void {
  if (why?.code === 'ERR_SESSION_ENDED')
    become('ended', status === 'ended' ? undefined : { type: 'sessionEnded', by, error: why });
  else become('signedOut', status === 'signedIn' ? { type: 'signedOut', by } : undefined);
}

/** Changes that are known of, by the service's events and by what was done here. */
function createChanges() {
  let noted = 0;
  let covered = 0;
  return {
    note: () => void noted++,
    /** Are there some that the service was not asked about since? */
    get some() {
      return noted !== covered;
    },
    /** For a call that begins now: what to call once it was answered. */
    covering({ anew }: Call): () => void {
      const known = noted;
      return () => {
        if (anew === true) covered = known;
      };
    },
  };
}

/** One call at a time. */
function createFlight(run: (asked: Call) => Promise<void>) {
  let flight: { readonly key: string; readonly done: Promise<void> } | undefined;
  return {
    /** Nobody joins it any more. */
    forget(): void {
      flight = undefined;
    },
    async ask(asked: Call, signal: AbortSignal | undefined): Promise<boolean> {
      const key = JSON.stringify(asked);
      if (flight !== undefined && flight.key !== key) {
        await abortable(
          flight.done.catch(() => undefined),
          signal,
        ); // its failure is for who asked
        return false;
      }
      if (flight === undefined) {
        const own = { key, done: run(asked) };
        const over = (): void => {
          if (flight === own) flight = undefined;
        };
        flight = own;
        own.done.then(over, over);
      }
      await abortable(flight.done, signal);
      return true;
    },
  };
}

/** The places of the newest tokens, by fingerprint. */
function createPlaces() {
  const places = new Map<string, Place>();
  return {
    of: (accessToken: string) => places.get(fingerprint(accessToken)),
    note(accessToken: string, place: Place): void {
      places.delete(fingerprint(accessToken));
      places.set(fingerprint(accessToken), place);
      if (places.size > REMEMBERED) places.delete(places.keys().next().value as string);
    },
  };
}

export type RemoteSession = ReturnType<typeof createRemoteSession>;
