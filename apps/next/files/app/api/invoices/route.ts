import { sessions } from '../../../sessions';

function sessionIdOf(request: Request): string | undefined {
  return /sid=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1];
}

// from docs/frameworks.md#nextjs:2
