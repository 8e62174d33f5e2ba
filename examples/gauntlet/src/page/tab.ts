// What runs in each tab: the app, on the session that the tabs share. The bundle's entry hands over the contender.
import type { Contender, TokenResponse } from '@unexpired/example-contenders/contender';
import { browserStore } from '@unexpired/browser';
import axiosRetry from 'axios-retry';
import { call, within } from '../calls.ts';
import type { Place } from '../cell/place.ts';

export interface Tab {
  start(place: Place, signedIn?: TokenResponse): Promise<void>;
  run(
    count: number,
    under: string,
  ): Promise<{ readonly state: 'pending' | 'answered' | 'failed' }[]>;
}

export function openTab(contender: Contender): Tab {
  let client: Awaited<ReturnType<Awaited<ReturnType<Contender['start']>>['client']>> | undefined;
  return {
    async start({ address, retry }, signedIn) {
      const plugin = retry && {
        place: retry,
        attach: (api: Parameters<typeof axiosRetry>[0]) => axiosRetry(api, { retries: 3 }),
      };
      const started = await contender.start({
        ...address,
        storage: localStorage,
        store: browserStore(),
        ...(plugin === undefined ? {} : { plugin }),
      });
      if (signedIn !== undefined) await started.setSession(signedIn);
      client = await started.client();
    },
    async run(count, under) {
      if (client === undefined) throw new Error('This tab has not started.');
      const own = client;
      const calls = Array.from({ length: count }, (_, order) =>
        call(own, `/orders/${under}-${order}`),
      );
      await within(30_000, Promise.all(calls.map(({ settled }) => settled)));
      return calls.map(({ state }) => ({ state }));
    },
  };
}
