import type { SummaryKey } from '../../bodies';
import { shareMinor, sumMinor } from '../../money';
import { shortHash } from '../../short-hash';
import { taxKeyOf } from '../decide/lines';
import { hold, type Hold } from '../document';
import type { Sale, SaleAmount, SaleItem, SaleTender } from '../sale';

// What of a ticket goes into which daily summary (accounting.md#summaries): all of it where it has
// one tender, else a share for each, exact to the cent.

/** One ticket's part of one summary. */
export interface Share {
  key: SummaryKey;
  /** The share as a sale of its own: its total is what the tender got. */
  sale: Sale;
  /** How the list of members names it. */
  label: string;
}

/** With a hold no rule says how it is booked: it stays out and is shown. */
type Shares = { type: 'shares'; shares: Share[] } | Hold;

export function sharesOf(sale: Sale, location: string): Shares {
  const tenders = sale.tenders ?? [];
  if (sale.totalMinor < 0)
    return hold('negative_total', sale.side, 'A sales form below zero is refused');
  if (sale.totalMinor !== 0 && tenders.length === 0)
    return hold('no_tender', sale.side, 'It is not said how this was paid');
  const key = (tender: SaleTender | undefined): SummaryKey => ({
    day: sale.date,
    side: sale.side,
    location,
    tender: tender?.tender ?? null,
    ...(tender?.isExchange === true ? { isExchange: true } : {}),
    currency: sale.currency,
    taxKey: taxKeyOf(taxedOf(sale).flatMap((line) => line.codes)),
    pricesIncludeTax: sale.pricesIncludeTax,
    ...(sale.exchangeRate === undefined ? {} : { exchangeRate: sale.exchangeRate }),
  });
  if (tenders.length < 2) {
    const tender = sale.totalMinor === 0 ? undefined : tenders[0];
    return { type: 'shares', shares: [{ key: key(tender), sale, label: sale.number }] };
  }
  const shares = splitByTender(sale, tenders).map((own, index): Share => {
    const tender = tenders[index];
    return { key: key(tender), sale: own, label: `${sale.number} (${tender?.tender ?? ''} part)` };
  });
  return { type: 'shares', shares };
}

/** All that may carry tax, in a fixed order. */
function taxedOf({ items, fees, shipping, prorated = [] }: Sale): (SaleItem | SaleAmount)[] {
  return [...items, ...fees, ...shipping, ...prorated];
}

/**
 * The text by which a summary is known, its day first: equal keys have equal ids, others have
 * others.
 */
export function summaryIdOf(key: SummaryKey): string {
  const {
    day,
    side,
    tender,
    location,
    currency,
    taxKey,
    pricesIncludeTax,
    exchangeRate,
    isExchange,
  } = key;
  const parts = [
    day,
    side,
    tender ?? '',
    location,
    currency,
    taxKey,
    pricesIncludeTax ? 'gross' : 'net',
    ...(exchangeRate === undefined
      ? []
      : [exchangeRate.rate, exchangeRate.source, exchangeRate.day]),
    ...(isExchange === true ? ['exchange'] : []),
  ];
  const id = parts.map((part) => encodeURIComponent(part)).join('/');
  return id.length <= idMax ? id : `${day}/${side}/${shortHash(id)}`;
}

/** As long as the id of any record may be. */
const idMax = 100;

/**
 * A sale of several tenders as one for each. Amounts go by the tenders' sizes, each rounded so that
 * the shares of a line come to the line and those of a tender to the tender: both sums are
 * cumulated and rounded once, the last takes the rest. Where that would turn the sign of a cent and
 * nothing is negative, the tenders are filled one after the other. Pieces stand with the first
 * tender.
 */
