/** What is done in one transaction; `give` says what it results in once all of it is stored. */
type Work<T> = (cells: IDBObjectStore, give: (value: T) => void) => void;

/** A connection to a database, made when it is needed, and made again when the browser took it away. */
export interface Connection {
  /** Runs `work` in one transaction; resolves when that is on the disk, or rejects with what the browser said. */
  transact<T>(mode: IDBTransactionMode, work: Work<T>): Promise<T>;
  /** Lets go of the database; what is under way still ends. The next transaction connects again. */
  drop(): void;
}

const CELLS = 'sessions';
/** Records carry their own version, so this one stays: pages with old and new code use one database. */
const VERSION = 1;
/** Ms for each of connecting and one transaction: less than the core gives a store, so that the error says what hung. */
const LIMIT = 4500;

/** Errors of a connection that is gone; nothing was written, so the same can be tried on a new one. */
const LOST: readonly string[] = ['AbortError', 'InvalidStateError', 'UnknownError'];

/** `lost`: the browser closed the connection, and what is stored may be gone. */
export function createConnection(database: string, lost: () => void): Connection {
  let current: Promise<IDBDatabase> | undefined;

  const connect = (): Promise<IDBDatabase> => {
    const opening = opened(database, () => {
      if (forget(opening)) lost();
    });
    opening.catch(() => forget(opening)); // the caller gets the error; the next one tries again
    current = opening;
    return opening;
  };

  const forget = (opening: Promise<IDBDatabase>): boolean => {
    if (current !== opening) return false;
    current = undefined;
    return true;
  };

  const drop = (): void => {
    current?.then(close, () => undefined);
    current = undefined;
  };

  return {
    drop,
    async transact(mode, work) {
      for (let attempt = 1; ; attempt++) {
        const connected = current ?? connect();
        try {
          return await transaction(await connected, mode, work);
        } catch (error) {
          if (current === connected) drop();
          if (attempt > 1 || !LOST.includes((error as Error).name)) throw error;
        }
      }
    },
  };
}

async function opened(database: string, onLost: () => void): Promise<IDBDatabase> {
  if (globalThis.indexedDB == null)
    throw new DOMException('There is no IndexedDB here', 'NotSupportedError');
  const request = indexedDB.open(database, VERSION);
  request.addEventListener('upgradeneeded', () => void request.result.createObjectStore(CELLS));
  const opening = new Promise<IDBDatabase>((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error as DOMException));
  });
  const db = await inTime(opening, 'opening the database', () => {
    void opening.then(close, () => undefined); // nobody waits for it any more
  });
  if (!db.objectStoreNames.contains(CELLS)) {
    db.close();
    throw new DOMException(`There is no ${CELLS} in the database`, 'NotFoundError');
  }
  db.addEventListener('versionchange', () => {
    db.close(); // somebody deletes the database, and would have to wait for this page
    onLost();
  });
  db.addEventListener('close', onLost);
  return db;
}

async function transaction<T>(
  db: IDBDatabase,
  mode: IDBTransactionMode,
  work: Work<T>,
): Promise<T> {
  const begun = db.transaction(CELLS, mode, { durability: 'strict' }); // the server's answer to a refresh comes once
  let result: { readonly value: T } | undefined;
  const ending = new Promise<void>((resolve, reject) => {
    begun.addEventListener('complete', () => resolve());
    begun.addEventListener('abort', () =>
      reject(begun.error ?? new DOMException('The transaction was aborted', 'AbortError')),
    );
  });
  work(begun.objectStore(CELLS), (value) => {
    result = { value };
  });
  await inTime(ending, 'a transaction', () => abort(begun));
  return (result as NonNullable<typeof result>).value;
}

/** What was given up must not be written later: by then the caller has told others that it was not. */
function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // it is being committed: too late to take it back, and the next reader sees it
  }
}

const close = (db: IDBDatabase): void => db.close();

/** Rejects with a TimeoutError, after `late`, where the browser takes too long. */
function inTime<T>(answer: Promise<T>, what: string, late: () => void): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      late();
      reject(new DOMException(`${what} took more than ${LIMIT} ms`, 'TimeoutError'));
    }, LIMIT);
  });
  return Promise.race([answer, limit]).finally(() => clearTimeout(timer));
}
