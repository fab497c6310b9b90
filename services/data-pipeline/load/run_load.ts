/**
 * One load, from its files to history: plan, read, cut into days, check, store day by day. What is
 * stored stays stored; a load that is broken off goes on at the first file with rows not stored yet.
 */

import type { Instrument } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import type { TradingHours } from "../../../shared/domain/fx_week.ts";
import type { Clock } from "../../../shared/domain/time.ts";
import {
  type BarChunk,
  type RowFault,
  type RowNote,
  SourceFileError,
  type TickChunk,
} from "../../../shared/venues/files/source_file.ts";
import { gatesFor } from "../checks/gates.ts";
import type { ImportRequest, ImportRow, ImportStore, Lease } from "../imports/import_store.ts";
import type { DayQuality } from "../quality/day_quality.ts";
import { type HeldRow, releasedKeys } from "../quarantine/quarantine_store.ts";
import { checkPiece } from "./check_piece.ts";
import { FileFaults } from "./file_faults.ts";
import { PieceBuilder } from "./pieces.ts";
import { type LoadFile, type Piece, pieceKey, type PieceSeries } from "./piece.ts";
import { loadReference, type ReferenceFile } from "./load_reference.ts";
import type { LoadProgress } from "./progress.ts";
import { ReadAhead } from "./read_ahead.ts";
import { openSource } from "./open_source.ts";
import {
  type Carried,
  nearestMedian,
  type PieceStore,
  storeLoose,
  storePiece,
} from "./store_piece.ts";
import type { Loaded } from "./loaded.ts";

export interface LoadDeps extends PieceStore {
  readonly imports: ImportStore;
  /** The absolute path of a path below the import folder. @throws SourceFileError */
  resolve(path: string): Promise<string>;
  /** A file's name below the import folder. */
  nameOf(path: string): string;
  readonly hours: TradingHours;
  readonly clock: Clock;
  /** Told of every day that is stored. */
  onDay(series: Omit<PieceSeries, "source"> & { source: string }, quality: DayQuality): void;
}

/** What a load works with besides its parts. */
export interface LoadRun {
  readonly row: ImportRow;
  readonly lease: Lease;
  readonly progress: LoadProgress;
  readonly signal: AbortSignal;
}

/** @throws SourceFileError, GateStopped, LeaseLost, or the signal's reason */
export async function runLoad(deps: LoadDeps, run: LoadRun): Promise<Loaded> {
  const request = run.row.request as ImportRequest;
  const { files, references, source, unreadable: rows } = await planLoad(deps, run, request);
  if (rows.length > 0) await storeLoose(deps, { lease: run.lease, source, rows });
  const loaded = await new Load(deps, run, { request, files, source }).run();
  const { db, clock } = deps;
  const { unreadable } = request;
  const now = () => clock.now();
  const other = await loadReference({ db, now, unreadable, ...run }, references);
  return {
    notes: [...loaded.notes, ...other.notes],
    readTo: new Map([...loaded.readTo, ...other.readTo]),
  };
}

async function planLoad(deps: LoadDeps, run: LoadRun, request: ImportRequest) {
  const { row, lease, progress, signal } = run;
  const path = await deps.resolve(request.path);
  const { format, clock, symbol, symbols = null, columns, csv } = request;
  const skipsUnreadable = request.unreadable === "quarantine";
  const found = await openSource(
    { path, format, clock, symbol, symbols, columns, csv, skipsUnreadable },
    signal,
  );
  const planned = [...found.files, ...found.references];
  const byName = new Map(planned.map((file) => [deps.nameOf(file.path), file]));
  const names = row.planned ? await deps.imports.files(row.import_id) : [...byName.keys()];
  if (!row.planned) {
    const files = [...byName].map(([path, file]) => ({ path, bytes: file.bytes }));
    await deps.imports.plan(lease, { files, notes: found.notes });
  }
  const source = request.source ?? sourceOf(found.files[0] ?? found.references[0]!);
  const files: LoadFile[] = [];
  const references: ReferenceFile[] = [];
  for (const [position, name] of names.entries()) {
    const file = byName.get(name);
    if (file === undefined) throw new SourceFileError(name, "it was there when the load began");
    if (file.kind === "ticks" || file.kind === "bars") {
      const own = request.source ?? sourceOf(file);
      files.push({ position, name, file, source: own === source ? null : own });
    } else references.push({ name, file });
  }
  progress.bytesTotal = planned.reduce((sum, { bytes }) => sum + bytes, 0);
  const unreadable = found.unreadable.map(({ path, reason }) => {
    const file = deps.nameOf(path);
    const fault = { row: 0, original: "", reason: reason.replaceAll(path, file) };
    return looseRow({ file, kind: "ticks" }, fault, "unreadable_file");
  });
  return { files, references, source, unreadable };
}

