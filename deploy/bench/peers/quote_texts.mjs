// The messages of one burst, byte for byte as large as the edge's own quotes.

const symbols = [
  ...["EURUSD", "GBPUSD", "AUDUSD", "NZDUSD", "USDCAD", "USDCHF", "EURGBP", "EURCHF"],
  ...["GBPCHF", "AUDNZD"],
];
let last = 0;

/** One message for each of the ten quotes; `sequence` is the moment in microseconds. */
export function quoteTexts(performance) {
  const now = Math.round((performance.timeOrigin + performance.now()) * 1000);
  last = Math.max(last + 1, now);
  const ms = Math.floor(last / 1000);
  return symbols.map((symbol) =>
    `{"type":"quotes","quotes":[{"symbol":"${symbol}","bid":"1.10000","ask":"1.10010"` +
    `,"time":${ms},"receivedTime":${ms},"sequence":${last},"status":"live"}]}`
  );
}

const head = '{"type":"quotes","quotes":['.length;

/** The same quotes as one message. */
export const joinedText = (texts) =>
  `{"type":"quotes","quotes":[${texts.map((text) => text.slice(head, -2)).join(",")}]}`;
