import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { migrateAxiosAuthRefresh } from '@unexpired/codemod';
import { root } from '../../../scripts/workspace.ts';

const HEAD = `import axios from 'axios';
import refresher from 'axios-auth-refresh';
const api = axios.create({ baseURL: '/api' });
`;
const LOGIC = "() => api.post('/r')";
const withToken = (body: string): string =>
  `${HEAD}refresher(api, async (failed) => { const { data } = await api.post('/r'); ${body} });\n`;
const sends = (credential: string): string =>
  `${HEAD}refresher(api, async () => { const { data } = await api.post('/r', ${credential}); localStorage.setItem('token', data.accessToken); });\n`;

function reasonOf(source: string, file = 'file.ts'): string {
  const migration = migrateAxiosAuthRefresh(source, file);
  return migration.outcome === 'refused' ? (migration.reasons[0]?.text ?? '') : migration.outcome;
}

function outputOf(source: string, file = 'file.ts'): string {
  const migration = migrateAxiosAuthRefresh(source, file);
  return migration.outcome === 'moved' ? migration.output : JSON.stringify(migration);
}

describe('a file is refused', () => {
  it.each([
    [
      'two calls',
      `${HEAD}refresher(api, ${LOGIC});\nrefresher(axios, ${LOGIC});\n`,
      'more than once',
    ],
    [
      'a result that is used',
      `${HEAD}const id = refresher(api, ${LOGIC});\n`,
      'what the function returns is used',
    ],
    [
      'an exported callback',
      `${HEAD}export const renew = ${LOGIC};\nrefresher(api, renew);\n`,
      '`renew` is exported',
    ],
    [
      'a callback of another module',
      `${HEAD}import { logic } from './logic';\nrefresher(api, logic);\n`,
      'no function that this module declares',
    ],
    [
      'a refresh in another function',
      `${HEAD}refresher(api, () => authApi.renew().then(() => {}));\n`,
      'the request that refreshes is not in the callback',
    ],
    ['a mock of the library', "jest.mock('axios-auth-refresh');\n", 'imported or mocked'],
    [
      'the library as a whole',
      "import * as all from 'axios-auth-refresh';\n",
      'imported as a whole',
    ],
    ['options from elsewhere', `${HEAD}refresher(api, ${LOGIC}, options);\n`, 'not written out'],
    [
      'an unknown option',
      `${HEAD}refresher(api, ${LOGIC}, { other: 1 });\n`,
      'the option `other` is not known',
    ],
    [
      'another retry instance',
      `${HEAD}refresher(api, ${LOGIC}, { retryInstance: axios });\n`,
      '`retryInstance` is another instance',
    ],
    [
      'network errors',
      `${HEAD}refresher(api, ${LOGIC}, { interceptNetworkError: true });\n`,
      '`interceptNetworkError`',
    ],
    [
      'status codes that are no numbers',
      `${HEAD}refresher(api, ${LOGIC}, { statusCodes: codes });\n`,
      'no list of numbers',
    ],
    [
      'a call in a hook',
      `${HEAD}const useAuth = () => { useEffect(() => { refresher(api, ${LOGIC}); }); };\n`,
      'one manager has to serve',
    ],
    [
      'an instance that is handed in',
      `${HEAD}export function setup(one) { refresher(one, ${LOGIC}); }\n`,
      'one manager has to serve',
    ],
    [
      'a failure that is looked into',
      `${HEAD}refresher(api, async () => { try { await api.post('/r'); } catch (error) { if (error.response.status === 401) leave(); throw error; } });\n`,
      'depends on the error',
    ],
    [
      'an answer that is looked into',
      withToken('if (data.ok) { go(); }'),
      'branches on the answer',
    ],
    [
      'a header that is set later',
      withToken('setTimeout(() => { failed.config.headers.Authorization = data.token; }, 9);'),
      'the failed request',
    ],
    [
      'another scheme',
      withToken('failed.config.headers.Authorization = `JWT ${data.token}`;'),
      'carries something else',
    ],
    [
      'a token that is read from elsewhere',
      withToken('failed.config.headers.Authorization = `Bearer ${getToken()}`;'),
      'no member of the refresh',
    ],
    [
      'a token in a state',
      sends('{ refreshToken: store.getState().refreshToken }'),
      'the refresh token comes from',
    ],
    [
      'a token in a cookie',
      sends("{ refreshToken: Cookies.get('refreshToken') }"),
      'the refresh token comes from',
    ],
    [
      'a token that is decoded',
      sends("{ refresh: JSON.parse(localStorage.getItem('auth')).refresh }"),
      'the refresh token comes from',
    ],
    [
      'a token that is cut',
      sends("{ refresh: localStorage.getItem('refresh')!.slice(1) }"),
      'the refresh token comes from',
    ],
    [
      'an answer that is handed on',
      `${HEAD}refresher(api, async () => { const { data } = await api.post('/r', { refresh: localStorage.getItem('refresh') }); save(data); localStorage.setItem('token', data.token); });\n`,
      'the new refresh token is not seen',
    ],
    ['a body that a function makes', sends('formData()'), 'the refresh token comes from'],
    [
      'cookies, and a header all the same',
      `${HEAD}api.defaults.headers.common.Authorization = token;\nrefresher(api, ${LOGIC});\n`,
      'a header is sent',
    ],
    [
      'a request that may need its token',
      "api.post('/logout', {}, { skipAuthRefresh: true });\n",
      'may need its token',
    ],
    ['a syntax error', `${HEAD}refresher(api, (;\n`, 'a syntax that the parser does not know'],
  ])('for %s', (_name, source, says) => {
    expect(reasonOf(source)).toContain(says);
  });

  it('where it is a component', () => {
    expect(reasonOf("<script>import a from 'axios-auth-refresh'</script>", 'a.vue')).toContain(
      'not parsed',
    );
  });
});

