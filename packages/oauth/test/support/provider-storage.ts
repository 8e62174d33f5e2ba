import type { Adapter, AdapterPayload, ClientMetadata } from 'oidc-provider';

/** Where the provider keeps everything: a map, with the clients in it from the start. */
export function providerStorage(clients: readonly ClientMetadata[]): (model: string) => Adapter {
  const records = new Map<string, AdapterPayload>(
    clients.map((client) => [`Client:${client.client_id}`, { ...client }]),
  );
  const findBy = (name: keyof AdapterPayload, value: string) =>
    Promise.resolve([...records.values()].find((record) => record[name] === value));
  return (model) => {
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
        for (const [name, record] of records) if (record.grantId === grantId) records.delete(name);
      },
    };
  };
}
