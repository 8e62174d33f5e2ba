// After the first test that fails the rest is left out: all tests are one file here, and a mutant is dead after one. Left out as
// well are the few that take half of the time of all, since every mutant that survives has to sit through them.
import { TestEnvironment } from 'jest-environment-node';

const LONG =
  /^(?:with every token that is obtained, for ten minutes: back-off and limiter stop the loop|by default at 100,000|(?:and )?leaves no listener on a signal that lives long, however it ended|100,000 waits with one long-lived signal, .*|(?:takes anything, from nothing|looks at each character a bounded number).*|differs for a hundred thousand tokens in a row.*|shows one whole record or another, never a part of one.*)(?:, on a store)?$/;

// oxlint-disable-next-line import/no-default-export -- what Jest takes
export default class MutationEnvironment extends TestEnvironment {
  #dead = false;

  async handleTestEvent(event, state, ...rest) {
    if (event.name === 'test_done' && event.test.errors.length > 0) this.#dead = true;
    if (event.name === 'test_start' && (this.#dead || LONG.test(event.test.name)))
      event.test.mode = 'skip';
    await super.handleTestEvent?.(event, state, ...rest);
  }
}