describe('a file is left alone', () => {
  it.each([
    ['without the library', 'const a = 1;\n'],
    ['with the library in a comment', "// import a from 'axios-auth-refresh'\n"],
  ])('%s', (_name, source) => {
    expect(migrateAxiosAuthRefresh(source, 'file.ts')).toEqual({ outcome: 'untouched' });
  });
});

describe('a file is rewritten', () => {
  it('with a header of its own', () => {
    expect(outputOf(withToken("failed.config.headers['X-Token'] = data.accessToken;"))).toContain(
      "attachAuth(api, tokens, { header: 'X-Token' });",
    );
  });

  it('with an `onRetry` that sets the header alone, which goes', () => {
    const onRetry =
      'onRetry: (config) => { config.headers.Authorization = `Bearer ${get()}`; return config; }';
    const source = withToken(
      'failed.config.headers.Authorization = `Bearer ${data.access_token}`;',
    ).replace(/\);\n$/, `, { ${onRetry} });\n`);
    expect(outputOf(source)).not.toContain('onRetry');
  });

  it('with another name for the token that it is given, where the answer takes the first', () => {
    const source = `${HEAD}refresher(api, async () => {
  const { data } = await api.post('/r', { refresh: localStorage.getItem('refresh') });
  const { access, refreshToken } = data;
  localStorage.setItem('access', access);
  localStorage.setItem('refresh', refreshToken);
});
`;
    expect(outputOf(source)).toContain(
      `refresh: async ({ refreshToken: oldRefreshToken }, { signal }) => {
    const { data } = await api.post('/r', { refresh: oldRefreshToken }, { signal });
    const { access, refreshToken } = data;
    return { accessToken: access, refreshToken };
  },`,
    );
  });

  it('with the new refresh token, also where a function of its own stores it', () => {
    const source = `${HEAD}refresher(api, async () => {
  const { data } = await api.post('/r', { refresh: localStorage.getItem('refresh') });
  save({ access: data.access, refresh: data.renewal.refresh });
});
`;
    expect(outputOf(source)).toContain(
      'return { accessToken: data.access, refreshToken: data.renewal.refresh };',
    );
  });

  it('with tokens in sessionStorage', () => {
    const source = `${HEAD}refresher(api, async () => { const { data } = await api.post('/r', { refresh: sessionStorage.getItem('refresh') }); sessionStorage.setItem('access', data.accessToken); });\n`;
    expect(outputOf(source)).toContain("store: storageStore(sessionStorage, 'session'),");
  });

  it('with what else it stores kept', () => {
    expect(
      outputOf(
        withToken(
          "localStorage.setItem('user', data.user); localStorage.setItem('token', data.token);",
        ),
      ),
    ).toContain(
      "    localStorage.setItem('user', data.user);\n    return { accessToken: data.token };",
    );
  });

  it('with the ends of lines that it had', () => {
    const output = outputOf(`${HEAD}refresher(api, ${LOGIC});\n`.replaceAll('\n', '\r\n'));
    expect(output).toContain('attachAuth(api, session);\r\n');
    expect(output).not.toMatch(/(?<!\r)\n/);
  });

  it('where it has only logins that skip the refresh', () => {
    expect(outputOf("api.post('/auth/login', body, { skipAuthRefresh: true });\n")).toBe(
      "api.post('/auth/login', body, { tokens: false });\n",
    );
  });

  it('with `module.exports` of an object, which gets the manager', () => {
    const source = `const { default: make } = require('axios-auth-refresh');
const axios = require('axios');
const api = axios.create({ baseURL: 'https://a.example.com' });
make(api, () => axios.post('https://a.example.com/r'));
module.exports = { api };
`;
    expect(outputOf(source, 'a.cjs')).toContain('module.exports = { api, session };');
  });
});

describe('what is left to do', () => {
  const stepsOf = (source: string): string[] => {
    const migration = migrateAxiosAuthRefresh(source, 'file.ts');
    return migration.outcome === 'moved'
      ? migration.steps.map(({ line, section }) => `${line} ${section}`)
      : [];
  };

  it('names logins, sign-outs, other headers, other readers, interceptors of the refresh, and the shape of the answer', () => {
    const source = `${withToken("localStorage.setItem('token', data.token);")}
api.defaults.headers.common.Authorization = old;
api.interceptors.response.use((response) => response.data);
const isSignedIn = () => localStorage.getItem('token') !== null;
`;
    expect(stepsOf(source)).toEqual([
      '4 after-the-login',
      '4 sign-out',
      '6 what-goes',
      '8 which-store-replaces-what',
      '7 the-refresh-call',
      '4 token-shapes-and-expiry',
    ]);
  });

  it('names the origins where no base URL is seen', () => {
    expect(
      stepsOf(`${HEAD.replace("{ baseURL: '/api' }", '')}refresher(api, ${LOGIC});\n`),
    ).toContain('3 which-origins');
  });
});

it('links to headings that the migration page has', () => {
  const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
  const [, union = ''] =
    /export type Section =([^;]+);/.exec(read('packages/codemod/src/remark.ts')) ?? [];
  const sections = [...union.matchAll(/'([\w-]+)'/g)].map(([, section = '']) => section);
  const headings = [...read('docs/migrate/axios-auth-refresh.md').matchAll(/^## (.+)$/gm)].map(
    ([, title = '']) => title.toLowerCase().replaceAll(' ', '-'),
  );
  expect(sections.length).toBeGreaterThan(10);
  expect(sections.filter((section) => !headings.includes(section))).toEqual([]);
});
