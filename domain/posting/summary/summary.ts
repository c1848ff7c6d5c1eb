import type { SummaryKey } from '../../bodies';
import { addDecimals, signOf } from '../../money';
import { taxKeyOf } from '../decide/lines';
import { blankSale, type Sale, type SaleAmount, type SaleItem } from '../sale';

// The members of one daily summary as one sale, added one by one: what is kept grows with the
// articles, never with the tickets. Sums are exact, so the order of the members does not matter to
// any figure.

/** Names of members that the note can hold: it has room for 4000 characters. */
const listMax = 3_700;
/** The first words, by which the document is found again, may have 300. */
const markerMax = 300;

/** Everything of a sale that is money or pieces. */
type SummaryFigures = Pick<
  Sale,
  | 'items'
  | 'fees'
  | 'shipping'
  | 'tipsMinor'
  | 'giftCards'
  | 'deposits'
  | 'unallocatedMinor'
  | 'prorated'
  | 'cashRoundingMinor'
  | 'taxMinor'
  | 'totalMinor'
>;

export class SummaryFold {
  private readonly items = new Map<string, SaleItem>();
  private readonly fees = new Map<string, SaleAmount>();
  private readonly prorated = new Map<string, SaleAmount>();
  private readonly shipping = new Map<string, SaleAmount>();
  private readonly labels: string[] = [];
  private readonly taxLabels = new Set<string>();
  private listLength = 0;
  private members = 0;
  private tipsMinor = 0;
  private soldMinor = 0;
  private usedMinor = 0;
  private receivedMinor = 0;
  private depositedMinor = 0;
  private cashRoundingMinor = 0;
  private unallocatedMinor = 0;
  private taxMinor = 0;
  private totalMinor = 0;

  /** Takes one member in. */
  add(sale: Sale, label: string): void {
    this.members += 1;
    if (this.listLength <= listMax) this.labels.push(label);
    this.listLength += label.length + 1;
    if (sale.taxLabel !== '') this.taxLabels.add(sale.taxLabel);
    for (const item of sale.items) addItem(this.items, item);
    // A discount and a fee have different items in the books.
    for (const fee of sale.fees) {
      const isOff = fee.netMinor < 0 || fee.isReduction === true;
      addAmount(this.fees, { ...fee, description: isOff ? 'Discounts' : 'Fees' });
    }
    for (const line of sale.shipping) addAmount(this.shipping, { ...line, description: '' });
    for (const tip of sale.tipsMinor) this.tipsMinor += tip.amountMinor;
    for (const { use, amountMinor } of sale.giftCards) {
      if (use === 'sold') this.soldMinor += amountMinor;
      else this.usedMinor += amountMinor;
    }
    for (const { use, amountMinor } of sale.deposits ?? []) {
      if (use === 'received') this.receivedMinor += amountMinor;
      else this.depositedMinor += amountMinor;
    }
    for (const line of sale.prorated ?? []) addAmount(this.prorated, line);
    this.cashRoundingMinor += sale.cashRoundingMinor ?? 0;
    this.unallocatedMinor += sale.unallocatedMinor;
    this.taxMinor += sale.taxMinor;
    this.totalMinor += sale.totalMinor;
  }

  private figures(): SummaryFigures {
    return {
      items: [...this.items.values()].filter(hasFigures),
      fees: [...this.fees.values()].filter(hasFigures),
      shipping: [...this.shipping.values()].filter(hasFigures),
      tipsMinor: this.tipsMinor === 0 ? [] : [{ description: 'Tips', amountMinor: this.tipsMinor }],
      giftCards: [
        ...(this.soldMinor === 0
          ? []
          : [{ code: '', use: 'sold' as const, amountMinor: this.soldMinor }]),
        ...(this.usedMinor === 0
          ? []
          : [{ code: '', use: 'used' as const, amountMinor: this.usedMinor }]),
      ],
      deposits: [
        ...(this.receivedMinor === 0
          ? []
          : [{ id: '', use: 'received' as const, amountMinor: this.receivedMinor }]),
        ...(this.depositedMinor === 0
          ? []
          : [{ id: '', use: 'used' as const, amountMinor: this.depositedMinor }]),
      ],
      prorated: [...this.prorated.values()].filter(hasFigures),
      cashRoundingMinor: this.cashRoundingMinor,
      unallocatedMinor: this.unallocatedMinor,
      taxMinor: this.taxMinor,
      totalMinor: this.totalMinor,
    };
  }

