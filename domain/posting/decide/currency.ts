import type { ExchangeRate } from '../../bodies';
import { hold, type Hold, type PostingCompany } from '../document';

/**
 * What keeps an amount of this currency out of the books: another currency than theirs needs a
 * company with several, and a rate from a stated source and day (accounting.md#currencies). Null
 * where nothing does.
 */
export function currencyHold(
  { currency, exchangeRate }: { currency: string; exchangeRate?: ExchangeRate | undefined },
  { homeCurrency, isMultiCurrency }: Pick<PostingCompany, 'homeCurrency' | 'isMultiCurrency'>,
): Hold | null {
  if (currency === homeCurrency) return null;
  if (homeCurrency === null)
    return hold(
      'currency_unknown',
      currency,
      `The books do not say their currency, this is in ${currency}`,
    );
  if (!isMultiCurrency)
    return hold(
      'foreign_currency',
      currency,
      `This is in ${currency}, the books are in ${homeCurrency} alone: switch on ` +
        'multicurrency in QuickBooks',
    );
  return exchangeRate === undefined
    ? hold(
        'exchange_rate_missing',
        currency,
        `This is in ${currency}: send the rate to ${homeCurrency}, its source and day`,
      )
    : null;
}
