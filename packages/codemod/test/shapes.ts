/** A file that uses axios-auth-refresh, in the shape of one that is public; its code is our own. */
interface Shape {
  readonly name: string;
  /** Where the shape was seen. */
  readonly link: string;
  readonly file: string;
  readonly source: string;
}

/** What is rewritten, and what it becomes. */
export const MOVED: readonly (Shape & { readonly output: string })[] = [
  {
    name: 'a callback of `then`, tokens in localStorage, an answer in its own spelling',
    link: 'https://github.com/Flyrell/axios-auth-refresh/issues/117',
    file: 'then.ts',
    source: `import axios from 'axios';
import createAuthRefreshInterceptor from 'axios-auth-refresh';

const instance = axios.create({ baseURL: 'https://api.example.com' });

// Called when the API says 401
const refreshAuthLogic = (failedRequest: any) =>
  axios
    .post('https://api.example.com/token/refresh/', {
      refresh: localStorage.getItem('refreshToken'),
    })
    .then((answer) => {
      localStorage.removeItem('accessToken');
      localStorage.setItem('accessToken', answer.data.access);
      failedRequest.response.config.headers['Authorization'] = 'Bearer ' + answer.data.access;
      return Promise.resolve();
    });

createAuthRefreshInterceptor(instance, refreshAuthLogic);

export default instance;
`,
    output: `import axios from 'axios';
import { createTokenManager } from 'unexpired';
import { attachAuth } from '@unexpired/axios';
import { browserStore } from '@unexpired/browser';

const instance = axios.create({ baseURL: 'https://api.example.com' });

export const tokens = createTokenManager({
  store: browserStore(),
  refresh: async ({ refreshToken }, { signal }) => {
    const answer = await axios
      .post('https://api.example.com/token/refresh/', {
        refresh: refreshToken,
      }, { signal });
    return { accessToken: answer.data.access };
  },
});
attachAuth(instance, tokens);

// Sessions that localStorage has from before are taken over, once. Requests wait for it.
async function takeOverSession() {
  const accessToken = localStorage.getItem('accessToken');
  if (!accessToken) return;
  await tokens.setSession({ accessToken, refreshToken: localStorage.getItem('refreshToken') ?? undefined });
  localStorage.removeItem('accessToken');
  localStorage.removeItem('refreshToken');
}
if (typeof localStorage !== 'undefined') void takeOverSession();

export default instance;
`,
  },
  {
    name: '`statusCodes` of its own, and the refresh token in a header',
    link: 'https://github.com/Flyrell/axios-auth-refresh/issues/118',
    file: 'status-codes.ts',
    source: `import axios from 'axios';
import createAuthRefreshInterceptor from 'axios-auth-refresh';

const refreshAuthLogic = (failedRequest: any) =>
  axios({
    url: '/graphql',
    method: 'post',
    headers: { Authorization: 'bearer ' + localStorage.getItem('rt') },
    data: {
      query: \`
        mutation { renew { accessToken refreshToken } }
      \`,
    },
  }).then((answer) => {
    localStorage.setItem('at', answer.data.renew.accessToken);
    localStorage.setItem('rt', answer.data.renew.refreshToken);
    failedRequest.response.config.headers['Authorization'] = 'Bearer ' + localStorage.getItem('at');
    return Promise.resolve();
  });

createAuthRefreshInterceptor(axios, refreshAuthLogic, {
  statusCodes: [401, 403],
});
`,
    output: `import axios from 'axios';
import { createTokenManager } from 'unexpired';
import { attachAuth } from '@unexpired/axios';
import { browserStore } from '@unexpired/browser';

export const tokens = createTokenManager({
  store: browserStore(),
  refresh: async ({ refreshToken }, { signal }) => {
    const answer = await axios({
      url: '/graphql',
      method: 'post',
      headers: { Authorization: 'bearer ' + refreshToken },
      data: {
        query: \`
        mutation { renew { accessToken refreshToken } }
      \`,
      }, signal,
    });
    return { accessToken: answer.data.renew.accessToken, refreshToken: answer.data.renew.refreshToken };
  },
});
attachAuth(axios, tokens, { classify: ({ status }) => (status === 403 ? 'rejected' : undefined) });

// Sessions that localStorage has from before are taken over, once. Requests wait for it.
async function takeOverSession() {
  const accessToken = localStorage.getItem('at');
  if (!accessToken) return;
  await tokens.setSession({ accessToken, refreshToken: localStorage.getItem('rt') ?? undefined });
  localStorage.removeItem('at');
  localStorage.removeItem('rt');
}
if (typeof localStorage !== 'undefined') void takeOverSession();
`,
  },
  {
    name: 'CommonJS on a server, which signs in again, and an interceptor that sets the header',
    link: 'https://github.com/Flyrell/axios-auth-refresh/issues/72',
    file: 'commonjs.cjs',
    source: `const axios = require('axios');
const createAuthRefreshInterceptor = require('axios-auth-refresh').default;

const instance = axios.create({
    baseURL: 'https://api.example.com/v1',
});

let authToken = '';

const refreshAuthLogic = (failedRequest) => {
    console.log('signing in');
    return instance
        .post('/auth/login/', {
            username: process.env.API_USER,
            password: process.env.API_PASS,
        }, { skipAuthRefresh: true })
        .then((answer) => {
            authToken = answer.data.token;
            failedRequest.response.config.headers['Authorization'] = 'Bearer ' + answer.data.token;
            return Promise.resolve();
        });
};

instance.interceptors.request.use((request) => {
    request.headers.Authorization = \`Bearer \${authToken}\`;
    return request;
});

createAuthRefreshInterceptor(instance, refreshAuthLogic);

module.exports = instance;
`,
    output: `const axios = require('axios');
const { createTokenManager } = require('unexpired');
const { attachAuth } = require('@unexpired/axios');

const instance = axios.create({
    baseURL: 'https://api.example.com/v1',
});

let authToken = '';

const tokens = createTokenManager({
  acquire: async ({ signal }) => {
    console.log('signing in');
    const answer = await instance
        .post('/auth/login/', {
            username: process.env.API_USER,
            password: process.env.API_PASS,
        }, { signal });
    authToken = answer.data.token;
    return { accessToken: answer.data.token };
  },
});
attachAuth(instance, tokens);

module.exports = instance;
`,
  },
  {
    name: '`pauseInstanceWhileRefreshing` and `retryInstance`, tokens in cookies',
    link: 'https://github.com/furion1991/stardrop/blob/main/src/shared/api/api.ts',
    file: 'cookies.ts',
    source: `import axios from 'axios'
import createAuthRefreshInterceptor from 'axios-auth-refresh'

export const API = axios.create({
  baseURL: \`/api\`,
  withCredentials: true
})

createAuthRefreshInterceptor(API, () => API.post('/auth/refresh'), {
  statusCodes: [401],
  pauseInstanceWhileRefreshing: true,
  retryInstance: API
})
`,
    output: `import axios from 'axios'
import { cookieSession } from 'unexpired'
import { attachAuth } from '@unexpired/axios'
import { browserStore } from '@unexpired/browser'

export const API = axios.create({
  baseURL: \`/api\`,
  withCredentials: true
})

export const session = cookieSession({
  store: browserStore(),
  refresh: ({ signal }) => API.post('/auth/refresh', undefined, { signal }),
});
attachAuth(API, session);
`,
  },
  {
    name: 'a wrapper function with `try`, version 5, `skipAuthRefresh` on the login',
    link: 'https://github.com/CodeForPhilly/prevention-point/blob/develop/frontend/src/api/index.js',
    file: 'wrapper.ts',
    source: `import axios from 'axios';
import { createAuthRefresh, type AxiosAuthRefreshRequestConfig } from 'axios-auth-refresh';

const api = axios.create({ baseURL: 'https://api.example.com' });
const getRefreshToken = (): string | null => localStorage.getItem('refresh_token');

export function setupInterceptors(onLogout: () => void): void {
  createAuthRefresh(
    api,
    async (failedRequest) => {
      const refreshToken = getRefreshToken();
      if (!refreshToken) throw new Error('nobody is signed in');
      try {
        const { data } = await axios.post('https://api.example.com/auth/refresh', { refreshToken });
        localStorage.setItem('access_token', data.access_token);
        localStorage.setItem('refresh_token', data.refresh_token);
        failedRequest.response.config.headers.set('Authorization', \`Bearer \${data.access_token}\`);
      } catch (error) {
        localStorage.removeItem('access_token');
        localStorage.removeItem('refresh_token');
        onLogout();
        return Promise.reject(error);
      }
    },
    { statusCodes: [419], maxRetries: 1 },
  );
  api.interceptors.request.use((config) => {
    config.headers.Authorization = \`Bearer \${localStorage.getItem('access_token')}\`;
    return config;
  });
}

export const login = (body: object) =>
  api.post('/auth/login', body, { skipAuthRefresh: true } as AxiosAuthRefreshRequestConfig);
`,
    output: `import axios from 'axios';
import { createTokenManager } from 'unexpired';
import { attachAuth } from '@unexpired/axios';
import { browserStore } from '@unexpired/browser';
import type { AxiosRequestConfig } from 'axios';

const api = axios.create({ baseURL: 'https://api.example.com' });
const getRefreshToken = (): string | null => localStorage.getItem('refresh_token');

export function setupInterceptors(onLogout: () => void) {
  const tokens = createTokenManager({
    store: browserStore(),
    refresh: ({ refreshToken }, { signal }) => axios.post('https://api.example.com/auth/refresh', { refreshToken }, { signal }),
  });
  attachAuth(api, tokens, { classify: ({ status }) => (status === 419 ? 'rejected' : 'accepted') });

  tokens.subscribe((event) => {
    if (event.type !== 'sessionEnded') return;
    onLogout();
  });

  // Sessions that localStorage has from before are taken over, once. Requests wait for it.
  async function takeOverSession() {
    const accessToken = localStorage.getItem('access_token');
    if (!accessToken) return;
    await tokens.setSession({ accessToken, refreshToken: localStorage.getItem('refresh_token') ?? undefined });
    localStorage.removeItem('access_token');
    localStorage.removeItem('refresh_token');
  }
  if (typeof localStorage !== 'undefined') void takeOverSession();
  return tokens;
}

export const login = (body: object) =>
  api.post('/auth/login', body, { tokens: false } as AxiosRequestConfig);
`,
  },
];

