/** How long a price takes: from its venue to the platform, and from there to this screen. */

import { useApp } from "../../core/app.ts";
import { delaysOf } from "../../system/delays.ts";
import { useLiveText } from "../../ui/hooks.ts";
import { ageText, groupDigits } from "../../ui/numbers.ts";

export function PriceWay() {
  return (
    <dl class="figures">
      <Fact name="Connection" read={(app) => app.feed.health.value.state} />
      <Fact
        name="Venue to platform, median"
        read={(app) => millisText(delaysOf(quotesOf(app))?.median)}
      />
      <Fact
        name="95% within"
        read={(app) => millisText(delaysOf(quotesOf(app))?.most)}
      />
      <Fact
        name="Longest"
        read={(app) => millisText(delaysOf(quotesOf(app))?.longest)}
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

type Reader = ReturnType<typeof useApp>;

function Fact({ name, read }: { name: string; read(app: Reader): string }) {
  const app = useApp();
  const ref = useLiveText<HTMLElement>(() => ({ text: read(app) }));
  return (
    <div>
      <dt>{name}</dt>
      <dd ref={ref}>–</dd>
    </div>
  );
}

const millisText = (ms: number | undefined): string => ms === undefined ? "–" : `${ms} ms`;

const quotesOf = ({ instruments, quotes }: Reader) =>
  instruments.listed.value.flatMap(({ symbol }) => quotes.get(symbol) ?? []);

function statusWords(app: Reader): string {
  const counts = Map.groupBy(quotesOf(app), (one) => one.status);
  return [...counts].map(([status, quotes]) => `${quotes.length} ${status}`).join(", ") ||
    "none yet";
}

function oldest(app: Reader): string {
  const quotes = quotesOf(app);
  const first = quotes.toSorted((a, b) => a.receivedTime - b.receivedTime)[0];
  return first === undefined ? "–" : `${first.symbol}, ${ageText(app.now() - first.receivedTime)}`;
}
