/** What `task start` prints once the platform answers: where it is, and what to try first. */

export interface FirstSteps {
  readonly url: string;
  readonly keyFile: string;
  readonly account: string;
  readonly venue: string;
}

export function firstSteps({ url, keyFile, account, venue }: FirstSteps): string {
  const orders = `${url}/v1/accounts/${account}/orders`;
  const order = '{"clientOrderId":"first-1","symbol":"EURUSD","side":"buy",' +
    '"type":"market","units":"10000"}';
  return [
    "",
    `  Spotwire is up     ${url}/docs`,
    `  Venue              ${venue}`,
    `  Demo account       ${account}, with a key in ${keyFile}`,
    "",
    "  Paste these into another terminal:",
    "",
    `  export SPOTWIRE_KEY=$(cat ${keyFile})`,
    "",
    "  # a quote",
    `  curl -H "X-API-Key: $SPOTWIRE_KEY" ${url}/v1/quotes/EURUSD`,
    "",
    "  # an order",
    `  curl -H "X-API-Key: $SPOTWIRE_KEY" -H "Content-Type: application/json" \\`,
    `    -d '${order}' ${orders}`,
    "",
    "  # the feed",
    `  SPOTWIRE_URL=${url} npx -y deno@2.9.6 run -A shared/sdk/examples/watch.ts EURUSD USDJPY`,
    "",
    "  Ctrl-C stops it; starting again goes on where it stood.",
    "",
  ].join("\n");
}