/** A row, or a whole file, that belongs to no day. */
const looseRow = (
  { file, kind }: Pick<HeldRow, "file" | "kind">,
  { row, original, reason }: RowFault,
  why: string,
): HeldRow => ({
  symbol: null,
  ...{ kind, side: "", intervalMs: 0, file, row, original, reasons: [why] },
  detail: reason,
  time: null,
  columns: null,
});

/** `dukascopy` of `dukascopy-ticks`. */
const sourceOf = ({ format }: { readonly format: string }): string =>
  format.replace(/-(ticks|bars)$/, "");

class Load {
  readonly #deps: LoadDeps;
  readonly #run: LoadRun;
  readonly #request: ImportRequest;
  readonly #files: readonly LoadFile[];
  /** Of files that have none of their own. */
  readonly #source: string;
  readonly #pieces: PieceBuilder;
  readonly #carry: Record<string, Carried>;
  readonly #loose: { readonly source: string; readonly row: HeldRow }[] = [];
  readonly #ahead: ReadAhead;
  /** Files of the load before this one, in bytes. */
  #bytesBefore = 0;
  /** By source. */
  readonly #released = new Map<string, ReadonlySet<string>>();
  readonly #notes: string[] = [];
  #rowNotes = 0;
  #finerNotes = 0;

  constructor(
    deps: LoadDeps,
    run: LoadRun,
    of: { request: ImportRequest; files: readonly LoadFile[]; source: string },
  ) {
    this.#deps = deps;
    this.#run = run;
    this.#request = of.request;
    this.#files = of.files;
    this.#source = of.source;
    this.#carry = { ...(run.row.carry as Record<string, Carried>) };
    this.#pieces = new PieceBuilder(deps.clock.now(), (path) => deps.nameOf(path));
    this.#ahead = new ReadAhead(of.files);
  }

