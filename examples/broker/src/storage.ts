import type { Adapter, AdapterPayload } from 'oidc-provider';

/** Where the provider keeps everything: a map. A grant that is revoked takes its tokens along. */
export function createStorage() {
  const records = new Map<string, AdapterPayload>();
  let newest: string | undefined;
  const findBy = (name: keyof AdapterPayload, value: string) =>
    Promise.resolve([...records.values()].find((record) => record[name] === value));
  return {
    /** The access token that was issued last. */
    newest: () => newest,
    isAlive: (grantId: string) => records.has(`Grant:${grantId}`),
    adapter: (model: string): Adapter => {
      const key = (id: string): string => `${model}:${id}`;
      return {
        async upsert(id, payload) {
          records.set(key(id), payload);
          if (model === 'AccessToken') newest = id;
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
