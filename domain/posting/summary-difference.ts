import type { SummaryKey } from '../bodies';
import { canonicalJson } from '../canonical';
import { negateDecimal } from '../money';
import type { Sale } from './sale';
import { SummaryFold, summarySale, type SummaryFigures, type SummarySale } from './summary';

// What a posted summary needs after a late sale or an edit (accounting.md 16): its document is amended while it
// may be, else another one says the difference. The documents of a summary always come to its members.

/** A document of a summary that is in the books. Its figures are positive on its own side. */
export interface PostedSummary {
  side: Sale['side'];
  number: string;
  figures: SummaryFigures;
}

export type SummaryStep =
  /** The books say what the members come to. */
  | { type: 'nothing' }
  /** The newest document gets these figures; `sale.side` is its own. */
  | { type: 'amend'; sale: SummarySale }
  | { type: 'add'; sale: SummarySale };

export interface SummaryState {
  key: SummaryKey;
  /** The members as one sale. */
  now: SummarySale;
  /** Oldest first. */
  posted: readonly PostedSummary[];
  /** Whether the newest document may still be changed. */
  isOpen: boolean;
}

/** The next step towards the members' figures; after one step nothing is left. */
export function summaryStep({ key, now, posted, isOpen }: SummaryState): SummaryStep {
  const newest = posted.at(-1);
  if (newest === undefined) return { type: 'add', sale: now };
  const rest = restOf(key, now, posted);
  if (isNothing(rest)) return { type: 'nothing' };
  if (isOpen) {
    const target = restOf(key, now, posted.slice(0, -1));
    const own = newest.side === key.side ? target : turned(target);
    if (own.totalMinor >= 0 && own.taxMinor >= 0) {
      const sale: SummarySale =
        posted.length === 1
          ? { ...now, number: newest.number }
          : differenceSale(key, newest.number, newest.side, own, now, posted);
      return { type: 'amend', sale };
    }
  }
  const isBack = rest.totalMinor < 0 || (rest.totalMinor === 0 && rest.taxMinor < 0);
  const side = isBack === (key.side === 'sale') ? 'refund' : 'sale';
  const figures = isBack ? turned(rest) : rest;
  const number = `${now.number}-${posted.length + 1}`;
  return { type: 'add', sale: differenceSale(key, number, side, figures, now, posted) };
}

/** Figures of the members less those of these documents. */
function restOf(
  key: SummaryKey,
  now: SummaryFigures,
  posted: readonly PostedSummary[],
): SummaryFigures {
  const fold = new SummaryFold();
  fold.addFigures(now, 1);
  for (const { side, figures } of posted) fold.addFigures(figures, side === key.side ? -1 : 1);
  return fold.figures();
}

function differenceSale(
  key: SummaryKey,
  number: string,
  side: Sale['side'],
  figures: SummaryFigures,
  now: SummarySale,
  posted: readonly PostedSummary[],
): SummarySale {
  const first = posted[0]?.number ?? '';
  const sale = summarySale({ ...key, side }, number, figures, {
    marker: `truth-sync daily summary ${key.day}, difference ${number} to ${first}`,
    notes: [],
    taxLabel: now.taxLabel,
    members: now.members,
  });
  return figures.totalMinor === 0 ? { ...sale, tenders: [] } : sale;
}

function isNothing(figures: SummaryFigures): boolean {
  return canonicalJson(figures) === canonicalJson(nothing);
}

const nothing: SummaryFigures = new SummaryFold().figures();

/** The same figures seen from the other side. */
function turned(figures: SummaryFigures): SummaryFigures {
  const minus = (minor: number): number => 0 - minor;
  const line = <T extends { netMinor: number; taxMinor: number }>(one: T): T => ({
    ...one,
    netMinor: minus(one.netMinor),
    taxMinor: minus(one.taxMinor),
  });
  const amount = <T extends { amountMinor: number }>(one: T): T => ({
    ...one,
    amountMinor: minus(one.amountMinor),
  });
  return {
    items: figures.items.map((item) => ({ ...line(item), quantity: negateDecimal(item.quantity) })),
    fees: figures.fees.map(line),
    shipping: figures.shipping.map(line),
    tipsMinor: figures.tipsMinor.map(amount),
    giftCards: figures.giftCards.map(amount),
    deposits: (figures.deposits ?? []).map(amount),
    prorated: (figures.prorated ?? []).map(line),
    cashRoundingMinor: minus(figures.cashRoundingMinor ?? 0),
    unallocatedMinor: minus(figures.unallocatedMinor),
    taxMinor: minus(figures.taxMinor),
    totalMinor: minus(figures.totalMinor),
  };
}
