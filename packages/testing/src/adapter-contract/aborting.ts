import { equal, rejection } from './check.ts';
import { startSession } from './session.ts';
import type { ContractContext } from './types.ts';

/** What waits until it is told to go on. */
function gated(): { readonly gate: Promise<void>; readonly finish: () => void } {
  let finish = (): void => undefined;
  const gate = new Promise<void>((resolve) => (finish = resolve));
  return { gate, finish };
}

/** An abort is prompt at every stage of a request, as the client reports it, and nobody else's business. */
export function aborting({ adapter, api, it }: ContractContext): void {
  const asTheClientDoes = (error: unknown, reason: unknown): void =>
    equal(
      adapter.isAbort ? adapter.isAbort(error, reason) : error === reason,
      true,
      `rejects as the client does, got ${String(error)}`,
    );

  it('lets a waiter go at once when it aborts, and nobody else', async () => {
    const { gate, finish } = gated();
    const session = startSession(api(), {
      start: 'expired',
      refresh: (_context, next) => gate.then(next),
    });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const reason = new Error('enough');
    const controller = new AbortController();
    const leaving = rejection(send({ url: `${api().origin}/echo`, signal: controller.signal }));
    const staying = send({ url: `${api().origin}/echo` });
    controller.abort(reason);
    const error = await leaving;
    asTheClientDoes(error, reason);
    finish();
    equal((await staying).status, 200, 'the other one');
    equal([session.refreshes, api().requests.length], [1, 1], 'refreshes and requests');
  });

  it('lets a waiter go at once when it aborts with a 401 in hand', async () => {
    const { gate, finish } = gated();
    const controller = new AbortController();
    const reason = new Error('enough');
    const session = startSession(api(), {
      refresh(_context, next) {
        controller.abort(reason);
        return gate.then(next);
      },
    });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const error = await rejection(send({ url: `${api().origin}/echo`, signal: controller.signal }));
    asTheClientDoes(error, reason);
    finish();
    equal((await send({ url: `${api().origin}/echo` })).status, 200, 'the next one');
    equal([session.refreshes, api().requests.length], [1, 2], 'refreshes and requests');
  });

  it('lets a request go at once when it aborts under way, without a refresh', async () => {
    const session = startSession(api(), { start: 'good' });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const release = api().hold('/echo');
    const controller = new AbortController();
    const reason = new Error('enough');
    const sending = rejection(send({ url: `${api().origin}/echo`, signal: controller.signal }));
    await api().arrived('/echo', 1);
    controller.abort(reason);
    const error = await sending;
    asTheClientDoes(error, reason);
    release();
    equal([session.refreshes, api().requests.length], [0, 1], 'refreshes and requests');
  });

  it('lets a request go at once when it aborts while it is sent again', async () => {
    let release = (): void => undefined;
    const session = startSession(api(), {
      async refresh(_context, next) {
        release = api().hold('/echo');
        return next();
      },
    });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const controller = new AbortController();
    const reason = new Error('enough');
    const sending = rejection(send({ url: `${api().origin}/echo`, signal: controller.signal }));
    await api().arrived('/echo', 2);
    controller.abort(reason);
    const error = await sending;
    asTheClientDoes(error, reason);
    release();
    equal([session.refreshes, api().requests.length], [1, 2], 'refreshes and requests');
  });
}
