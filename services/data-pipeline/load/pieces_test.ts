// Goal: however a file is cut into chunks, its rows come out day by day, none lost, none twice.

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { epochMs } from "../../../shared/domain/time.ts";
import {
  type BarChunk,
  SourceFileError,
  type TickChunk,
} from "../../../shared/venues/files/source_file.ts";
import { PieceBuilder } from "./pieces.ts";
import type { LoadFile, Piece } from "./piece.ts";

const start = Date.UTC(2019, 1, 4);
const dayMs = 86_400_000;
const file: LoadFile = {
  position: 0,
  name: "a.csv",
  source: null,
  file: {
    kind: "ticks",
    path: "/a.csv",
    format: "csv-ticks",
    bytes: 1,
    from: epochMs(start),
    read: () => (async function* () {})(),
  },
};

function chunk(times: readonly number[], firstRow: number): TickChunk {
  return {
    symbol: "EURUSD" as Symbol,
    firstRow,
    rows: null,
    original: (index) => `row ${firstRow + index}`,
    faults: [],
    bytesRead: 0,
    ticks: {
      length: times.length,
      time: Float64Array.from(times),
      bid: new Int32Array(times.length).fill(1),
      ask: new Int32Array(times.length).fill(2),
      bidVolume: null,
      askVolume: null,
    },
  };
}

const rowsOfPiece = (piece: Piece): [row: number, time: number][] =>
  piece.segments.flatMap(({ chunk, rows, from, to }) =>
    Array.from(
      { length: to - from },
      (_, n): [number, number] => [chunk.firstRow + from + n, rows.time[from + n]!],
    )
  );

Deno.test("PieceBuilder gives each row once, in rising days, whatever the chunks", () => {
  const steps = fc.array(fc.integer({ min: -3_600_000, max: 20 * 3_600_000 }), { maxLength: 60 });
  fc.assert(fc.property(steps, fc.array(fc.integer({ min: 1, max: 9 })), (moves, sizes) => {
    let at = start;
    const times = moves.map((move) => at = Math.max(start, at + move));
    const builder = new PieceBuilder(start + 1_000 * dayMs, (path) => path);
    const pieces: Piece[] = [];
    let row = 0;
    for (const size of [...sizes, times.length]) {
      const some = times.slice(row, row + size);
      pieces.push(...builder.add(file, chunk(some, row + 1)));
      row += some.length;
    }
    pieces.push(...builder.end());
    const found = pieces.flatMap(rowsOfPiece);
    assertEquals(found, times.map((time, n) => [n + 1, time]));
    const days = pieces.map((piece) => piece.day);
    assertEquals(days, [...new Set(days)].sort());
    for (const piece of pieces) {
      const within = rowsOfPiece(piece).filter(([, time]) =>
        time >= piece.period.from && time < piece.period.to
      );
      assert(within.length > 0, `${piece.day} holds no row of its own`);
    }
  }));
});

Deno.test("PieceBuilder keeps a row of the far future with the day around it", () => {
  const builder = new PieceBuilder(start + 10 * dayMs, (path) => path);
  const times = [start, start + 900 * dayMs, start + 1, start + 400 * dayMs];
  assertEquals(builder.add(file, chunk(times, 1)), []);
  assertEquals(builder.end().map((piece) => [piece.day, piece.rows]), [["2019-02-04", 4]]);
});

function barChunk(side: "bid" | "ask", times: readonly number[], firstRow: number): BarChunk {
  const ones = new Int32Array(times.length).fill(1);
  return {
    ...{ symbol: "EURUSD" as Symbol, side, intervalMs: 60_000, firstRow, rows: null, faults: [] },
    bytesRead: 0,
    original: (index) => `row ${firstRow + index}`,
    bars: {
      ...{ length: times.length, openTime: Float64Array.from(times), volume: null },
      ...{ open: ones, high: ones, low: ones, close: ones, ticks: ones },
    },
  };
}

Deno.test("PieceBuilder pairs the sides of bars day by day, and gives each day of each side once", () => {
  const days = fc.uniqueArray(fc.nat(8), { maxLength: 9 });
  fc.assert(fc.property(days, days, fc.array(fc.boolean()), (bids, asks, turns) => {
    const left = { bid: bids.toSorted(), ask: asks.toSorted() };
    const builder = new PieceBuilder(start + 1_000 * dayMs, (path) => path);
    const pieces: Piece[] = [];
    const rows = { bid: 0, ask: 0 };
    const together = [...turns, ...Array(18).fill(true), ...Array(18).fill(false)];
    for (const isBid of together) {
      const side = isBid ? "bid" : "ask";
      const day = left[side].shift();
      if (day === undefined) continue;
      const of = { ...file, name: side };
      pieces.push(...builder.add(of, barChunk(side, [start + day * dayMs], ++rows[side])));
      assert(pieces.length > 0 || builder.firstFile === 0);
    }
    pieces.push(...builder.end());
    for (const [side, wanted] of [["bid", bids], ["ask", asks]] as const) {
      const own = pieces.filter((piece) => piece.series.side === side);
      const found = own.map((piece) => (piece.period.from - start) / dayMs);
      assertEquals(found, wanted.toSorted());
    }
    for (const { otherSide, period, series } of pieces) {
      if (otherSide === null) continue;
      assert(otherSide.period.from === period.from && otherSide.series.side !== series.side);
    }
  }));
});

Deno.test("a day with more rows than any has is the file's fault, by its name", () => {
  const builder = new PieceBuilder(start + 1_000 * dayMs, (path) => path);
  const million = chunk(new Array(1_000_000).fill(start), 1);
  const fill = () => {
    for (let n = 0; n < 11; n++) builder.add(file, million);
  };
  assertThrows(fill, SourceFileError, "a.csv: it has more than 10000000 rows of 2019-02-04");
});
