// A back end with other people's connections: one process owns the refresh tokens, the workers ask it.
import { createServer, type IncomingMessage } from 'node:http';
import { attachAuth } from '@unexpired/axios';
import { createAuthFetch } from '@unexpired/fetch';
import { remoteTokens } from '@unexpired/remote';
import { type ApiKey, createApiKey, createService, postgres, sqlite } from '@unexpired/service';
import axios from 'axios';
import { Pool } from 'pg';

// Once, at a desk: the key for the worker, the entry for the broker's configuration.
const { key, entry } = createApiKey({ id: 'worker', scopes: ['read:acme:', 'reject:acme:'] });
console.log(key, JSON.stringify(entry));

declare const entries: readonly ApiKey[];
declare const encryption: Uint8Array;
declare const handle: (
  fetch: (request: Request) => Promise<Response>,
) => (request: IncomingMessage) => void;

const url = process.env['DATABASE_URL'];
const broker = createService({
  providers: {
    crm: {
      issuer: 'https://id.crm.example',
      clientId: 'broker',
      clientSecret: process.env['CRM_SECRET'],
      rotation: { grace: 30_000 },
      extra: ['instance_url'],
    },
  },
  database: url ? postgres(new Pool({ connectionString: url })) : sqlite('./sessions.db'),
  keys: { encryption, api: entries },
});
broker.subscribe((event) => {
  if (event.type === 'sessionEnded') console.warn(event.name, event.error.code);
  if (event.type === 'requestFailed') console.error(event.requestId, event.error);
});
const server = createServer(handle(broker.fetch)).listen(8080, '127.0.0.1');
process.once('SIGTERM', () => server.close(() => void broker.close()));

// In the worker: a manager like any other.
const tokens = remoteTokens({
  url: 'https://tokens.internal.example',
  session: 'acme:42',
  credentials: () => process.env['BROKER_KEY'],
});
const crm = axios.create({ baseURL: 'https://api.crm.example' });
attachAuth(crm, tokens);
export const crmFetch = createAuthFetch(tokens, { origins: ['https://api.crm.example'] });
// Validate once, then fan out.
export const forAnHour = await tokens.getToken({ validFor: 3_600_000 });
