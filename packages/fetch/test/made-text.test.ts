import { describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';

const HERE = 'https://api.example.com';

/** What fetch makes text of at the call, and its caller may change afterwards. */
const TEXTS: Record<string, () => { readonly value: unknown; change(): void }> = {
  'a URL'() {
    const value = new URL('https://one.example/');
    return { value, change: () => void (value.pathname = '/two') };
  },
  'a list'() {
    const value = ['one'];
    return { value, change: () => void value.push('two') };
  },
  'an object with a toString of its own'() {
    const value = { text: 'one', toString: () => value.text };
    return { value, change: () => void (value.text = 'two') };
  },
  'an object with a primitive of its own'() {
    const value = { text: 'one', [Symbol.toPrimitive]: () => value.text };
    return { value, change: () => void (value.text = 'two') };
  },
  'a date'() {
    const value = new Date(0);
    return { value, change: () => void value.setTime(86_400_000) };
  },
  'an error'() {
    const value = new Error('one');
    return { value, change: () => void (value.message = 'two') };
  },
};

describe.each(Object.entries(TEXTS))('%s', (_kind, make) => {
  const sent = async (init: (value: unknown) => RequestInit, early: boolean) => {
    const calls: { readonly body: string; readonly x: string | null }[] = [];
    let refresh = (): void => undefined;
    const { value, change } = make();
    const fetch = async (_url: string, given: RequestInit): Promise<Response> => {
      // A fetch makes text of all of it before it returns.
      calls.push({ body: String(given.body as string), x: new Headers(given.headers).get('x') });
      refresh = change;
      return new Response(null, { status: calls.length === 1 && !early ? 401 : 200 });
    };
    const tokens = ({ rejected }: { readonly rejected?: string }): string => {
      if (rejected) refresh();
      return rejected ? 'new' : 'old';
    };
    const sending = createAuthFetch(tokens, { origins: [HERE], fetch })(HERE, {
      method: 'POST',
      ...init(value),
    });
    if (early) change();
    await sending;
    return calls;
  };

  it.each([
    ['changed while the request waits', true],
    ['changed before it is sent again', false],
  ])('is sent as it was at the call, %s', async (_when, early) => {
    const text = String(make().value);
    const body = (value: unknown): RequestInit => ({ body: value as string });
    const headers = (value: unknown): RequestInit => ({ headers: { x: value as string } });
    expect([...new Set((await sent(body, early)).map((call) => call.body))]).toEqual([text]);
    expect([...new Set((await sent(headers, early)).map(({ x }) => x))]).toEqual([text]);
  });
});
