import { gatewayInBrowsers } from '../../../test/support/gateway/gateway-in-browsers.ts';

// ky has an error of its own around fetch's TypeError.
gatewayInBrowsers(new URL('contract/gateway-page.ts', import.meta.url), {
  fetch: 'TypeError',
  ky: 'NetworkError',
});
