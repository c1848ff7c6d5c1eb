import type { PostingSettings } from '../../schemas/settings';
import { unclearSwitches } from './modes';

export type { PostingSettings } from '../../schemas/settings';
export type ShopAddress = PostingSettings['shop']['shipFrom'][number];

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
