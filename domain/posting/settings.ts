import { unclearSwitches, type ModeSwitch } from './modes';

/** Where a place of the till is; `default` where it names none. */
export interface ShopAddress {
  location: string;
  line1: string;
  line2?: string | undefined;
  city: string;
  region: string;
  postalCode: string;
  country?: string | undefined;
}

/**
 * Settings part `posting` (accounting.md#settings), as far as they are built. Amounts are minor
 * units of the document's currency.
 */
export interface PostingSettings {
  /** Older sales are not posted by themselves (accounting.md#principles); null: all are. */
  startDate: string | null;
  discount: {
    /**
     * `net`: lines after discounts. `gross`: lines before them and one discount line; US companies
     * only.
     */
    mode: 'net' | 'gross';
  };
  rounding: {
    /**
     * Cents of a two-decimal currency for each line, and at most, that a rounding line may make up.
     */
    centsPerLine: number;
    centsMax: number;
  };
  tax: {
    /** How far the tax that the books compute may be from the source's, per document. */
    varianceMinor: number;
    /**
     * The same for each taxed line, for a POS that rounds tax by line; the larger of the two
     * counts.
     */
    variancePerLineMinor: number;
  };
  shop: {
    /**
     * Addresses of the shop's places, from which automated tax of a US company is computed; a place
     * without one goes by the company's.
     */
    shipFrom: ShopAddress[];
  };
  deposit: {
    /**
     * Tax of lay-away money: when it is received, with the sale that uses it, or as the company's
     * country has it. The tax code is the one mapped as `@deposit`.
     */
    tax: 'byCountry' | 'atReceipt' | 'atSale';
  };
  zero: {
    /** A sale of 0.00: posted where goods move, or never. */
    mode: 'stockOnly' | 'never';
  };
  closed: {
    /**
     * A sale of a closed period: held, or dated the first open day with its own day in the note.
     */
    mode: 'park' | 'firstOpenDay';
  };
  correction: {
    /**
     * The day of what is added to, or taken from, a document that may not be touched: that of the
     * sale, or the one on which the correction came, so that no reported day changes. In a closed
     * period the first open day.
     */
    day: 'saleDay' | 'correctionDay';
  };
  mode: {
    /**
     * Business days from which tickets are summed up by day, or posted one by one again
     * (accounting.md#summaries).
     */
    switches: ModeSwitch[];
  };
  summary: {
    /** Goods by tax alone, or by article. */
    lines: 'category' | 'item';
    /** After the end of the business day, so that its late tickets are in it. */
    dueAfterMinutes: number;
  };
  date: {
    /** Hour of the day, in the tenant's zone, at which a business day ends. */
    dayCutHour: number;
  };
  refund: {
    /**
     * An amount without lines that is not the whole rest of its sale: without tax, with its share
     * of it, or with that where the sale's prices include tax.
     */
    amountOnlyTax: 'none' | 'prorate' | 'inclusiveOnly';
    /** What is paid back of a sale that is an invoice; holds for refunds that come after. */
    invoice: 'refundReceipt' | 'creditMemo';
  };
  paid: {
    /** What is paid at once in one tender; holds for tickets that come after. */
    as: 'salesReceipt' | 'invoicePayment';
  };
  unpaid: {
    /** An invoice: posted when it comes, or with the first money received of it. */
    as: 'invoice' | 'wait';
  };
  item: {
    /**
     * A line whose article has no item there and gets none: held, on the item mapped as `@generic`,
     * or on one made for it.
     */
    unmapped: 'hold' | 'genericItem' | 'create';
  };
  customer: {
    /**
     * Guests: all on the customer mapped for them, or each e-mail on one of its own; holds for
     * tickets that come after.
     */
    guest: 'bucket' | 'perEmail';
  };
  cash: {
    /**
     * Paid-in, paid-out and differences of the drawer: an entry each, or left to the accountant.
     */
    mode: 'journalEntry' | 'off';
  };
}

export const initialPostingSettings: PostingSettings = {
  startDate: null,
  discount: { mode: 'net' },
  rounding: { centsPerLine: 1, centsMax: 5 },
  tax: { varianceMinor: 2, variancePerLineMinor: 0 },
  shop: { shipFrom: [] },
  deposit: { tax: 'byCountry' },
  zero: { mode: 'stockOnly' },
  closed: { mode: 'park' },
  correction: { day: 'saleDay' },
  mode: { switches: [] },
  summary: { lines: 'category', dueAfterMinutes: 120 },
  date: { dayCutHour: 0 },
  refund: { amountOnlyTax: 'inclusiveOnly', invoice: 'refundReceipt' },
  paid: { as: 'salesReceipt' },
  unpaid: { as: 'invoice' },
  item: { unmapped: 'hold' },
  customer: { guest: 'bucket' },
  cash: { mode: 'journalEntry' },
};

/**
 * What of the settings says nothing clear, by path: switches of the mode, two addresses of one
 * place.
 */
export function unclearSettings({
  mode,
  shop,
}: PostingSettings): { path: string; message: string }[] {
  const message = unclearSwitches(mode.switches);
  const places = shop.shipFrom.map(({ location }) => location);
  const twice = places.find((place, index) => places.indexOf(place) !== index);
  return [
    ...(message === null ? [] : [{ path: 'mode.switches', message }]),
    ...(twice === undefined
      ? []
      : [{ path: 'shop.shipFrom', message: `place ${twice} has two addresses` }]),
  ];
}

/** What of a company decides which settings fit it. */
export interface CompanyForSettings {
  country: string;
  allowDiscount: boolean;
  isAutomatedTax: boolean;
}

/** Why these settings do not fit this company, by path; empty where they do. */
export function unfitSettings(
  { discount, shop, deposit }: PostingSettings,
  { country, allowDiscount, isAutomatedTax }: CompanyForSettings,
): { path: string; message: string }[] {
  const isUs = country === 'US';
  const found: { path: string; message: string }[] = [];
  const refuse = (path: string, message: string): void => void found.push({ path, message });
  if (discount.mode === 'gross' && !isUs)
    refuse('discount.mode', 'gross needs a US company: elsewhere tax is computed from the lines');
  else if (discount.mode === 'gross' && !allowDiscount)
    refuse('discount.mode', 'gross needs discounts to be switched on in the company');
  if (shop.shipFrom.length > 0 && !(isUs && isAutomatedTax))
    refuse('shop.shipFrom', 'only a US company with automated sales tax computes tax by addresses');
  if (deposit.tax === 'atReceipt' && isUs)
    refuse('deposit.tax', 'a US company owes sales tax with the sale');
  return found;
}
