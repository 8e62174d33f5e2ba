import { serveContract } from '../../../../test/support/browser-contract/in-page.ts';
import { inBrowser } from './in-browser.ts';

serveContract(inBrowser);
