// The provider of the proof, in a process of its own: oidc-provider as it is, strict, with faults that are switched on for a while,
// a log of every redemption, and an API that takes its access tokens.
import { randomBytes, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';
import { listen } from '../../../oauth/test/support/listen.ts';
import { providerStorage } from '../../../oauth/test/support/provider-storage.ts';
import type { ProviderFault } from '../proof/plan.ts';
import type { ProviderLog, SignIn, ToProvider } from '../proof/provider.ts';
import type { Redemption } from '../proof/record.ts';
import { fingerprint } from '../proof/words.ts';

const CLIENT_ID = 'broker';
/** Ms that an answer takes, as of a provider that is not beside the broker. */
const LATENCY = 100;
const LIFETIME = Number(process.argv[2]);

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const { origin, server } = await listen();
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const provider = new Provider(origin, {
  adapter: providerStorage([
    {
      ...{ client_id: CLIENT_ID, token_endpoint_auth_method: 'none', application_type: 'native' },
      redirect_uris: ['http://127.0.0.1/callback'],
      id_token_signed_response_alg: 'ES256',
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ]),
  cookies: { keys: [randomBytes(32).toString('base64url')] },
  jwks: {
    keys: [
      { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'ES256' },
    ],
  },
  scopes: ['offline_access'],
  features: { devInteractions: { enabled: false } },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  rotateRefreshToken: true,
  ttl: { AccessToken: LIFETIME, RefreshToken: 86_400, Grant: 86_400 },
});
const oauth = provider.callback();

const log: Writable<ProviderLog> = { redemptions: [], issued: [], refusals: [], secrets: [] };
const calls = new Map<IncomingMessage, Writable<Redemption>>();
let fault: ProviderFault | undefined;
let over = Promise.resolve();
let cuts = 0;

type Context = Parameters<Parameters<typeof provider.on>[1]>[0] & {
  readonly req: IncomingMessage;
  readonly oidc: {
    readonly params?: { readonly refresh_token?: string };
    readonly entities: { readonly RefreshToken?: { readonly accountId?: string } };
  };
};
const note = (context: Context, outcome: Redemption['outcome']): void => {
  const call = calls.get(context.req);
  if (call === undefined) return;
  call.outcome = outcome;
  call.token = fingerprint(context.oidc.params?.refresh_token ?? '');
  call.session = context.oidc.entities.RefreshToken?.accountId;
};
provider.on('grant.success', (context) => note(context as unknown as Context, 'rotated'));
provider.on('grant.error', (context, error) => {
  const isReuse = error.error_detail === 'refresh token already used';
  note(context as unknown as Context, isReuse ? 'reuse' : 'refused');
});

async function redeem(
  replica: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call: Writable<Redemption> = {
    ...{ replica, start: Date.now(), end: undefined, outcome: 'fault', isCut: false },
  };
  log.redemptions.push(call);
  response.on('finish', () => (call.end = Date.now()));
  if (fault?.type === '503' || fault?.type === '429') {
    response.writeHead(Number(fault.type), fault.type === '429' ? { 'retry-after': '1' } : {});
    response.end();
    return;
  }
  calls.set(request, call);
  const end = response.end.bind(response);
  const answer = (...parts: Parameters<typeof end>): ServerResponse => {
    calls.delete(request);
    learn(call, String(parts[0]));
    call.isCut = cuts > 0 && call.outcome === 'rotated';
    if (call.isCut) {
      cuts--;
      return request.socket.destroy() && response;
    }
    void Promise.all([over, new Promise((resolve) => setTimeout(resolve, LATENCY))]).then(() =>
      end(...parts),
    );
    return response;
  };
  response.end = answer as typeof response.end;
  await oauth(request, response);
}

function learn({ session, start, outcome }: Redemption, body: string): void {
  if (outcome !== 'rotated' || session === undefined) return;
  const { access_token: access, refresh_token: refresh } = JSON.parse(body) as {
    access_token: string;
    refresh_token: string;
  };
  log.issued.push({
    ...{ session, at: start, lifetime: LIFETIME * 1000 },
    token: fingerprint(access),
  });
  log.secrets.push({ access, refresh });
}

const refused = new Set<string>();

/** Takes an access token, or refuses it from now on. */
async function use(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, sent = ''] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
  const token = await provider.AccessToken.find(sent);
  if (request.method === 'DELETE' && token !== undefined && !refused.has(sent)) {
    refused.add(sent);
    log.refusals.push({ token: fingerprint(sent), at: Date.now() });
  }
  response.writeHead(token !== undefined && !refused.has(sent) ? 200 : 401).end();
}

server.on('request', (request, response) => {
  const [, replica] = /^\/by\/(\d+)\/token$/.exec(request.url ?? '') ?? [];
  if (replica === undefined) return void use(request, response);
  request.url = '/token';
  return void redeem(Number(replica), request, response);
});

async function signIn(session: string, lifetime: number): Promise<SignIn> {
  const client = await provider.Client.find(CLIENT_ID);
  if (client === undefined) throw new Error('no client');
  const grant = new provider.Grant({ accountId: session, clientId: CLIENT_ID });
  grant.addOIDCScope('offline_access');
  const common = {
    ...{ accountId: session, client, grantId: await grant.save(), gty: 'authorization_code' },
    ...{ scope: 'offline_access', expiresWithSession: false },
  };
  const at = Date.now();
  const access = await new provider.AccessToken({ ...common, expiresIn: lifetime }).save();
  const refresh = await new provider.RefreshToken({ ...common, rotations: 0 }).save();
  log.issued.push({ ...{ session, at, lifetime: lifetime * 1000 }, token: fingerprint(access) });
  log.secrets.push({ access, refresh });
  return { session, at, lifetime, access, refresh };
}

function breakDown(next: ProviderFault): void {
  if (next.type === 'cut') {
    cuts += next.calls;
    return;
  }
  fault = next;
  const lasting = new Promise<void>((resolve) => setTimeout(resolve, next.seconds * 1000));
  if (next.type === 'hang') over = lasting;
  void lasting.then(() => {
    if (fault === next) fault = undefined;
  });
}

const tell = (kind: string, body: unknown): void => void process.send?.({ kind, body });
process.on('message', (message: ToProvider) => {
  if (message.kind === 'fault') breakDown(message.fault);
  if (message.kind === 'log') tell('log', log);
  if (message.kind === 'signIns')
    void Promise.all(
      message.sessions.map(({ session, lifetime }) => signIn(session, lifetime)),
    ).then((signIns) => tell('signIns', signIns));
});
process.on('disconnect', () => process.exit());
tell('ready', origin);
