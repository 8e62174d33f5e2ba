import { equal, rejection } from './check.ts';
import { ended, startSession } from './session.ts';
import type { BreakableBody, ContractContext } from './types.ts';

/** A body that breaks while its request waits ends the wait; a body that is never sent is let go of. */
export function watching({ adapter, api, it }: ContractContext): void {
  const gate = (): { readonly open: () => void; readonly opened: Promise<void> } => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    return { open: () => open(), opened };
  };
  const upload = ({ body, headers }: BreakableBody) =>
    ({
      url: `${api().origin}/echo`,
      method: 'POST',
      body,
      ...(headers && { headers: { ...headers } }),
    }) as const;

  /** Breaks the body of a request that waits for a refresh; gives what the request rejects with. */
  const breakWhileItWaits = async (
    body: BreakableBody,
    how: (body: BreakableBody) => void,
  ): Promise<unknown> => {
    const [called, refreshing] = [gate(), gate()];
    const session = startSession(api(), {
      start: 'expired',
      refresh: (_context, next) => (called.open(), refreshing.opened.then(next)),
    });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const sending = rejection(send(upload(body)));
    await called.opened;
    how(body);
    // The refresh has not ended: nothing but the body can have settled it.
    const error = await sending;
    refreshing.open();
    equal((await send({ url: `${api().origin}/public` })).status, 200, 'the next request');
    equal(
      api().requests.map(({ path }) => path),
      ['/public'],
      'requests',
    );
    return error;
  };

  for (const [kind, make] of Object.entries(adapter.breakableBodies ?? {})) {
    it(`rejects at once when ${kind} fails while the request waits, and sends nothing`, async () => {
      const cause = new Error('the disk is gone');
      const error = await breakWhileItWaits(make(), (body) => body.fail(cause));
      const { cause: found } = error as { cause?: unknown };
      equal(
        adapter.isBodyError ? adapter.isBodyError(error, cause) : found === cause,
        true,
        `rejects as the client does, got ${String(error)}, caused by ${String(found)}`,
      );
    });

    // Only some streams can be ended early without an error.
    if (make().destroy)
      it(`rejects at once when ${kind} is destroyed while the request waits, and sends nothing`, async () => {
        const error = await breakWhileItWaits(make(), (body) => body.destroy?.());
        equal(error instanceof Error, true, `rejects with an error, got ${String(error)}`);
      });

    it(`lets go of ${kind} when the request is aborted while it waits`, async () => {
      const session = startSession(api(), {
        start: 'expired',
        refresh: () => new Promise(() => undefined),
      });
      const send = adapter.create(session.tokens, { origins: [api().origin] });
      const [body, controller] = [make(), new AbortController()];
      const sending = rejection(send({ ...upload(body), signal: controller.signal }));
      controller.abort(new Error('enough'));
      await sending;
      await body.closed;
      equal(api().requests.length, 0, 'requests');
    });

    it(`lets go of ${kind} when no token can be had`, async () => {
      const session = startSession(api(), { start: 'expired', refresh: ended });
      const send = adapter.create(session.tokens, { origins: [api().origin] });
      const body = make();
      await rejection(send(upload(body)));
      await body.closed;
      equal(api().requests.length, 0, 'requests');
    });

    it(`lets go of ${kind} when nobody is signed in and unsigned requests are rejected`, async () => {
      const session = startSession(api(), { start: 'none' });
      const send = adapter.create(session.tokens, {
        origins: [api().origin],
        whenSignedOut: 'reject',
      });
      const body = make();
      await rejection(send(upload(body)));
      await body.closed;
      equal(api().requests.length, 0, 'requests');
    });
  }
}
