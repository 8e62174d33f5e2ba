import { contractInChromium } from '../../../test/support/browser-contract/contract-in-chromium.ts';
import { inBrowser } from './contract/in-browser.ts';

contractInChromium(new URL('contract/page.ts', import.meta.url), inBrowser);
