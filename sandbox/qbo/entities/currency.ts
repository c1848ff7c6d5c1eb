import { type JsonObject } from '../../json';
import { currencyName } from '../currencies';
import { faults } from '../fault';
import { type WriteContext } from '../kind';
import { referenceId } from '../reference';

/**
 * The currency of an account or a person: fixed at creation, another than the company's needs
 * multicurrency (quickbooks.md#customers).
 */
export function fixedCurrency({ realm, existing, wanted }: WriteContext): JsonObject {
  const code = referenceId(existing?.['CurrencyRef'] ?? wanted['CurrencyRef']) ?? realm.currency;
  if (code !== realm.currency && !realm.preferences.multiCurrency)
    throw faults.business('multicurrency is not switched on in this company');
  return { value: code, name: currencyName(code) };
}
