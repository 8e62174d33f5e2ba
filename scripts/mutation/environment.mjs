// After the first test that fails the rest is left out: all tests are one file here, and a mutant is dead after one.
import { TestEnvironment } from 'jest-environment-node';

// oxlint-disable-next-line import/no-default-export -- what Jest takes
export default class MutationEnvironment extends TestEnvironment {
  #dead = false;

  async handleTestEvent(event, state, ...rest) {
    if (event.name === 'test_done' && event.test.errors.length > 0) this.#dead = true;
    if (event.name === 'test_start' && this.#dead) event.test.mode = 'skip';
    await super.handleTestEvent?.(event, state, ...rest);
  }
}
