import { watchedSource } from './asks.ts';
import type { Judge } from './facts.ts';
import type { Slot, World } from './world-types.ts';

/** Longer than any wait of the protocol: lock, redemption, linger, back-off. */
const LONG = 130_000;

const LONGEST_OUTAGE = 200_000;

/** Lets a played schedule come to rest: everybody who waits is answered, everything works again, nothing is left behind. */
export async function finish(world: World, judge: Judge): Promise<void> {
  const { facts, cell } = world;
  const { timeline, setting } = facts;
  const pass = (ms: number): Promise<void> => timeline.advance(ms, world.settle);
  const busy = (): boolean =>
    timeline.ready.length > 0 || facts.players.some(({ id }) => timeline.timers(id) > 0);

  await pass(setting.waitTimeout + 1000); // what hangs still hangs: nobody may wait for it

  timeline.heal();
  if (facts.strikes.some(({ fault }) => fault === 'outage')) await pass(LONGEST_OUTAGE);
  await pass(1000);
  for (let rest = 0; rest < 10 && busy(); rest++) await pass(60_000);
  judge.checked('D9');
  // A manager that redeemed while the record was gone looks for it as long as it is gone, and writes nothing.
  const sought = facts.strikes.length > 0 && (cell.record()?.turn ?? 0) === 0;
  if (busy() && !sought) judge.broken('D9', 'it never came to rest');
  await pass(LONG);
  for (const slot of world.slots) await probe(world, slot, judge);
  for (let rest = 0; rest < 5 && timeline.ready.length > 0; rest++) await pass(30_000);
  for (const rule of world.rules) rule.quiet?.(cell.record());

  for (const slot of world.open) world.close(slot);
  let closed = 0;
  for (const slot of world.open) void slot.closing?.then(() => closed++);
  await pass(LONG);
  judge.checked('P11');
  if (closed !== world.open.size)
    judge.broken('P11', `${world.open.size - closed} managers did not close`);
  if (cell.subscribers > 0) judge.broken('P11', `${cell.subscribers} listeners left at the store`);
  for (const { player, signal } of world.open) {
    if (timeline.timers(player.id) > 0)
      judge.broken('P11', `${timeline.timers(player.id)} timers left`);
    if (signal.listeners > 0) judge.broken('P11', `${signal.listeners} listeners left at a signal`);
    if (player.waiting.size > 0)
      judge.broken('P2', `${player.waiting.size} still wait after close`);
  }
}

/** A manager that nothing stands in the way of any more gives a token, or knows that there is none. */
async function probe(world: World, slot: Slot, judge: Judge): Promise<void> {
  const { timeline } = world.facts;
  const { manager, signal } = slot;
  const row = world.facts.setting.absolute ? 'L8' : 'D9';
  judge.checked(row);
  for (let attempt = 0; attempt < 20; attempt++) {
    const answer = watchedSource(world, slot).getToken({ signal: signal.signal });
    const end = await atLeisure(world, answer);
    const settled =
      'fail' in end
        ? (end.fail as { action?: unknown }).action === 'signIn'
        : end.give !== undefined || manager.status !== 'signedIn';
    if (settled) return;
    await timeline.advance(5000, world.settle);
  }
  judge.broken(row, 'no token, although nothing stands in the way');
}

/** Everything answers at once, and time passes only where nothing is left to be answered. */
async function atLeisure<T>(
  world: World,
  answer: Promise<T>,
): Promise<{ readonly give: T } | { readonly fail: unknown }> {
  const { timeline } = world.facts;
  let end: { readonly give: T } | { readonly fail: unknown } | undefined;
  answer.then(
    (give) => {
      end = { give };
    },
    (fail: unknown) => {
      end = { fail };
    },
  );
  for (let patience = 1000; ; patience--) {
    await world.settle();
    if (end !== undefined) return end;
    if (patience === 0) return { fail: new Error('never settled') };
    const gate = timeline.ready[0];
    if (gate === undefined) await timeline.advance(500, world.settle);
    else timeline.open(gate);
  }
}
