import { equal } from './check.ts';
import { startSession } from './session.ts';
import type { ContractContext } from './types.ts';

/** A URL object is read at the call, too: what its caller does with it afterwards moves no token. */
export function freezingUrls({ adapter, api, it }: ContractContext): void {
  it('sends to the URL that was there at the call, changed during a refresh', async () => {
    const url = new URL(`${api().origin}/echo?letter=(a)`);
    const session = startSession(api(), {
      start: 'expired',
      async refresh(_context, next) {
        url.host = new URL(api().foreignOrigin).host;
        return next();
      },
    });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    equal((await send({ url })).status, 200, 'status');
    const sent = api().requests.map(({ foreign, authorization }) => [foreign, authorization]);
    equal(sent, [[false, 'Bearer good-1']], 'sent');
  });

  it('replays to the URL that was there at the call, changed since it was sent', async () => {
    const url = new URL(`${api().origin}/echo`);
    const session = startSession(api(), {
      async refresh(_context, next) {
        url.host = new URL(api().foreignOrigin).host;
        return next();
      },
    });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    equal((await send({ url })).status, 200, 'status');
    equal(
      api().requests.map(({ foreign, authorization }) => [foreign, authorization]),
      [
        [false, 'Bearer old-0'],
        [false, 'Bearer good-1'],
      ],
      'sent',
    );
  });
}