/** What is left as it is, the line that is in the way, and what is said of it. */
export const REFUSED: readonly (Shape & {
  readonly line: number;
  readonly section: string;
  readonly says: RegExp;
})[] = [
  {
    name: 'a callback that reads the failed request',
    link: 'https://github.com/CodeForPhilly/prevention-point/blob/develop/frontend/src/api/refreshAuthLogic.js',
    file: 'failed-request.js',
    source: `import axios from "axios"
import createAuthRefreshInterceptor from "axios-auth-refresh"

const api = axios.create({ baseURL: "/api" })

const refreshAuthLogic = async failedRequest => {
  const refreshToken = localStorage.getItem("JWT_REFRESH")
  const answer = await api.post("/token/refresh/", { refresh: refreshToken })
  localStorage.setItem("JWT_ACCESS", answer.data.access)
  if (failedRequest.response.config.url === "/token/verify/") {
    failedRequest.response.config.data = { token: answer.data.access }
  }
  failedRequest.response.config.headers["Authorization"] = \`Bearer \${answer.data.access}\`
  return Promise.resolve()
}

createAuthRefreshInterceptor(api, refreshAuthLogic)
`,
    line: 10,
    section: 'the-failed-request',
    says: /reads or changes the failed request/,
  },
  {
    name: '`shouldRefresh` with a business code',
    link: 'https://github.com/furion1991/stardrop/blob/17ebbf558b4c6ff9b7397e1918e6ea1904f41502/src/shared/api/api.ts',
    file: 'should-refresh.ts',
    source: `import axios from 'axios'
import createAuthRefreshInterceptor from 'axios-auth-refresh'

export const API = axios.create({ baseURL: '/api', withCredentials: true })

createAuthRefreshInterceptor(API, () => API.post('/auth/refresh'), {
  shouldRefresh: (error) => error.response?.data?.code === 100385
})
`,
    line: 7,
    section: 'which-refusals-count',
    says: /`shouldRefresh`.*`classify\(response, request\)`/,
  },
  {
    name: '`onRetry` that changes more than the header',
    link: 'https://github.com/Flyrell/axios-auth-refresh/blob/master/README.md',
    file: 'on-retry.ts',
    source: `import axios from 'axios';
import createAuthRefreshInterceptor from 'axios-auth-refresh';

const api = axios.create({ baseURL: '/api' });

createAuthRefreshInterceptor(
  api,
  () => api.post('/auth/refresh', {}, { skipAuthRefresh: true }),
  {
    onRetry: (requestConfig) => ({ ...requestConfig, baseURL: '' }),
  },
);
`,
    line: 10,
    section: 'what-the-retry-changes',
    says: /`onRetry` changes more/,
  },
  {
    name: 'an instance for each object of a class',
    link: 'https://github.com/Flyrell/axios-auth-refresh/issues/190',
    file: 'class.js',
    source: `import axios from 'axios';
import createAuthRefreshInterceptor from 'axios-auth-refresh';

class Api {
  constructor() {
    this.axios = axios.create({});
    createAuthRefreshInterceptor(this.axios, this.refresh, { statusCodes: [401] });
  }

  async refresh() {
    const answer = await axios.post('/token/refresh', {}, { skipAuthRefresh: true });
    localStorage.setItem('access_token', answer.data.access_token);
  }
}

export default new Api();
`,
    line: 7,
    section: 'one-manager-for-a-session',
    says: /one manager has to serve all instances/,
  },
  {
    name: 'tokens in one JSON text of the storage',
    link: 'https://github.com/PacktPublishing/Full-stack-Django-and-React/blob/main/social-media-react/src/helpers/axios.js',
    file: 'json.js',
    source: `import axios from "axios";
import createAuthRefreshInterceptor from "axios-auth-refresh";

const axiosService = axios.create({ baseURL: "http://localhost:8000" });

const refreshAuthLogic = async (failedRequest) => {
  const { refresh } = JSON.parse(localStorage.getItem("auth"));
  return axios
    .post("/refresh/token/", null, {
      baseURL: "http://localhost:8000",
      headers: { Authorization: \`Bearer \${refresh}\` },
    })
    .then((resp) => {
      const { access, refresh } = resp.data;
      failedRequest.response.config.headers["Authorization"] = "Bearer " + access;
      localStorage.setItem("auth", JSON.stringify({ access, refresh }));
    });
};

createAuthRefreshInterceptor(axiosService, refreshAuthLogic);
`,
    line: 11,
    section: 'which-store-replaces-what',
    says: /the refresh token comes from `refresh`/,
  },
];