  /** Stores all; what was worth telling of single rows. */
  async run(): Promise<Loaded> {
    const { row, signal } = this.#run;
    const { db } = this.#deps;
    for (const source of new Set(this.#files.map((file) => this.#sourceOf(file)))) {
      this.#released.set(source, await releasedKeys(db, source));
    }
    try {
      await this.#readAll(row.next_file, signal);
    } finally {
      await this.#ahead.close();
    }
    await this.#storeAll(this.#pieces.end(), this.#files.length);
    if (this.#loose.length > 0) await this.#storeLoose();
    const more = this.#rowNotes - this.#notes.length;
    const notes = more > 0 ? [...this.#notes, `and ${more} such rows more`] : this.#notes;
    // What an earlier attempt stored it had read whole.
    const before = this.#files.filter(({ position }) => position < row.next_file);
    const readTo = new Map(before.map(({ name }) => [name, Infinity]));
    return { notes, readTo: new Map([...readTo, ...this.#pieces.readTo]) };
  }

  #sourceOf({ source }: { readonly source: string | null }): string {
    return source ?? this.#source;
  }

  #note(of: LoadFile, notes: readonly RowNote[]): void {
    this.#rowNotes += notes.length;
    for (const { row, text } of notes) {
      if (this.#notes.length >= notesMax) return;
      this.#notes.push(`${of.name}, row ${row}: ${text}`);
    }
  }

  /** Some of the rows that are kept coarser than they are written; the gate counts them all. */
  #noteFiner(of: LoadFile, chunk: TickChunk | BarChunk): void {
    for (const index of chunk.finer ?? []) {
      if (this.#finerNotes === finerNotesMax) return;
      this.#finerNotes++;
      const row = chunk.rows?.[index] ?? chunk.firstRow + index;
      this.#note(of, [{ row, text: `it is finer than it is kept: ${chunk.original(index)}` }]);
    }
  }

  async #readAll(from: number, signal: AbortSignal): Promise<void> {
    for (const file of this.#files) {
      if (file.position >= from) await this.#readFile(file);
      this.#bytesBefore += file.file.bytes;
      this.#run.progress.bytesDone = this.#bytesBefore;
      signal.throwIfAborted();
    }
  }

  async #readFile(of: LoadFile): Promise<void> {
    const { progress, signal } = this.#run;
    const { unreadable } = this.#request;
    const found = new FileFaults(of);
    progress.currentFile = of.name;
    try {
      for await (const chunk of this.#ahead.read(of, signal)) {
        signal.throwIfAborted();
        found.see(chunk);
        if (this.#pieces.isLoose(of, chunk)) this.#keepLoose(of, chunk.faults);
        await this.#storeAll(this.#pieces.add(of, chunk), of.position);
        progress.rowsRead += chunk.faults.length +
          ("ticks" in chunk ? chunk.ticks.length : chunk.bars.length);
        progress.bytesDone = this.#bytesBefore + chunk.bytesRead;
        this.#note(of, chunk.notes ?? []);
        this.#noteFiner(of, chunk);
      }
      if (unreadable === "stop") found.expectAny();
    } catch (error) {
      if (!(error instanceof SourceFileError) || unreadable === "stop") throw error;
      const reason = error.message.replaceAll(of.file.path, of.name);
      const faults = [{ row: error.row ?? 0, original: "", reason }];
      this.#pieces.breakOff();
      this.#keepLoose(of, faults, "unreadable_file");
    }
  }

  #keepLoose(
    of: LoadFile,
    faults: readonly RowFault[],
    reason = "unreadable",
  ): void {
    if (this.#loose.length > looseMax) {
      throw new SourceFileError(of.name, `more than ${looseMax} rows cannot be read`);
    }
    for (const fault of faults) {
      const row = looseRow({ file: of.name, kind: of.file.kind }, fault, reason);
      this.#loose.push({ source: this.#sourceOf(of), row });
    }
  }

  async #storeLoose(): Promise<void> {
    const { lease } = this.#run;
    for (const [source, loose] of Map.groupBy(this.#loose, (one) => one.source)) {
      await storeLoose(this.#deps, { lease, source, rows: loose.map(({ row }) => row) });
    }
  }

  /** One after another; until the last is stored, a restart begins where the rest of them lie. */
  async #storeAll(pieces: readonly Piece[], readingFile: number): Promise<void> {
    let rest = readingFile;
    const nextFiles = pieces.map(() => 0);
    for (let n = pieces.length - 1; n >= 0; n--) {
      nextFiles[n] = rest;
      rest = Math.min(rest, pieces[n]!.firstFile);
    }
    for (const [n, piece] of pieces.entries()) await this.#store(piece, nextFiles[n]!);
  }

  async #store(piece: Piece, readingFile: number): Promise<void> {
    const { series } = piece;
    const source = this.#sourceOf(series);
    const key = pieceKey(series);
    const carried = this.#carry[key];
    // A load that goes on reads the file it stopped in from its beginning: these days are stored.
    if (carried !== undefined && piece.day <= carried.day) return;
    const instrument = instrumentOf(series.symbol);
    const decided = checkPiece(piece, {
      instrument,
      gates: gatesFor(instrument, this.#request.gates),
      hours: this.#deps.hours.of(series.symbol),
      now: this.#deps.clock.now(),
      before: carried?.before ?? null,
      reference: await this.#reference(piece, instrument),
      released: this.#released.get(source)!,
    });
    this.#carry[key] = { before: decided.before, median: decided.median, day: piece.day };
    const quality = await storePiece(this.#deps, {
      lease: this.#run.lease,
      source,
      piece,
      decided,
      nextFile: this.#loose.length > 0
        ? this.#run.row.next_file
        : Math.min(this.#pieces.firstFile, readingFile),
      carry: this.#carry,
    });
    this.#deps.onDay({ ...series, source }, quality);
  }

  async #reference(piece: Piece, instrument: Instrument): Promise<number | null> {
    if (piece.period.to - piece.period.from > 86_400_000) return null;
    const carried = this.#carry[pieceKey(piece.series)];
    if (carried !== undefined && carried.median > 0) {
      const days = (piece.period.from - Date.parse(`${carried.day}T00:00:00Z`)) / 86_400_000;
      if (days <= 10) return carried.median;
    }
    return await nearestMedian(this.#deps.db, instrument.symbol, piece.day);
  }
}

/** Rows told of one by one. */
const notesMax = 20;
/** Of these, rows that were rounded. */
const finerNotesMax = 5;
/** Rows without a day that one load keeps apart at most. */
const looseMax = 100_000;
