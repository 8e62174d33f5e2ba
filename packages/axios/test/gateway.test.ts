import { gatewayInBrowsers } from '../../../test/support/gateway/gateway-in-browsers.ts';

gatewayInBrowsers(new URL('contract/gateway-page.ts', import.meta.url), {
  'axios, xhr': 'ERR_NETWORK',
  'axios, fetch': 'ERR_NETWORK',
  'axios 1.7, xhr': 'ERR_NETWORK',
  'axios 1.7, fetch': 'ERR_NETWORK',
});
