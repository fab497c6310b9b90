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

/** As many quotes as one message of the edge's binary form (FEED_BINARY.md), as large as its own. */
export function quoteBytes(performance, count) {
  const now = Math.round((performance.timeOrigin + performance.now()) * 1000);
  last = Math.max(last + 1, now);
  const ms = Math.floor(last / 1000);
  const view = new DataView(new ArrayBuffer(8 + 32 * count));
  view.setUint8(0, 1);
  view.setUint8(1, 2);
  view.setUint16(2, 32, true);
  view.setUint32(4, count, true);
  for (let at = 8; at < view.byteLength; at += 32) {
    view.setUint16(at, at >> 5, true);
    view.setUint32(at + 4, 110_000, true);
    view.setUint32(at + 8, 110_010, true);
    view.setUint32(at + 12, ms % 2 ** 32, true);
    view.setUint16(at + 16, ms / 2 ** 32, true);
    view.setUint16(at + 18, ms / 2 ** 32, true);
    view.setUint32(at + 20, ms % 2 ** 32, true);
    view.setFloat64(at + 24, last, true);
  }
  return new Uint8Array(view.buffer);
}
