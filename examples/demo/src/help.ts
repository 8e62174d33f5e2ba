import { DEFAULT_REQUESTS, MOST_REQUESTS } from './options.ts';

export function helpText(ids: readonly string[]): string {
  return `Usage: npm run demo [-- options]

Signs in at a real authorization server whose refresh tokens may be used once, lets the access token
expire, and fires many requests at the same moment through each way of keeping tokens fresh.

  -n, --requests N    concurrent requests for each contender, 1 to ${MOST_REQUESTS} (default ${DEFAULT_REQUESTS})
      --scenario S    expired: the access token's time is over, and clients were told when (default)
                      revoked: the server took it back early, so that only a 401 can tell
      --only IDS      only these contenders, separated by commas:
                      ${ids.slice(0, 4).join(', ')},
                      ${ids.slice(4).join(', ')}
      --report PATH   where to write the HTML report (default reports/demo.html)
      --record        keep what was seen in examples/demo/recorded.json, and write the README's table from it
      --json          print the results as JSON and nothing else; progress goes to stderr
                      (npm adds two lines of its own unless asked not to: npm run -s demo -- --json)
  -h, --help          this text

Exit status: 0 when every contender of ours made exactly 1 refresh, caused 0 reuse detections and had
every request answered; 1 when not, or when the run itself failed; 2 for a mistake in the options.
`;
}
