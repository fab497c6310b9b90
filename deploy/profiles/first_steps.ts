/** What `task start` prints once the platform answers and prices have begun: where it is, and what to try first. */

export interface FirstSteps {
  readonly url: string;
  readonly keyFile: string;
  readonly account: string;
  readonly venue: string;
  /** Whether prices have begun. */
  readonly priced: boolean;
}

export function firstSteps({ url, keyFile, account, venue, priced }: FirstSteps): string {
  const orders = `${url}/v1/accounts/${account}/orders`;
  const order = '{"clientOrderId":"first-1","symbol":"EURUSD","side":"buy",' +
    '"type":"market","units":"10000"}';
  return [
    "",
    `  Open the console   ${url}    one click signs in the demo account`,
    `  API documentation  ${url}/docs`,
    `  Venue              ${venue}`,
    `  Demo account       ${account}, with a key in ${keyFile}`,
    "",
    ...(priced ? [] : [
      "  No price has come yet: the market may be closed. --hours always opens the simulated one.",
      "",
    ]),
    "  Or paste these into another terminal:",
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
