import type { Adapter, AdapterPayload } from 'oidc-provider';

/** Where the authorization server keeps everything: a map. A grant that is revoked takes its tokens along. */
export function createStorage(): {
  readonly adapter: (model: string) => Adapter;
  readonly isAlive: (grantId: string) => boolean;
} {
  const records = new Map<string, AdapterPayload>();
  const findBy = (name: keyof AdapterPayload, value: string) =>
    Promise.resolve([...records.values()].find((record) => record[name] === value));
  return {
    isAlive: (grantId) => records.has(`Grant:${grantId}`),
    adapter: (model) => {
      const key = (id: string): string => `${model}:${id}`;
      return {
        upsert: async (id, payload) => void records.set(key(id), payload),
        find: async (id) => records.get(key(id)),
        findByUserCode: (userCode) => findBy('userCode', userCode),
        findByUid: (uid) => findBy('uid', uid),
        consume: async (id) => {
          const record = records.get(key(id));
          if (record !== undefined) record['consumed'] = Math.floor(Date.now() / 1000);
        },
        destroy: async (id) => void records.delete(key(id)),
        revokeByGrantId: async (grantId) => {
          for (const [name, record] of records)
            if (record.grantId === grantId) records.delete(name);
        },
      };
    },
  };
}
