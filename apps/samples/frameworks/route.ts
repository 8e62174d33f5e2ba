import { sessions } from './sessions.ts';

const sessionIdOf = (request) => /sid=(\w+)/.exec(request.headers.get('cookie'))?.[1];

// from docs/frameworks.md#nextjs:2
