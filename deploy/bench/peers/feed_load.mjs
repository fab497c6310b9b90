// Clients of a feed in one process, over bare sockets, so that they cost little beside the server.
// Runs under Bun. Takes a JSON argument:
//   { port, path, headers, subscribe, clients, seconds, warmUpSeconds, window | burstsPerSecond }
// With `window`, that many bursts are kept under way: the next is asked for when every client has
// one more. With `burstsPerSecond` they are asked for by the clock, and their delay is measured.
// Prints one line of JSON.

const load = JSON.parse(process.argv[2]);
const quotesPerBurst = 10;
const decoder = new TextDecoder();

/** What a frame of a length holds; learnt from the first, since all numbers have fixed widths. */
const shapes = new Map();
let quotes = 0;
let opened = 0;
let measuring = false;
let clockOffset = 0;
const delays = [];

class Frames {
  rest = null;
  upgraded = false;
  frames = 0;

  constructor(sampled) {
    this.sampled = sampled;
  }

  take(chunk) {
    let buffer = chunk;
    if (this.rest !== null) {
      buffer = Buffer.concat([this.rest, chunk]);
      this.rest = null;
    }
    let at = 0;
    if (!this.upgraded) {
      const end = buffer.indexOf("\r\n\r\n");
      if (end === -1) return void (this.rest = Buffer.from(buffer));
      if (buffer.toString("latin1", 9, 12) !== "101") throw new Error(buffer.toString());
      this.upgraded = true;
      opened++;
      at = end + 4;
    }
    while (at < buffer.length) {
      const left = buffer.length - at;
      if (left < 10 && left < 2 + buffer[at + 1]) break;
      let length = buffer[at + 1];
      let head = 2;
      if (length === 126) {
        length = buffer.readUInt16BE(at + 2);
        head = 4;
      } else if (length === 127) {
        length = Number(buffer.readBigUInt64BE(at + 2));
        head = 10;
      }
      if (left < head + length) break;
      this.onFrame(buffer, at + head, { length, isBinary: (buffer[at] & 15) === 2 });
      at += head + length;
    }
    if (at < buffer.length) this.rest = Buffer.from(buffer.subarray(at));
  }

  onFrame(buffer, at, { length, isBinary }) {
    if (isBinary) {
      // Kind 2 of FEED_BINARY.md is quotes; the head tells how many.
      if (buffer[at + 1] === 2) quotes += buffer.readUInt32LE(at + 4);
      return;
    }
    let shape = shapes.get(length);
    if (shape === undefined || (this.sampled && this.frames++ % 16 === 0)) {
      const read = shapeOf(decoder.decode(buffer.subarray(at, at + length)));
      if (shape !== undefined && shape.quotes !== read.quotes) throw new Error("Frames differ");
      shapes.set(length, shape = read);
    }
    quotes += shape.quotes;
    if (measuring && shape.quotes > 0 && load.burstsPerSecond) {
      let micros = 0;
      for (let digit = 0; digit < 16; digit++) {
        micros = micros * 10 + buffer[at + shape.sequenceAt + digit] - 48;
      }
      delays.push(nowMicros() + clockOffset - micros);
    }
  }
}

function shapeOf(text) {
  const frame = JSON.parse(text);
  const name = '"sequence":';
  return {
    quotes: frame.type === "quotes" ? frame.quotes.length : 0,
    sequenceAt: text.lastIndexOf(name) + name.length,
  };
}

const nowMicros = () => (performance.timeOrigin + performance.now()) * 1000;

/** A masked text frame of at most 125 bytes; the mask is zero. */
function textFrame(text) {
  const frame = Buffer.alloc(6 + text.length);
  frame[0] = 0x81;
  frame[1] = 0x80 | text.length;
  frame.write(text, 6);
  return frame;
}

function upgradeRequest(path, headers) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${lines}\r\n`;
}

const connect = (path, headers, take) =>
  new Promise((resolve, reject) => {
    Bun.connect({
      hostname: "127.0.0.1",
      port: load.port,
      socket: {
        open(socket) {
          socket.write(upgradeRequest(path, headers));
          resolve(socket);
        },
        data: (_socket, chunk) => take(chunk),
        error: (_socket, error) => reject(error),
        connectError: (_socket, error) => reject(error),
      },
    });
  });

async function until(condition) {
  while (!condition()) await Bun.sleep(2);
}

for (let at = 0; at < load.clients; at++) {
  const frames = new Frames(at % 100 === 0);
  const socket = await connect(load.path, load.headers, (chunk) => frames.take(chunk));
  await until(() => frames.upgraded);
  if (load.subscribe) socket.write(textFrame(load.subscribe));
}
let answered = null;
const control = await connect("/control", {}, (chunk) => (answered = chunk.toString("latin1")));
await until(() => answered !== null);
const ask = (bursts) => control.write(textFrame(`burst ${bursts}`));
const turn = () => new Promise((resolve) => setImmediate(resolve));

if (load.burstsPerSecond) await readClock();
const startAt = performance.now();
const measureAt = startAt + load.warmUpSeconds * 1000;
const endAt = measureAt + load.seconds * 1000;
let before = null;
let asked = 0;
if (load.window) ask(asked = load.window);
for (;;) {
  if (load.window) await turn();
  else await Bun.sleep(1);
  const now = performance.now();
  const due = load.window
    ? Math.floor(quotes / (load.clients * quotesPerBurst)) + load.window
    : Math.floor((now - startAt) / 1000 * load.burstsPerSecond);
  if (due > asked) {
    ask(due - asked);
    asked = due;
  }
  if (before === null && now >= measureAt) {
    before = { at: now, quotes };
    measuring = true;
  }
  if (now >= endAt) break;
}
const seconds = (performance.now() - before.at) / 1000;
delays.sort((a, b) => a - b);
const delayMs = (share) => (delays[Math.floor(delays.length * share)] ?? 0) / 1000;
console.log(JSON.stringify({
  quotesPerSecond: (quotes - before.quotes) / seconds,
  p50Ms: delayMs(0.5),
  p99Ms: delayMs(0.99),
}));
process.exit(0);

/** How far the server's clock is ahead, from the quickest of some questions. */
async function readClock() {
  let quickest = Infinity;
  for (let at = 0; at < 50; at++) {
    answered = null;
    const sentAt = nowMicros();
    control.write(textFrame("time"));
    await until(() => answered !== null);
    const took = nowMicros() - sentAt;
    if (took >= quickest) continue;
    quickest = took;
    clockOffset = Number(/\d{16}/.exec(answered)[0]) - sentAt - took / 2;
  }
}
