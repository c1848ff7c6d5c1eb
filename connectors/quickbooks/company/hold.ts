import { currencyDecimals, minorToText } from '../../../domain/money';
import type { Hold } from '../../../domain/posting/document';
import { hold, type Composed, type MissingReference } from '../../contract';
import type { QboFacts } from './facts';
import { unfitTarget } from './mapping-target';
import type { HoldCode } from '../../../domain/hold-reasons';
import type { Company } from './context';

// Why something is not sent, in words that group and that say what to do.

/** Held because it cannot tell which of these is its own. */
export function ambiguous(what: string, detail: string, rows: readonly { Id: string }[]): Composed {
  return { ...hold('ambiguous_match', what, detail), among: rows.map(({ Id }) => Id) };
}

/** A place is `kind:key`, as in the mappings of the API. The first one is the cause. */
export function missingMapping(first: string, ...others: readonly string[]): Stop {
  const lacks = [first, ...others];
  const target = others.length === 0 ? 'its id' : 'their ids';
  const detail = `Map ${lacks.join(', ')} to ${target} in QuickBooks`;
  return stop({ ...hold('mapping_missing', first, detail), lacks });
}

/** Held because the company cannot take what is mapped; `unfit` says why. */
export function invalidMapping(place: string, unfit: string): Stop {
  return held('mapping_invalid', place, `${unfit}. Map ${place} to another`);
}

/** Nothing is written, and why. */
export interface Stop {
  type: 'stop';
  composed: Composed;
}

export function stop(composed: Composed): Stop {
  return { type: 'stop', composed };
}

export function skip(reason: string): Stop {
  return stop({ type: 'skip', reason });
}

export function held(reason: HoldCode, what: string, detail: string): Stop {
  return stop(hold(reason, what, detail));
}

/** What a decision holds back. */
export function heldBy({ reason, what, detail }: Hold): Stop {
  return held(reason, what, detail);
}

/** What it refers to is to come first. */
export function notReady(...missing: MissingReference[]): Stop {
  return stop({ type: 'notReady', missing });
}

/**
 * The first of these parts that stops, null where none does. Mappings that are missing are named
 * all at once: after each alone the next one would hold it up again.
 */
export function stopOf(parts: readonly (Stop | { type: 'known' })[]): Stop | null {
  const stops = parts.filter((part) => part.type === 'stop');
  const [first] = stops;
  if (first === undefined) return null;
  if (first.composed.type !== 'hold' || first.composed.lacks === undefined) return first;
  const lacks = stops.flatMap(({ composed }) =>
    composed.type === 'hold' ? (composed.lacks ?? []) : [],
  );
  const [place, ...others] = new Set(lacks);
  return place === undefined ? first : missingMapping(place, ...others);
}

export type KnownAccount = { type: 'known'; id: string; accountType: string } | Stop;

/** A mapped account that the company has and uses; never a guessed one (accounting.md#items). */
export function mappedAccount(company: Company, key: string): KnownAccount {
  const { references, facts } = company;
  const id = references.mapping('account', key);
  if (id === null) return missingMapping(`account:${key}`);
  const account = facts.accounts.find((known) => known.id === id);
  const unfit = unfitTarget(facts, 'account', key, id);
  if (account !== undefined && unfit === null)
    return { type: 'known', id, accountType: account.type };
  const why = unfit ?? `Account ${id} is unknown`;
  return invalidMapping(`account:${key}`, why);
}

/**
 * The mapped account that holds money of a currency: a foreign one has an account of its own
 * (accounting.md#currencies).
 */
export function moneyAccount(company: Company, key: string, currency: string): KnownAccount {
  const { facts } = company;
  const isHome = currency === facts.homeCurrency;
  const ownKey = inCurrency(key, currency, facts);
  const known = mappedAccount(company, ownKey);
  if (known.type === 'stop' || isHome) return known;
  const account = facts.accounts.find(({ id }) => id === known.id);
  if (account?.currency === currency) return known;
  const detail = `Account ${known.id} is not in ${currency}: map account:${ownKey} to one that is`;
  return held('mapping_invalid', `account:${ownKey}`, detail);
}

/** The key of a mapping that counts for one currency alone; the books' own needs no mention. */
export function inCurrency(key: string, currency: string, facts: QboFacts): string {
  return currency === facts.homeCurrency ? key : `${key}:${currency}`;
}

/** Decimals of an amount there, whatever the currency (quickbooks.md#amounts, #not-confirmed). */
const decimalsMax = 2;

/**
 * Amounts of a currency with more decimals than the books hold are posted only where nothing is
 * lost.
 */
export function decimalsHold(amountsMinor: readonly number[], currency: string): Stop | null {
  const decimals = currencyDecimals(currency);
  const step = 10 ** Math.max(0, decimals - decimalsMax);
  const lost = amountsMinor.find((minor) => minor % step !== 0);
  if (lost === undefined) return null;
  const detail =
    `QuickBooks holds ${decimalsMax} decimals, ${minorToText(lost, currency)} ${currency} ` +
    'has more';
  return held('too_many_decimals', currency, detail);
}