function splitByTender(sale: Sale, tenders: readonly SaleTender[]): Sale[] {
  const amounts = amountsOf(sale);
  const sizes = tenders.map(({ amountMinor }) => amountMinor);
  const byShare = spread(amounts, sizes, (tenderMinor, amountMinor, wholeMinor) =>
    shareMinor(amountMinor, tenderMinor, wholeMinor),
  );
  const isTurned = byShare.some((share) =>
    share.some((minor, index) => minor !== 0 && minor < 0 !== (amounts[index] ?? 0) < 0),
  );
  const shares =
    isTurned && amounts.every((minor) => minor >= 0) ? spread(amounts, sizes, Math.min) : byShare;
  return shares.map((share, index) => ({
    ...withAmounts(sale, share, index === 0),
    tenders: tenders.slice(index, index + 1),
  }));
}

/**
 * A table of whole numbers with these sums of columns and rows, from a function of both cumulated
 * sums.
 */
function spread(
  amounts: readonly number[],
  sizes: readonly number[],
  cornerOf: (tenderMinor: number, amountMinor: number, wholeMinor: number) => number,
): number[][] {
  const wholeMinor = sumMinor(sizes);
  const rows: number[][] = [];
  let before = amounts.map(() => 0);
  let tenderMinor = 0;
  for (const size of sizes) {
    tenderMinor += size;
    const corners: number[] = [];
    let amountMinor = 0;
    for (const amount of amounts) {
      amountMinor += amount;
      corners.push(cornerOf(tenderMinor, amountMinor, wholeMinor));
    }
    const cumulated = corners.map((corner, index) => corner - (corners[index - 1] ?? 0));
    rows.push(cumulated.map((minor, index) => minor - (before[index] ?? 0)));
    before = cumulated;
  }
  return rows;
}

/**
 * Every amount of the sale in a fixed order; last what its tax and its total have beyond them: they
 * sum to the total.
 */
function amountsOf(sale: Sale): number[] {
  const lines = taxedOf(sale);
  const amounts = [
    ...lines.map((line) => line.netMinor),
    ...sale.tipsMinor.map((tip) => tip.amountMinor),
    ...sale.giftCards.map(({ use, amountMinor }) => (use === 'sold' ? amountMinor : -amountMinor)),
    ...(sale.deposits ?? []).map(({ use, amountMinor }) =>
      use === 'received' ? amountMinor : -amountMinor,
    ),
    sale.unallocatedMinor,
    sale.cashRoundingMinor ?? 0,
    ...lines.map((line) => line.taxMinor),
    sale.taxMinor - sumMinor(lines.map((line) => line.taxMinor)),
  ];
  return [...amounts, sale.totalMinor - sumMinor(amounts)];
}

function withAmounts(sale: Sale, amounts: readonly number[], hasPieces: boolean): Sale {
  const left = [...amounts];
  const next = (): number => left.shift() ?? 0;
  const items = sale.items.map((item): SaleItem => ({
    ...item,
    netMinor: next(),
    discountMinor: 0,
    quantity: hasPieces ? item.quantity : '0',
  }));
  const fees = sale.fees.map((fee): SaleAmount => ({ ...fee, netMinor: next() }));
  const shipping = sale.shipping.map((line): SaleAmount => ({ ...line, netMinor: next() }));
  const prorated = (sale.prorated ?? []).map((line): SaleAmount => ({ ...line, netMinor: next() }));
  const tipsMinor = sale.tipsMinor.map((tip) => ({ ...tip, amountMinor: next() }));
  const giftCards = sale.giftCards.map((card) => {
    const amountMinor = next();
    return { ...card, amountMinor: card.use === 'sold' ? amountMinor : 0 - amountMinor };
  });
  const deposits = (sale.deposits ?? []).map((deposit) => {
    const amountMinor = next();
    return { ...deposit, amountMinor: deposit.use === 'received' ? amountMinor : 0 - amountMinor };
  });
  const unallocatedMinor = next();
  const cashRoundingMinor = next();
  const taxed = [...items, ...fees, ...shipping, ...prorated];
  for (const line of taxed) line.taxMinor = next();
  return {
    ...sale,
    items,
    fees,
    shipping,
    tipsMinor,
    giftCards,
    deposits,
    prorated,
    unallocatedMinor,
    cashRoundingMinor,
    taxMinor: sumMinor(taxed.map((line) => line.taxMinor)) + next(),
    totalMinor: sumMinor(amounts),
  };
}
