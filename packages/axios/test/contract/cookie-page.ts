import { attachAuth } from '@unexpired/axios';
import { newest, oldest } from './clients.ts';

declare global {
  /** Sends a request whose token is refused; the refresh changes the XSRF cookie, as a server would. */
  var sendWithCookie: (
    which: 'newest' | 'oldest',
    adapter: string,
    origin: string,
  ) => Promise<number>;
}

globalThis.sendWithCookie = async (which, adapter, origin) => {
  document.cookie = 'XSRF-TOKEN=first';
  const source = ({ rejected }: { readonly rejected?: string }): string => {
    if (rejected) document.cookie = 'XSRF-TOKEN=second';
    return rejected ? 'good' : 'old';
  };
  // Under the name of a header that the API of the contract tells about.
  const instance = { newest, oldest }[which].create({
    baseURL: origin,
    adapter,
    xsrfHeaderName: 'Accept',
  });
  attachAuth(instance, source, { origins: [origin] });
  return (await instance.post('/echo', 'x')).status;
};
