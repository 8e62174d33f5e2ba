/**
 * What runs in the thread. A text, so that it needs no file of its own: every bundler and both module systems take it along as
 * it is. It runs as CommonJS or as a module, whichever the flags of the process make of a text (`--input-type`), so it has
 * neither `require` nor `import`. The database is opened at the first question, so that a file that cannot be opened is an
 * answer, and may be there the next time. `busy_timeout` is 0 once it is open: a wait for another writer is made outside, and
 * holds nobody up here.
 */
export const WORKER = `'use strict';
const builtIn = (name) => {
  const found = process.getBuiltinModule(name);
  if (found !== undefined) return found;
  throw Object.assign(new Error('No such built-in module: ' + name), { code: 'ERR_UNKNOWN_BUILTIN_MODULE' });
};
const { parentPort, workerData } = builtIn('node:worker_threads');
let database;
const statements = new Map();
const open = () => {
  const { DatabaseSync } = builtIn('node:sqlite');
  const opened = new DatabaseSync(workerData.path);
  try {
    opened.exec('pragma busy_timeout = 1000; pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 0');
  } catch (error) {
    opened.close();
    throw error;
  }
  return opened;
};
const statementOf = (sql) => {
  if (!statements.has(sql)) statements.set(sql, database.prepare(sql));
  return statements.get(sql);
};
const run = ({ sql, values }) => statementOf(sql).run(...values).changes;
const together = (first, others) => {
  database.exec('begin immediate');
  try {
    const changed = run(first);
    if (changed > 0) for (const other of others) run(other);
    database.exec('commit');
    return changed;
  } catch (error) {
    try {
      database.exec('rollback');
    } catch {} // SQLite has done so by itself, as on a full disk
    throw error;
  }
};
const answer = ({ kind, sql, values, first, others }) => {
  if (kind === 'close') return database?.close();
  database ??= open();
  if (kind === 'exec') return database.exec(sql);
  if (kind === 'together') return together(first, others);
  if (kind === 'run') return run({ sql, values });
  return kind === 'all' ? statementOf(sql).all(...values) : statementOf(sql).get(...values);
};
parentPort.on('message', (question) => {
  const { id, kind } = question;
  try {
    parentPort.postMessage({ id, value: answer(question) });
  } catch ({ name, message, code, errcode }) {
    parentPort.postMessage({ id, error: { name, message, code, errcode } });
  }
  if (kind === 'close') parentPort.close();
});
`;