  /** The members as one sale of the key's day and tender. */
  sale(key: SummaryKey, number: string): SummarySale {
    const what = key.side === 'sale' ? 'order' : 'refund';
    const count = `${this.members} ${what}${this.members === 1 ? '' : 's'}`;
    const head = `truth-sync daily summary ${key.day}, ${count}:`;
    const [marker, notes] = this.listed(head);
    return {
      ...blankSale,
      ...this.figures(),
      side: key.side,
      marker,
      notes,
      number,
      date: key.day,
      currency: key.currency,
      pricesIncludeTax: key.pricesIncludeTax,
      tenders:
        key.tender === null
          ? []
          : [
              {
                tender: key.tender,
                amountMinor: this.totalMinor,
                reference: null,
                isExchange: key.isExchange,
              },
            ],
      exchangeRate: key.exchangeRate,
      taxLabel: [...this.taxLabels].sort().join(', '),
      members: this.members,
    };
  }

  /** The list of members as the marker and, where it is long, a note behind it. */
  private listed(head: string): [marker: string, notes: string[]] {
    let marker = head;
    let note = '';
    let listed = 0;
    for (const label of this.labels) {
      if (note === '' && marker.length + 1 + label.length <= markerMax) marker += ` ${label}`;
      else if (head.length + marker.length + note.length + label.length < listMax)
        note += note === '' ? label : ` ${label}`;
      else break;
      listed += 1;
    }
    const rest = this.members - listed;
    if (rest > 0) note += ` and ${rest} more`;
    return [marker, note === '' ? [] : [note]];
  }
}

/** A summary's figures as a sale that posting decides like any other. */
export interface SummarySale extends Sale {
  members: number;
}

export function isSummary(sale: Sale): sale is SummarySale {
  return sale.members !== undefined;
}

function hasFigures(line: SaleItem | SaleAmount): boolean {
  const hasPieces = 'quantity' in line && signOf(line.quantity) !== 0;
  return line.netMinor !== 0 || line.taxMinor !== 0 || hasPieces;
}

function addItem(items: Map<string, SaleItem>, item: SaleItem): void {
  const codes = [...new Set(item.codes)].sort();
  const isTaxed = item.taxMinor !== 0;
  const key = JSON.stringify([item.sku, taxKeyOf(codes), isTaxed, item.isKept]);
  const known = items.get(key);
  const productId = known?.productId ?? item.productId;
  items.set(key, {
    sku: item.sku,
    ...(productId === undefined ? {} : { productId }),
    description: '',
    quantity: addDecimals(known?.quantity ?? '0', item.quantity),
    netMinor: (known?.netMinor ?? 0) + item.netMinor,
    discountMinor: 0,
    taxMinor: (known?.taxMinor ?? 0) + item.taxMinor,
    isKept: item.isKept,
    codes,
  });
}

function addAmount(amounts: Map<string, SaleAmount>, line: SaleAmount): void {
  const codes = [...new Set(line.codes)].sort();
  const key = JSON.stringify([line.description, taxKeyOf(codes), line.taxMinor !== 0]);
  const known = amounts.get(key);
  amounts.set(key, {
    description: line.description,
    netMinor: (known?.netMinor ?? 0) + line.netMinor,
    taxMinor: (known?.taxMinor ?? 0) + line.taxMinor,
    codes,
  });
}

/**
 * Room of a document number; a second document of a summary takes two or three characters of it.
 */
const numberMax = 18;

/**
 * A label of at most 18 characters, e.g. `P-20261121-CARD`; a refund's ends in `-R`. What has no
 * room, or is no plain tender of the only place, gets characters that stand for the whole key.
 */
export function summaryNumber(prefix: string, key: SummaryKey, isOther: boolean): string {
  const head = `${prefix}-${key.day.replaceAll('-', '')}-`;
  const end = key.side === 'refund' ? '-R' : '';
  const word = (key.tender ?? 'none').toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  const isPlain = !isOther && word !== '' && head.length + word.length + end.length <= numberMax;
  if (isPlain) return head + word + end;
  const sign = smallHash(JSON.stringify(key));
  return head + word.slice(0, numberMax - head.length - sign.length - end.length) + sign + end;
}

/** FNV-1a in four characters of base 36: names a key shortly, guards nothing. */
function smallHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash ^= character.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return (hash % 36 ** 4).toString(36).toUpperCase().padStart(4, '0');
}
