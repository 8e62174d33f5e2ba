import { createTokenManager, type TokenStore } from 'unexpired';
import { equal } from '../adapter-contract/check.ts';
import type { RuleRun } from '../contract-rule.ts';
import { turn } from './records.ts';
import type { StoreRule } from './types.ts';

const HOUR = 3_600_000;
const MANAGERS = 3;

/** Managers that share a store redeem each refresh token once. The store decides who does, whatever the managers are called. */
export function sharingRules(rule: StoreRule): void {
  rule('lets managers of different names redeem a refresh token once', async (place, run) => {
    await redeemOnce(
      Array.from({ length: MANAGERS }, () => place.store()),
      run,
    );
  });

  rule('lets managers redeem a refresh token once without any lock', async (place, run) => {
    await redeemOnce(
      Array.from({ length: MANAGERS }, () => ({ ...place.store(), lock: undefined })),
      run,
    );
  });
}

/** Throws unless managers on these stores, all asked at once, make one call, and all have its token. Three times in a row. */
async function redeemOnce(stores: readonly TokenStore[], run: RuleRun): Promise<void> {
  const redeemed: string[] = [];
  const managers = stores.map((store, index) => {
    const manager = createTokenManager({
      name: `manager ${index}`,
      store,
      async refresh({ refreshToken = '' }) {
        const number = redeemed.push(refreshToken);
        for (let count = 0; count < 5; count++) await turn(); // as a server takes its time
        return {
          accessToken: `access-${number}`,
          refreshToken: `refresh-${number}`,
          expiresAt: Date.now() + HOUR,
        };
      },
    });
    run.onEnd(() => manager.close());
    return manager;
  });
  const first = {
    accessToken: 'access-0',
    refreshToken: 'refresh-0',
    expiresAt: Date.now() + HOUR,
  };
  await run.wait('setSession()', managers[0]?.setSession(first) ?? Promise.resolve());
  for (let round = 1; round <= 3; round++) {
    await Promise.all(managers.map((each) => run.wait('getToken()', each.getToken())));
    const got = await Promise.all(managers.map((each) => run.wait('refresh()', each.refresh())));
    equal(
      redeemed,
      Array.from({ length: round }, (_, number) => `refresh-${number}`),
      'what was redeemed',
    );
    equal(
      got.map((token) => token.accessToken),
      managers.map(() => `access-${round}`),
      'what the managers have',
    );
  }
}
