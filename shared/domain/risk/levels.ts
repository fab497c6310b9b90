/**
 * Whom a rule of risk binds: everyone, the accounts of a tenant, one account, or the orders in one
 * instrument. A level's text names it on every wire: `platform`, `tenant:acme`, `account:demo`,
 * `instrument:EURUSD`.
 */

import { accountIdPattern } from "../ids.ts";
import type { Brand } from "../brand.ts";

export const riskLevelKinds = ["platform", "tenant", "account", "instrument"] as const;
export type RiskLevelKind = (typeof riskLevelKinds)[number];

/** A name accounts carry to be governed together: spelled as account ids are. */
export type Tenant = Brand<string, "Tenant">;
export const tenantPattern = accountIdPattern;
/** Of accounts that were given no other. */
export const defaultTenant = "default" as Tenant;

/** The text of a level. */
export type RiskLevelText = Brand<string, "RiskLevelText">;

export interface RiskLevel {
  readonly kind: RiskLevelKind;
  /** Empty for the platform. */
  readonly name: string;
}

export const platformLevel = "platform" as RiskLevelText;
export const tenantLevel = (tenant: string) => `tenant:${tenant}` as RiskLevelText;
export const accountLevel = (accountId: string) => `account:${accountId}` as RiskLevelText;
export const instrumentLevel = (symbol: string) => `instrument:${symbol}` as RiskLevelText;

export const riskLevelPattern =
  /^(?:platform|tenant:[a-z][a-z0-9-]{0,39}|account:[a-z][a-z0-9-]{0,39}|instrument:[A-Z]{6})$/;

/** `null` for a text that names no level; whether the named thing exists is not asked. */
export function parseRiskLevel(text: string): RiskLevel | null {
  if (!riskLevelPattern.test(text)) return null;
  const at = text.indexOf(":");
  return at < 0
    ? { kind: "platform", name: "" }
    : { kind: text.slice(0, at) as RiskLevelKind, name: text.slice(at + 1) };
}
