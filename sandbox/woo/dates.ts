import { type JsonObject } from '../json';
import { restDate } from './schema';
import { type Store } from './store';
import { asBoolean, parameterText } from './values';
import { instantOf, localTime, utcTime, withoutGap } from './zone';

/** A row with its two dates. */
export interface Dated {
  createdMs: number;
  modifiedMs: number;
}

/** Products are compared by the column of the site's clock, orders (HPOS) by instants. */
export type DateRule = 'columns' | 'instants';

/**
 * The four date filters: strictly greater or smaller, in whole seconds. A naive value is a time of
 * the site, with `dates_are_gmt` of UTC, but it is read through the site's clock in both cases;
 * hence the faults that woocommerce.md#dates lists.
 */
export function dateFilters(
  store: Store,
  input: JsonObject,
  rule: DateRule,
): ((row: Dated) => boolean)[] {
  const isGmt = asBoolean(input['dates_are_gmt']);
  const compare = rule === 'columns' ? byColumn(store, isGmt) : byInstant(store, isGmt);
  const named = (
    name: string,
    pick: (row: Dated) => number,
    sign: 1 | -1,
  ): ((row: Dated) => boolean)[] => {
    const value = parameterText(input[name]);
    if (!restDate.test(value)) return [];
    const difference = compare(value);
    return [(row) => difference(pick(row)) * sign > 0];
  };
  return [
    ...named('after', (row) => row.createdMs, 1),
    ...named('before', (row) => row.createdMs, -1),
    ...named('modified_after', (row) => row.modifiedMs, 1),
    ...named('modified_before', (row) => row.modifiedMs, -1),
  ];
}

/** How far a row's time is after the bound; the sign is what counts. */
type Compare = (bound: string) => (ms: number) => number;

/** The value becomes a wall-clock time and meets the local or, with the flag, the UTC column. */
function byColumn(store: Store, isGmt: boolean): Compare {
  return (value) => {
    const bound = wallTime(value, store.zone);
    return (ms) => {
      const column = isGmt ? utcTime(ms) : localTime(ms, store.zone);
      if (column === bound) return 0;
      return column > bound ? 1 : -1;
    };
  };
}

/** The value becomes an instant; with the flag its wall-clock time is taken for UTC. */
function byInstant(store: Store, isGmt: boolean): Compare {
  return (value) => {
    const boundMs = isGmt
      ? Date.parse(`${wallTime(value, store.zone)}Z`)
      : isNaive(value)
        ? instantOf(plainTime(value), store.zone)
        : wholeSeconds(Date.parse(value));
    return (ms) => wholeSeconds(ms) - boundMs;
  };
}

function wallTime(value: string, zone: string): string {
  return isNaive(value) ? withoutGap(plainTime(value), zone) : localTime(Date.parse(value), zone);
}

function isNaive(value: string): boolean {
  return /^.{19}(\.\d+)?$/.test(value);
}

function plainTime(value: string): string {
  return `${value.slice(0, 10)}T${value.slice(11, 19)}`;
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
