import { equal } from './check.ts';
import { startSession } from './session.ts';
import type { ContractContext } from './types.ts';

const BURST = 20;

/** A refused answer gives its connection back, counted where connections arrive. */
export function connections({ adapter, api, it }: ContractContext): void {
  it('opens no connection for each refusal', async () => {
    const session = startSession(api());
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const before = api().connections;
    for (let round = 0; round < 20; round++) {
      api().accept(`nobody-has-this-${round}`);
      await send({ url: `${api().origin}/echo` });
    }
    equal(api().requests.length >= 20, true, 'requests');
    const opened = api().connections - before;
    if (opened > 4) throw new Error(`20 refusals one after the other opened ${opened} connections`);
  });

  it('opens no connection for the replays of a burst', async () => {
    const session = startSession(api());
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const before = api().connections;
    await Promise.all(Array.from({ length: BURST }, () => send({ url: `${api().origin}/echo` })));
    equal([session.refreshes, api().requests.length], [1, 2 * BURST], 'refreshes and requests');
    const opened = api().connections - before;
    if (opened > BURST) throw new Error(`${BURST} requests, each refused once, opened ${opened} connections`);
  });
}
