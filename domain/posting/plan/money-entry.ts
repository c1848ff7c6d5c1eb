import type { ExchangeRate } from '../../bodies';
import { canonicalJson } from '../../canonical';
import { sumMinor } from '../../money';
import type { MoneyDocument, OwedBy } from '../source/money-document';

// Money between accounts as far as it is money: what each account gets. By it an edit is known, and
// what is posted is taken back or corrected where its document may not be touched
// (accounting.md#edits, #closed).

/** What one account gets; `id` is the account there as it was when this was posted. */
export interface Leg {
  account: string;
  id: string;
  amountMinor: number;
}

export interface MoneyEntry {
  type: MoneyDocument['type'];
  /** Its own day, whatever day a closed period made of it. */
  date: string;
  currency: string;
  exchangeRate: ExchangeRate | null;
  /** The account that a booking is of; null for the others. */
  account: string | null;
  /** Of a journal entry. */
  location: string | null;
  /** Of one on receivables: its customer, and the one there as it was when this was posted. */
  owedBy?: { customerId: string | null; id: string };
  /** Together 0, each account once. */
  legs: Leg[];
}

/**
 * `idOf`: the account there of each key; throws where one has none. `customer`: the one there whose
 * receivables they are.
 */
export function entryOf(
  document: MoneyDocument,
  ownDate: string,
  idOf: (account: string) => string,
  customer: string | null = null,
): MoneyEntry {
  const owedBy = document.type === 'journal' ? document.owedBy : undefined;
  const { type, currency, exchangeRate } = document;
  return {
    type,
    date: ownDate,
    currency,
    exchangeRate: exchangeRate ?? null,
    account: type === 'booking' ? document.account : null,
    location: type === 'journal' ? document.location : null,
    ...(owedBy === undefined || customer === null
      ? {}
      : { owedBy: { customerId: owedBy.customerId, id: customer } }),
    legs: summed(legsOf(document).map((leg) => ({ ...leg, id: idOf(leg.account) }))),
  };
}

function legsOf(document: MoneyDocument): Omit<Leg, 'id'>[] {
  switch (document.type) {
    case 'booking': {
      const totalMinor = sumMinor(document.lines.map(({ amountMinor }) => amountMinor));
      return [
        { account: document.account, amountMinor: totalMinor },
        ...document.lines.map(({ account, amountMinor }) => ({
          account,
          amountMinor: 0 - amountMinor,
        })),
      ];
    }
    case 'transfer':
      return pair(document.to, document.from, document.amountMinor);
    case 'journal':
      return pair(document.debit, document.credit, document.amountMinor);
  }
}

function pair(to: string, from: string, amountMinor: number): Omit<Leg, 'id'>[] {
  return [
    { account: to, amountMinor },
    { account: from, amountMinor: 0 - amountMinor },
  ];
}

/** One leg for each account, in a fixed order; those of 0 are left out. */
function summed(legs: readonly Leg[]): Leg[] {
  const byAccount = new Map<string, Leg>();
  for (const leg of legs) {
    const known = byAccount.get(leg.account);
    byAccount.set(leg.account, {
      ...leg,
      amountMinor: (known?.amountMinor ?? 0) + leg.amountMinor,
    });
  }
  return [...byAccount.values()]
    .filter(({ amountMinor }) => amountMinor !== 0)
    .sort((one, other) => (one.account < other.account ? -1 : 1));
}

/**
 * Whether two are the same to the books; where a mapping was changed since, what is posted stays.
 */
export function isSameEntry(one: MoneyEntry, other: MoneyEntry): boolean {
  const money = ({ legs, date, currency, exchangeRate, owedBy }: MoneyEntry): string =>
    canonicalJson({
      date,
      customer: owedBy === undefined ? [] : [owedBy.customerId],
      currency,
      rate: exchangeRate?.rate ?? null,
      legs: legs.map(({ account, amountMinor }) => ({ account, amountMinor })),
    });
  return money(one) === money(other);
}

/** The same money the other way. */
function turned(entry: MoneyEntry): MoneyEntry {
  return {
    ...entry,
    legs: entry.legs.map((leg) => ({ ...leg, amountMinor: 0 - leg.amountMinor })),
  };
}

/**
 * What is to be posted next so that the books come from `net` to `wanted` (null: nothing); null
 * where they are there. Between the same accounts it is their difference, else the whole is taken
 * back first.
 */
export function entryStep(
  net: MoneyEntry | null,
  wanted: MoneyEntry | null,
): { entry: MoneyEntry; net: MoneyEntry | null; isLast: boolean } | null {
  if (net === null) return wanted === null ? null : { entry: wanted, net: wanted, isLast: true };
  if (wanted === null) return { entry: turned(net), net: null, isLast: true };
  if (isSameEntry(net, wanted)) return null;
  const difference = differenceOf(net, wanted);
  return difference === null
    ? { entry: turned(net), net: null, isLast: false }
    : { entry: difference, net: wanted, isLast: true };
}

function differenceOf(net: MoneyEntry, wanted: MoneyEntry): MoneyEntry | null {
  const isAlike =
    net.type === wanted.type &&
    net.account === wanted.account &&
    net.currency === wanted.currency &&
    net.exchangeRate?.rate === wanted.exchangeRate?.rate &&
    net.owedBy?.id === wanted.owedBy?.id &&
    wanted.legs.every(({ account, id }) =>
      net.legs.every((leg) => leg.account !== account || leg.id === id),
    );
  if (!isAlike) return null;
  const legs = summed([...wanted.legs, ...turned(net).legs]);
  // A transfer and a journal entry have two accounts.
  if (wanted.type !== 'booking' && legs.length !== 2) return null;
  return legs.length === 0 ? null : { ...wanted, legs };
}

/** These amounts as a document of their own. */
export function documentOfEntry(
  entry: MoneyEntry,
  labels: { marker: string; notes: readonly string[]; date: string; description: string },
): MoneyDocument {
  const { description, ...head } = labels;
  const { currency, exchangeRate, legs } = entry;
  const common = { ...head, currency, exchangeRate: exchangeRate ?? undefined };
  if (entry.type === 'booking') {
    const account = entry.account ?? '';
    const lines = legs
      .filter((leg) => leg.account !== account)
      .map((leg) => ({ account: leg.account, amountMinor: 0 - leg.amountMinor, description }));
    return { type: 'booking', ...common, account, lines };
  }
  const to = legs.find(({ amountMinor }) => amountMinor > 0);
  const from = legs.find(({ amountMinor }) => amountMinor < 0);
  if (to === undefined || from === undefined || legs.length !== 2)
    throw new Error('Bug: money between two accounts has not two legs');
  const { amountMinor } = to;
  return entry.type === 'transfer'
    ? { type: 'transfer', ...common, from: from.account, to: to.account, amountMinor }
    : {
        type: 'journal',
        ...common,
        debit: to.account,
        credit: from.account,
        amountMinor,
        description,
        location: entry.location,
        ...owedByOf(entry),
      };
}

/**
 * Whether an update can turn one into the other: what comes and what goes are different forms
 * there.
 */
export function hasSameForm(net: MoneyEntry, wanted: MoneyEntry): boolean {
  const isIn = ({ account, legs }: MoneyEntry): boolean =>
    (legs.find((leg) => leg.account === account)?.amountMinor ?? 0) >= 0;
  return net.type === wanted.type && (net.type !== 'booking' || isIn(net) === isIn(wanted));
}

function owedByOf({ owedBy }: MoneyEntry): { owedBy?: OwedBy } {
  return owedBy === undefined ? {} : { owedBy: { customerId: owedBy.customerId, guest: null } };
}
