import type { ContractApi, ReceivedRequest } from '@unexpired/testing';
import type { Question } from './control.ts';

/** Where a page finds the API and what controls it. */
export interface Place {
  readonly origin: string;
  readonly foreignOrigin: string;
  readonly control: string;
}

/** The API of the contract, for a page. Synchronous, as the contract wants it: XMLHttpRequest still can. */
export function remoteApi({ origin, foreignOrigin, control }: Place): ContractApi {
  const ask = (...question: Question): unknown => {
    const request = new XMLHttpRequest();
    request.open('POST', control, false);
    request.send(JSON.stringify(question));
    return JSON.parse(request.responseText);
  };
  return {
    origin,
    foreignOrigin,
    get requests() {
      return ask('requests') as ReceivedRequest[];
    },
    get connections() {
      return ask('connections') as number;
    },
    reset: (token) => void ask('reset', token),
    accept: (token) => void ask('accept', token),
    hold(path) {
      ask('hold', path);
      return () => void ask('release', path);
    },
    async arrived(path, count) {
      await fetch(control, {
        method: 'POST',
        body: JSON.stringify(['arrived', path, count] satisfies Question),
      });
    },
  };
}
