// A process of an MCP client whose login page is never answered: nobody presses the button.
import { fileStore } from '@unexpired/node';
import { mcpSession } from '../../src/index.ts';

const [url = '', file = '', redirectUrl = ''] = process.argv.slice(2);
const session = mcpSession({
  serverUrl: url,
  store: fileStore(file),
  client: { client_name: 'test' },
  redirectUrl,
  authorize() {
    process.send?.({ kind: 'opened' });
    return new Promise(() => undefined);
  },
});
await session.signIn();
