import type { Adapter, AdapterPayload } from 'oidc-provider';

/** Where the provider keeps everything: a map. A grant that is revoked takes its tokens along. */
export function createStorage() {
  const records = new Map<string, AdapterPayload>();
  /** The order in which access tokens were issued. */
  const issued = new Map<string, number>();
  let count = 0;
  const findBy = (name: keyof AdapterPayload, value: string) =>
    Promise.resolve([...records.values()].find((record) => record[name] === value));
  return {
    now: () => count,
    issuedAt: (accessToken: string) => issued.get(accessToken),
    isAlive: (grantId: string) => records.has(`Grant:${grantId}`),
    adapter: (model: string): Adapter => {
      const key = (id: string): string => `${model}:${id}`;
      return {
        async upsert(id, payload) {
          records.set(key(id), payload);
          if (model === 'AccessToken') issued.set(id, ++count);
        },
        find: async (id) => records.get(key(id)),
        findByUserCode: (userCode) => findBy('userCode', userCode),
        findByUid: (uid) => findBy('uid', uid),
        async consume(id) {
          const record = records.get(key(id));
          if (record !== undefined) record['consumed'] = Math.floor(Date.now() / 1000);
        },
        destroy: async (id) => void records.delete(key(id)),
        async revokeByGrantId(grantId) {
          for (const [name, record] of records)
            if (record.grantId === grantId) records.delete(name);
        },
      };
    },
  };
}
