import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';

/** The page on which somebody signs in, and what its button does: signs Ada in, and grants what was asked for. */
export async function answerLogin(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST') {
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      .end(
        '<!doctype html><title>Sign in</title><form method="post"><button>Sign in as Ada</button></form>',
      );
    return;
  }
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: 'ada', clientId: String(params['client_id']) });
  const scope = typeof params['scope'] === 'string' ? params['scope'] : '';
  grant.addOIDCScope(scope);
  if (typeof params['resource'] === 'string') grant.addResourceScope(params['resource'], scope);
  await provider.interactionFinished(request, response, {
    login: { accountId: 'ada' },
    consent: { grantId: await grant.save() },
  });
}
