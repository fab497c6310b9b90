/** Operations on imported history: the imports, their quality, and what was kept apart. */

import type {
  CreateImport,
  GetDayQualityResponse,
  Import,
  ImportReport,
  ListDayQualityData,
  ListDayQualityResponse,
  ListImportFormatsResponse,
  ListImportsData,
  ListImportsResponse,
  ListQualityGatesResponse,
  ListQuarantineData,
  ListQuarantineResponse,
  ListReferenceSeriesData,
  ListReferenceSeriesResponse,
  ListSourceRulesResponse,
  PutSourceRulesData,
  PutSourceRulesResponse,
  ReadReferenceSeriesData,
  ReadReferenceSeriesResponse,
  ReleaseQuarantinedRowResponse,
} from "./generated/types.gen.ts";
import type { CallOptions } from "./call_options.ts";

type Query<Data extends { query?: unknown }> = NonNullable<Data["query"]>;

/** A day of a symbol: `2019-02-04`. */
export interface SymbolDay {
  readonly symbol: string;
  readonly day: string;
  readonly source?: string;
}

export interface PipelineApi {
  /** Loads files from the platform's import folder; watch it with `getImport`. */
  createImport(asked: CreateImport, o?: CallOptions): Promise<Import>;
  /** Newest first; page on with `after` set to `next`. */
  listImports(query?: Query<ListImportsData>, o?: CallOptions): Promise<ListImportsResponse>;
  getImport(importId: string, o?: CallOptions): Promise<Import>;
  cancelImport(importId: string, o?: CallOptions): Promise<Import>;
  /** Forgets an import that has ended; what it stored stays. */
  deleteImport(importId: string, o?: CallOptions): Promise<void>;
  getImportReport(importId: string, o?: CallOptions): Promise<ImportReport>;
  /** The report as a page with pictures. */
  getImportReportPage(importId: string, o?: CallOptions): Promise<string>;
  listImportFormats(o?: CallOptions): Promise<ListImportFormatsResponse>;
  /** How the files of each source are read, where an import does not say. */
  listSourceRules(o?: CallOptions): Promise<ListSourceRulesResponse>;
  /** Whole: what is left out goes. Imports made from now on have them. */
  putSourceRules(
    source: string,
    rules: PutSourceRulesData["body"],
    o?: CallOptions,
  ): Promise<PutSourceRulesResponse>;
  deleteSourceRules(source: string, o?: CallOptions): Promise<void>;
  listQualityGates(o?: CallOptions): Promise<ListQualityGatesResponse>;
  listDayQuality(
    symbol: string,
    query?: Query<ListDayQualityData>,
    o?: CallOptions,
  ): Promise<ListDayQualityResponse>;
  getDayQuality(of: SymbolDay, o?: CallOptions): Promise<GetDayQualityResponse>;
  getDayQualityPage(of: SymbolDay, o?: CallOptions): Promise<string>;
  /** Rows that were kept apart, each with its text and the reason. */
  listQuarantine(
    query?: Query<ListQuarantineData>,
    o?: CallOptions,
  ): Promise<ListQuarantineResponse>;
  /** Reference rates and positioning that were imported. */
  listReferenceSeries(
    query?: Query<ListReferenceSeriesData>,
    o?: CallOptions,
  ): Promise<ListReferenceSeriesResponse>;
  /** A series as it was known at `knownAt`; page on with `after` set to `next`. */
  readReferenceSeries(
    series: string,
    query?: Query<ReadReferenceSeriesData>,
    o?: CallOptions,
  ): Promise<ReadReferenceSeriesResponse>;
  /** Lets a row that was kept apart into history. */
  releaseQuarantinedRow(rowId: string, o?: CallOptions): Promise<ReleaseQuarantinedRowResponse>;
}
