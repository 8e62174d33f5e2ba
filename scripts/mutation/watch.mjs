// A thread beside Jest's. A mutant that never lets go of the event loop keeps Jest's own limit of a test from coming, and Stryker
// would end the whole process after up to a minute, and start another one.
import { Session } from 'node:inspector';
import { workerData } from 'node:worker_threads';

/** In microseconds of this process, which no other one slows down: a test that is only slow, and what collects its garbage, take less. */
const MOST = 5_000_000;

const turns = new Int32Array(workerData);
const jest = new Session();
jest.connectToMainThread();

const used = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

let seen = -1;
let since = 0;
setInterval(() => {
  const now = used();
  const turn = Atomics.load(turns, 0);
  if (turn === seen && turn !== 0) {
    if (now - since < MOST) return;
    // What hangs is cut off, with all that waits for its turn in this one; the limit of the test is next, and it fails.
    jest.post('Runtime.terminateExecution');
  }
  seen = turn;
  since = now;
}, 250);
