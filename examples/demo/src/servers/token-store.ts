import type { Adapter, AdapterPayload } from 'oidc-provider';

/** Models whose records die with the grant that they were issued under. */
const OF_A_GRANT = new Set(['AccessToken', 'RefreshToken', 'AuthorizationCode']);

/** Where an authorization server keeps its tokens and grants. */
export interface TokenStorage {
  readonly adapter: (model: string) => Adapter;
  /** Whether the grant stands and some refresh token of it can still be redeemed. */
  isAlive(grantId: string): boolean;
}

/**
 * oidc-provider's own in-memory adapter keeps the last 1,000 records and is one for the process. This one forgets
 * nothing, so that no eviction can be mistaken for a revocation, and belongs to one server.
 */
export function createTokenStorage(): TokenStorage {
  const models = new Map<string, Map<string, AdapterPayload>>();
  const recordsOf = (model: string): Map<string, AdapterPayload> => {
    const records = models.get(model) ?? new Map<string, AdapterPayload>();
    models.set(model, records);
    return records;
  };

  return {
    adapter(model) {
      const records = recordsOf(model);
      const findBy = async (field: 'uid' | 'userCode', value: string) =>
        [...records.values()].find((record) => record[field] === value);
      return {
        async upsert(id, payload) {
          records.set(id, payload);
        },
        async find(id) {
          return records.get(id);
        },
        findByUid: (uid) => findBy('uid', uid),
        findByUserCode: (userCode) => findBy('userCode', userCode),
        async consume(id) {
          const record = records.get(id);
          if (record) record.consumed = Math.floor(Date.now() / 1000);
        },
        async destroy(id) {
          records.delete(id);
        },
        async revokeByGrantId(grantId) {
          for (const kind of OF_A_GRANT) {
            const siblings = recordsOf(kind);
            for (const [id, record] of siblings) {
              if (record.grantId === grantId) siblings.delete(id);
            }
          }
        },
      };
    },
    isAlive(grantId) {
      const redeemable = [...recordsOf('RefreshToken').values()].some(
        (record) => record.grantId === grantId && !record.consumed,
      );
      return recordsOf('Grant').has(grantId) && redeemable;
    },
  };
}
