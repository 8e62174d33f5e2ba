/** Goes through a login as a browser would: follows redirects, keeps cookies, presses the button. Gives the URL that it came back to. */
export async function visit(
  page: URL,
  redirectUrl: string,
  signal: AbortSignal | null = null,
): Promise<URL> {
  const cookies = new Map<string, string>();
  let [url, method] = [page, 'GET'];
  for (let steps = 0; steps < 20; steps++) {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      signal,
    });
    await response.body?.cancel();
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    method = location === null ? 'POST' : 'GET';
    if (location === null && response.status !== 200)
      throw new Error(`the login page answered ${response.status}`);
    url = new URL(location ?? url, url);
    if (url.href.startsWith(redirectUrl)) return url;
  }
  throw new Error('the login went in circles');
}
