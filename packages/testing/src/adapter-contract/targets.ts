import { equal } from './check.ts';
import { startSession } from './session.ts';
import type { ContractContext } from './types.ts';

/** URLs that one parser or another takes for an allowed origin. `here` is the allowed host and port, `there` another. */
const hostile: Record<string, (here: string, there: string) => string> = {
  'an allowed origin as user info': (here, there) => `http://${here}@${there}/echo`,
  'an allowed origin with user info': (here) => `http://user:pw@${here}/echo`,
  'a backslash before an at sign': (here, there) => `http://${here}\\@${there}/echo`,
  'backslashes for slashes': (here) => `http:\\\\${here}\\echo`,
  'one slash': (here) => `http:/${here}/echo`,
  'no scheme': (_here, there) => `//${there}/echo`,
  'a tab in the host': (here) => `http://${here.slice(0, 3)}\t${here.slice(3)}/echo`,
  'a line break in the host': (here) => `http://${here.slice(0, 3)}\n${here.slice(3)}/echo`,
  'a line break in the scheme': (here) => `ht\ntp://${here}/echo`,
  'a blank before it': (here) => ` http://${here}/echo`,
  'a percent sign in the host': (here) => `http://${here.replace('.', '%2e')}/echo`,
  'full stops outside ASCII': (here) => `http://${here.replaceAll('.', '\u3002')}/echo`,
  'digits outside ASCII': (here) => `http://${here.replace('1', '\uff11')}/echo`,
  'another spelling of the address': (here) => `http://${here.replace('127.0.0.1', '127.1')}/echo`,
};

/** Where a token may go, and what a 401 from elsewhere means. */
export function targets({ adapter, api, it }: ContractContext): void {
  const authorizations = (): (string | undefined)[] =>
    api().requests.map(({ authorization }) => authorization);

  it('sends no token to another origin, and repairs no 401 from there', async () => {
    const session = startSession(api());
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    equal((await send({ url: `${api().foreignOrigin}/echo` })).status, 401, 'status');
    equal([authorizations(), session.refreshes], [[undefined], 0], 'sent');
  });

  it('takes the token off a redirect to another origin, and repairs no 401 from there', async () => {
    const session = startSession(api(), { start: 'good' });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const { status } = await send({
      url: `${api().origin}/redirect?to=${encodeURIComponent(`${api().foreignOrigin}/echo`)}`,
    });
    equal(status, 401, 'status');
    equal(
      api().requests.some(({ foreign, authorization }) => foreign && authorization !== undefined),
      false,
      'sent to the other origin',
    );
    if (!adapter.hidesRedirects)
      equal([session.refreshes, api().requests.length], [0, 2], 'refreshes and requests');
  });

  it('takes the token off each kind of redirect of an upload to another origin, and nothing else', async () => {
    const session = startSession(api(), { start: 'good' });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const to = encodeURIComponent(`${api().foreignOrigin}/public`);
    for (const status of [301, 302, 303, 307, 308]) {
      const answer = await send({
        url: `${api().origin}/redirect?status=${status}&to=${to}`,
        method: 'POST',
        body: 'upload',
      });
      equal(answer.status, 200, `status after a ${status}`);
    }
    const arrived = api()
      .requests.filter(({ foreign }) => foreign)
      .map(({ method, body, authorization }) => [method, body, authorization]);
    const [asGet, asItWas] = [
      ['GET', '', undefined],
      ['POST', 'upload', undefined],
    ];
    equal(arrived, [asGet, asGet, asGet, asItWas, asItWas], 'at the other origin');
    equal(session.refreshes, 0, 'refreshes');
  });

  it('keeps the token on a redirect within the origin', async () => {
    const session = startSession(api(), { start: 'good' });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    equal((await send({ url: `${api().origin}/redirect?to=/echo` })).status, 200, 'status');
    equal(authorizations(), ['Bearer good-0', 'Bearer good-0'], 'sent');
  });

  for (const [name, write] of Object.entries(hostile)) {
    it(`sends no token to ${name}`, async () => {
      const session = startSession(api(), { start: 'good' });
      const send = adapter.create(session.tokens, { origins: [api().origin] });
      const [here, there] = [api().origin, api().foreignOrigin].map((origin) =>
        origin.slice('http://'.length),
      ) as [string, string];
      // Whether the client sends it at all, and where, is its own business.
      await send({ url: write(here, there) }).catch(() => undefined);
      // A caller that makes a Request of it has it parsed for good, and may be sure where it goes.
      const parsed = adapter.keepsSignal === false;
      const signed = api().requests.filter(
        ({ foreign, authorization }) => (foreign || !parsed) && authorization?.includes('good-0'),
      );
      equal(signed, [], 'signed');
      equal(session.refreshes, 0, 'refreshes');
    });
  }

  it('sends no token to a port that an allowed one is the beginning of', async () => {
    const session = startSession(api(), { start: 'good' });
    const send = adapter.create(session.tokens, { origins: [api().foreignOrigin.slice(0, -1)] });
    await send({ url: `${api().foreignOrigin}/echo` });
    equal(authorizations(), [undefined], 'sent');
  });

  it('sends nothing without the token to an allowed origin, in whatever case', async () => {
    const session = startSession(api(), { start: 'good' });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    // axios 1.7 with its xhr adapter knows no scheme in capitals.
    await send({ url: `${api().origin.replace('http', 'HTTP')}/echo` }).catch(() => undefined);
    await send({ url: `${api().origin}/ECHO` });
    equal(new Set(authorizations()).size, 1, 'sent');
    equal(authorizations().at(-1), 'Bearer good-0', 'sent');
  });
}
