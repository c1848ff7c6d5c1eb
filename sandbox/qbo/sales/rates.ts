import { type Decimal, divideRounded, minorToNumber, parseDecimal } from '../../decimal';
import { isObject, type JsonObject, listIn, objectIn } from '../../json';
import { type WriteContext } from '../kind';
import { type Posting } from '../realm';
import { referenced } from '../reference';
import { type SalesLine } from './lines';
import { rowOf } from '../tables';

/** The tax of a document. Credits of the payable accounts are positive here. */
export interface DocumentTax {
  totalMinor: bigint;
  postings: Posting[];
  detail: JsonObject | undefined;
  /** What the net lines change by, so that net and tax make the gross total (TaxInclusive). */
  netChange: Map<SalesLine, bigint>;
}

export const zero: Decimal = { units: 0n, scale: 0 };

export function add(left: Decimal, right: Decimal): Decimal {
  const scale = Math.max(left.scale, right.scale);
  const raised = (value: Decimal): bigint => value.units * 10n ** BigInt(scale - value.scale);
  return { units: raised(left) + raised(right), scale };
}

/** One rate of a tax code, with the account it is owed on. */
export interface Rate {
  id: string;
  percent: Decimal;
  accountId: string;
}

/** The rates of a code; a code may bundle several. */
export function ratesOf(context: WriteContext, codeId: string): Rate[] {
  const { realm } = context;
  const code = rowOf(realm, 'TaxCode', codeId) ?? {};
  const details = listIn(objectIn(code, 'SalesTaxRateList') ?? {}, 'TaxRateDetail');
  return details.filter(isObject).map((detail) => {
    const rate = referenced(context, detail['TaxRateRef'], 'TaxRate');
    const accountId = realm.rateAccounts.get(rate.Id) ?? realm.systemAccounts.taxPayable;
    return { id: rate.Id, percent: parseDecimal(rate['RateValue']) ?? zero, accountId };
  });
}

/** How the vendor shows the tax of one rate. */
export function taxLine(rate: Rate, minor: bigint, netMinor: bigint): JsonObject {
  return {
    Amount: minorToNumber(minor),
    DetailType: 'TaxLineDetail',
    TaxLineDetail: {
      TaxRateRef: { value: rate.id },
      PercentBased: true,
      TaxPercent: Number(rate.percent.units) / 10 ** rate.percent.scale,
      NetAmountTaxable: minorToNumber(netMinor),
    },
  };
}

/** The part of an amount that one percent has of all. */
export function share(amount: bigint, part: Decimal, whole: Decimal): bigint {
  const scale = BigInt(whole.scale - part.scale);
  return whole.units === 0n ? 0n : divideRounded(amount * part.units * 10n ** scale, whole.units);
}
