import { equal } from './check.ts';
import { startSession } from './session.ts';
import type { ContractContext } from './types.ts';

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
}
