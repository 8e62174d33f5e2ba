import { randomBytes } from 'node:crypto';
import { createApiKey } from '@unexpired/service';

const one = createApiKey({ id: 'depositor', scopes: ['write:acme:'] });
const another = createApiKey({ id: 'worker', scopes: ['read:acme:', 'reject:acme:'] });
process.env.ENCRYPTION_KEY = randomBytes(32).toString('base64');
process.env.API_KEYS = JSON.stringify([one.entry, another.entry]);
process.env.CRM_SECRET = 'secret';
process.env.BROKER_KEY = another.key;

/** What may deposit. */
export const depositor = one.key;
