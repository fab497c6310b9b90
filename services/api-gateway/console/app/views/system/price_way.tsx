/** How long a price takes: from its venue to the platform, and from there to this screen. */

import { useConsole } from "../../core/console.ts";
import { useLiveText } from "../../ui/hooks.ts";
import { ageText, groupDigits } from "../../ui/numbers.ts";

export function PriceWay() {
  return (
    <dl class="figures">
      <Fact name="Connection" read={(console) => console.feed.health.value.state} />
      <Fact
        name="Venue to platform, median"
        read={(console) => `${median(venueDelays(console))} ms`}
      />
      <Fact
        name="Clock against the platform's"
        read={({ feed }) => `${feed.clockOffsetMs.value} ms`}
      />
      <Fact name="Instruments by status" read={statusWords} />
      <Fact name="Oldest price" read={oldest} />
      <Fact
        name="Account"
        read={({ account }) =>
          account.healthy.value
            ? `heard, at transaction ${
              groupDigits(String(account.account.value?.lastTransactionId ?? 0))
            }`
            : "cannot be read"}
      />
    </dl>
  );
}

type Reader = ReturnType<typeof useConsole>;

function Fact({ name, read }: { name: string; read(console: Reader): string }) {
  const console = useConsole();
  const ref = useLiveText<HTMLElement>(() => ({ text: read(console) }));
  return (
    <div>
      <dt>{name}</dt>
      <dd ref={ref}>–</dd>
    </div>
  );
}

const quotesOf = ({ instruments, quotes }: Reader) =>
  instruments.listed.value.flatMap(({ symbol }) => quotes.get(symbol) ?? []);

const venueDelays = (console: Reader) =>
  quotesOf(console).map((one) => one.receivedTime - one.time);

function median(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return String(sorted[sorted.length >> 1] ?? "–");
}

function statusWords(console: Reader): string {
  const counts = Map.groupBy(quotesOf(console), (one) => one.status);
  return [...counts].map(([status, quotes]) => `${quotes.length} ${status}`).join(", ") ||
    "none yet";
}

function oldest(console: Reader): string {
  const quotes = quotesOf(console);
  const first = quotes.toSorted((a, b) => a.receivedTime - b.receivedTime)[0];
  return first === undefined
    ? "–"
    : `${first.symbol}, ${ageText(console.now() - first.receivedTime)}`;
}
