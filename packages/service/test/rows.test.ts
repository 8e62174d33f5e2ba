import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionRecord } from 'unexpired';
import type { Broker } from './support/broker.ts';
import { onDatabases } from './support/on-databases.ts';

const [ONE, OTHER] = ['acme:1', 'acme:2'] as const;

/** What somebody finds who may write to the database, and has no key. */
type Sealed = Omit<SessionRecord, 'tokens'> & { readonly encoded: string };

onDatabases((start) => {
  let broker: Broker;
  beforeEach(async () => {
    broker = await start();
    await broker.deposit(ONE);
    await broker.deposit(OTHER);
  });
  afterEach(() => broker.stop());

  const rowOf = async (key: string) => {
    const stored = await broker.storeOf(key).read();
    return stored as { readonly value: Sealed; readonly version: string };
  };
  const put = async (key: string, value: object): Promise<void> => {
    const { version } = await rowOf(key);
    await broker.storeOf(key).write(value as SessionRecord, version);
  };
  /** By a replica that has seen nothing of it before. */
  const read = async (key: string): Promise<[status: number, text: string]> => {
    const service = broker.replica();
    const answer = await broker.call('GET', `/v1/sessions/${key}/token`, { service });
    return [answer.status, await answer.text()];
  };
  const replace = async (key: string): Promise<void> => {
    const { value } = await rowOf(key);
    const rejected = { session: value.session, generation: value.gen };
    await broker.call('POST', `/v1/sessions/${key}/token`, { body: { rejected } });
  };

  describe('a row that somebody has changed without the key', () => {
    it.each<[string, () => Promise<void>]>([
      ['copied from another session', async () => put(ONE, (await rowOf(OTHER)).value)],
      [
        'swapped with that of another session',
        async () => {
          const [one, other] = [await rowOf(ONE), await rowOf(OTHER)];
          await put(ONE, other.value);
          await put(OTHER, one.value);
        },
      ],
      [
        'given the tokens of another session alone',
        async () =>
          put(ONE, { ...(await rowOf(ONE)).value, encoded: (await rowOf(OTHER)).value.encoded }),
      ],
      [
        'given its own tokens of an earlier generation',
        async () => {
          const { encoded } = (await rowOf(ONE)).value;
          await replace(ONE);
          await put(ONE, { ...(await rowOf(ONE)).value, encoded });
        },
      ],
      [
        'given tokens that nobody has encrypted',
        async () => {
          const { encoded: _without, ...record } = (await rowOf(ONE)).value;
          const extra = { provider: 'crm', shown: {} };
          await put(ONE, { ...record, tokens: { accessToken: 'planted', extra } });
        },
      ],
      [
        'given such tokens beside its own',
        async () => {
          const { value } = await rowOf(ONE);
          const extra = { provider: 'crm', shown: {} };
          await put(ONE, { ...value, tokens: { accessToken: 'planted', extra } });
        },
      ],
    ])(
      '(%s) is 500 with no token, is not refreshed, and stays until a sign-in replaces it',
      async (_what, change) => {
        await change();
        const { redemptions } = broker.provider;
        const [status, text] = await read(ONE);
        expect([status, text]).toEqual([500, expect.stringContaining('ERR_STORE_RECORD')]);
        await replace(ONE);
        expect(broker.provider).toMatchObject({ redemptions, refusals: 0, revocations: 0 });

        await broker.deposit(ONE);
        expect(await read(ONE)).toEqual([200, expect.stringContaining(`access-${ONE}-0`)]);
      },
    );
  });
});
