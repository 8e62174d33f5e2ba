import type { Clock } from '../time/clock.ts';
import { TokenError } from '../errors/errors.ts';
import { isRecord, readStored, type Sight } from './record.ts';
import type { SessionRecord, TokenStore } from '../session/store.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import { safeCause, secretsOf } from '../errors/safe-cause.ts';

/** Ms that a store gets for one answer. */
const STORE_TIMEOUT = 10_000;
/** A cell that is always written in between is not one to go on with. */
const MOST_CONFLICTS = 100;

/** A store as the protocol sees it: typed errors, bounded waits, no sight older than one already seen or than our own writes. */
export interface Cell {
  read(): Promise<Sight>;
  /** The new version, or `undefined` for a conflict. */
  write(record: SessionRecord, expected: string | undefined): Promise<string | undefined>;
  /**
   * Reads and writes until what `next` makes of the sight was written, or `next` gives `undefined`: then the sight is
   * the answer. `known` spares the first read.
   */
  update(
    next: (sight: Sight) => SessionRecord | undefined,
    known?: Sight,
  ): Promise<{ readonly written: string } | { readonly kept: Sight }>;
}

/**
 * `warn` is told what the store finds wrong with its place, when that changes. `overtaken` is given a record that was read
 * before, and arrived after, what a read has shown since: where the store went back in time, it may be the newer one.
 */
export function createCell(
  store: TokenStore,
  clock: Clock,
  warn?: (message: string) => void,
  overtaken?: (record: SessionRecord) => void,
): Cell {
  let warning: string | undefined;
  let begun = 0;
  /** The number of the latest access that has ended. */
  let newest = 0;
  /** What was written last. */
  let ours: SessionRecord | undefined;
  let writing: Promise<unknown> | undefined;

  const bounded = <T>(
    action: 'read' | 'written',
    run: () => Promise<T>,
    tokens?: TokenSet,
  ): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const fail = (cause: unknown): void =>
        reject(
          new TokenError('ERR_REFRESH_UNAVAILABLE', {
            message: `Store "${store.name}" could not be ${action}`,
            cause: safeCause(cause, secretsOf(tokens)),
          }),
        );
      const cancel = clock.setTimeout(
        () => fail(new Error(`no answer within ${STORE_TIMEOUT} ms`)),
        STORE_TIMEOUT,
        true,
      );
      // A store that knows what is wrong says so itself.
      const refuse = (error: unknown): void =>
        error instanceof Error && (error as Partial<TokenError>).code === 'ERR_STORE_RECORD'
          ? reject(error)
          : fail(error);
      Promise.resolve().then(run).finally(cancel).then(resolve, refuse);
    });

  const cell: Cell = {
    async read() {
      for (;;) {
        const number = ++begun;
        const stored = await bounded('read', () => store.read());
        await writing; // seen before the writer knows of it, our own write would look like a peer's
        if (number < newest) {
          const record = isRecord(stored?.value) ? stored.value : undefined;
          if (record !== undefined && (record.session !== ours?.session || record.gen > ours.gen))
            overtaken?.(record);
          continue; // as a sight it would look like the store going back in time
        }
        newest = number;
        if (stored?.warning !== undefined && stored.warning !== warning)
          warn?.((warning = stored.warning));
        return readStored(stored, store.name, clock.now());
      }
    },
    async write(record, expected) {
      const attempt = bounded('written', () => store.write(record, expected), record.tokens);
      writing = Promise.allSettled([writing, attempt]).then(() => undefined);
      const version = await attempt;
      newest = ++begun;
      if (version !== undefined) ours = record;
      return version;
    },
    async update(next, known) {
      let sight = known;
      for (let conflicts = 0; conflicts < MOST_CONFLICTS; conflicts++) {
        sight ??= await cell.read();
        const record = next(sight);
        if (record === undefined) return { kept: sight };
        const written = await cell.write(record, sight.version);
        if (written !== undefined) return { written };
        sight = undefined;
      }
      throw new TokenError('ERR_REFRESH_UNAVAILABLE', {
        message: `Store "${store.name}" changed ${MOST_CONFLICTS} times while it was written`,
      });
    },
  };
  return cell;
}
