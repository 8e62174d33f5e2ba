import { type AdapterUnderTest, adapterContract } from '@unexpired/testing';
import { type Place, remoteApi } from './remote-api.ts';

declare global {
  /** Runs one test of the contract in this page. */
  var runContractTest: (
    place: Place,
    adapter: number,
    group: string,
    name: string,
  ) => Promise<void>;
}

/** Makes each test of the contract something that can be called from outside of the page. */
export function serveContract(adapters: readonly AdapterUnderTest[]): void {
  let place: Place;
  const tests = adapters.map((adapter) => {
    const found = new Map<string, () => Promise<void>>();
    let group = '';
    const describe = (title: string, body: () => void): void => {
      group = title;
      body();
    };
    adapterContract(
      { describe, it: (name, body) => void found.set(`${group} ${name}`, body) },
      () => remoteApi(place),
      adapter,
    );
    return found;
  });
  globalThis.runContractTest = async (where, adapter, group, name) => {
    place = where;
    const test = tests[adapter]?.get(`${group} ${name}`);
    if (!test) throw new Error(`The page has no test "${group} ${name}"`);
    await test();
  };
}
