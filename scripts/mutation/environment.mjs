// Every mutant loads all tests anew, and most need but a few of them, so what is not needed is struck out before it starts: tests
// that do not reach the mutant, those after the first that fails, since a mutant is dead after one, and the few that take half of
// the time of all and what comes after the nearest 3,400, since every mutant that survives has to sit through them. A mutant
// that only these would notice counts as a survivor.
import { Worker } from 'node:worker_threads';
import { TestEnvironment } from 'jest-environment-node';

const LONG =
  /^(?:with every token that is obtained, for ten minutes: back-off and limiter stop the loop|by default at 100,000|(?:and )?leaves no listener on a signal that lives long, however it ended|100,000 waits with one long-lived signal, .*|(?:takes anything, from nothing|looks at each character a bounded number).*|differs for a hundred thousand tokens in a row.*|in endless pieces of nothing is lost, too|shows one whole record or another, never a part of one.*)(?:, on a store)?$/;

/** Of one mutant: all but for those of `refresh`, which alone is asked of the tables of clients. */
const MOST_TESTS = 3400;

/** Of the mutant, in one test. */
const MOST_HITS = 2_000_000;

/** Of all mutants of the files, whether they are on or off, in one test: four times what the longest needs, 2.4 million of `tokens`. */
const MOST_LOOKS = 10_000_000;

/** Counts the turns of the event loop while there is a mutant. */
const turns = new Int32Array(new SharedArrayBuffer(4));
let watch;

/** How many tests had failed in this worker when this one, or one in this block, failed last. */
const failures = new Map();
let failed = 0;

// oxlint-disable-next-line import/no-default-export -- what Jest takes
export default class MutationEnvironment extends TestEnvironment {
  #isWanted = () => true;
  #looks;
  #turning;
  #over = false;

  async setup() {
    await super.setup();
    for (const name of ['setImmediate', 'setTimeout']) this.#endsWithTests(name);
  }

  async teardown() {
    this.#over = true;
    await super.teardown();
  }

  // A loop of a mutant that waits for its next turn goes on when its test has failed, and would slow down all mutants after it.
  #endsWithTests(name) {
    const original = this.global[name];
    const ending = (...args) => (this.#over ? undefined : original(...args));
    const { name: _, length: __, ...own } = Object.getOwnPropertyDescriptors(original);
    this.global[name] = Object.defineProperties(ending, own);
  }

  async handleTestEvent(event, state, ...rest) {
    const { rootDescribeBlock: root } = state;
    if (event.name === 'setup') {
      if (event.testNamePattern) this.#isWanted = isIn(event.testNamePattern);
      // No test reads a stack, and each error and each test that is defined would note one.
      this.global.Error.stackTraceLimit = 0;
    }
    if (event.name === 'run_start') {
      if (isMutated()) this.#watchLoops();
      state.testNamePattern = null;
      keep(root, ({ name }, path) => !LONG.test(name) && this.#isWanted(path));
      order(root);
      let tests = 0;
      if (isMutated()) keep(root, () => ++tests <= MOST_TESTS);
    }
    if (event.name === 'test_start') this.#limitLoops();
    if (event.name === 'test_done' && event.test.errors.length > 0) {
      failed++;
      for (const place of placesOf(event.test)) failures.set(place, failed);
      keep(root, ({ status }) => status === 'done');
    }
    if (event.name === 'run_finish') {
      clearInterval(this.#turning);
      Atomics.store(turns, 0, 0);
      this.#forgetLoading();
    }
    await super.handleTestEvent?.(event, state, ...rest);
  }

  // What is reached by tests, and also while they are defined, as by a table of tokens, is broken for the former alone: else it
  // would have to sit through all tests. A few that only the table shows count as survivors.
  #forgetLoading() {
    const coverage = this.global.__stryker__?.mutantCoverage;
    if (coverage === undefined) return;
    for (const reached of Object.values(coverage.perTest))
      for (const mutant of Object.keys(reached)) delete coverage.static[mutant];
  }

  // Stryker ends a mutant that was reached a hundred times as often as without it in all tests together. A loop that never
  // ends would take up to a minute for that, and one that does not come by the mutant itself would not be ended at all.
  #limitLoops() {
    const stryker = this.global.__stryker__;
    if (stryker?.hitLimit === undefined) return;
    stryker.hitLimit = Math.min(stryker.hitLimit, MOST_HITS);
    stryker.hitCount = 0;
    if (this.#looks === undefined) this.#countLooks(stryker);
    this.#looks = 0;
  }

  #watchLoops() {
    watch ??= startWatch();
    this.#turning = setInterval(() => Atomics.add(turns, 0, 1), 100);
  }

  #countLooks(stryker) {
    const mutant = stryker.activeMutant;
    Object.defineProperty(stryker, 'activeMutant', {
      configurable: true,
      get: () => {
        if (++this.#looks <= MOST_LOOKS) return mutant;
        stryker.hitCount = stryker.hitLimit + 1;
        throw new Error('the mutant does not end');
      },
    });
  }
}

const isMutated = () => process.env['__STRYKER_ACTIVE_MUTANT__'] !== undefined;

function startWatch() {
  const worker = new Worker(new URL('./watch.mjs', import.meta.url), {
    workerData: turns.buffer,
    execArgv: [],
  });
  worker.unref();
  return worker;
}

// Stryker asks for tests by one pattern, `(name)|(name)`, of up to thousands of names. To match each test's name against that
// takes longer than to run the tests.
function isIn(pattern) {
  const names = new Set(
    pattern
      .slice(1, -1)
      .split(')|(')
      .map((name) => name.replaceAll(/\\(.)/g, '$1')),
  );
  return (name) => names.has(name);
}

function keep(block, isWanted, path = []) {
  const kept = block.children.filter((child) => {
    const names = [...path, child.name];
    return child.type === 'describeBlock'
      ? keep(child, isWanted, names)
      : isWanted(child, names.join(' '));
  });
  block.children.splice(0, block.children.length, ...kept);
  return kept.length > 0;
}

// Neighbours are noticed by the same tests, so the last that failed come first.
function order(block) {
  const last = new Map(
    block.children.map((child) => [child, failures.get(placesOf(child)[0]) ?? 0]),
  );
  block.children.sort((one, other) => last.get(other) - last.get(one));
  for (const child of block.children) if (child.type === 'describeBlock') order(child);
}

/** A test's place and those of the blocks around it, as text. */
function placesOf({ name, parent }) {
  const around = parent === undefined ? [] : placesOf(parent);
  return [`${around[0] ?? ''} › ${name}`, ...around];
}
