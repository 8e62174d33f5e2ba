import { contractInBrowsers } from '../../../test/support/browser-contract/contract-in-browsers.ts';
import { inBrowser } from './contract/in-browser.ts';

contractInBrowsers(new URL('contract/page.ts', import.meta.url), inBrowser);
