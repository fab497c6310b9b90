// Load over HTTP/1.1 from one process over bare sockets, so that it costs little beside the server:
// so many connections, each sending the same request again when it is answered. Runs under Bun.
// Takes { port, request, connections, warmUpSeconds, seconds } as JSON; prints one line of JSON.

const load = JSON.parse(process.argv[2]);
const request = Buffer.from(load.request);
const times = [];
let others = 0;
let firstOther = null;
let measuring = false;

class Exchange {
  rest = null;
  sentAt = 0;

  send(socket) {
    this.sentAt = performance.now();
    socket.write(request);
  }

  take(socket, chunk) {
    const buffer = this.rest === null ? chunk : Buffer.concat([this.rest, chunk]);
    const head = buffer.indexOf("\r\n\r\n");
    const text = head === -1 ? "" : buffer.latin1Slice(0, head);
    const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0);
    if (head === -1 || buffer.length < head + 4 + length) {
      return void (this.rest = Buffer.from(buffer));
    }
    this.rest = null;
    if (!text.startsWith("HTTP/1.1 200")) {
      others++;
      firstOther ??= buffer.toString();
    }
    if (measuring) times.push(performance.now() - this.sentAt);
    this.send(socket);
  }
}

for (let at = 0; at < load.connections; at++) {
  await Bun.connect({
    hostname: "127.0.0.1",
    port: load.port,
    socket: {
      open(socket) {
        socket.data = new Exchange();
        socket.data.send(socket);
      },
      data: (socket, chunk) => socket.data.take(socket, chunk),
      error: (_socket, error) => console.error(error),
    },
  });
}
await Bun.sleep(load.warmUpSeconds * 1000);
measuring = true;
const startAt = performance.now();
await Bun.sleep(load.seconds * 1000);
const seconds = (performance.now() - startAt) / 1000;
times.sort((a, b) => a - b);
console.log(JSON.stringify({
  perSecond: times.length / seconds,
  p50Ms: times[Math.floor(times.length * 0.5)],
  p99Ms: times[Math.floor(times.length * 0.99)],
  others,
  firstOther,
}));
process.exit(0);
