import { minorToNumber, parseDecimal, percentOf, sum, toMinor } from '../../decimal';
import { type JsonObject, objectIn, textIn } from '../../json';
import { faults } from '../fault';
import { type WriteContext } from '../kind';
import { referenced } from '../reference';
import { type SalesLine } from './lines';
import { usTaxCodeId } from '../chart';
import { add, type DocumentTax, type Rate, ratesOf, share, taxLine, zero } from './rates';
import { taxByCode } from './tax-codes';

const noTax: DocumentTax = {
  totalMinor: 0n,
  postings: [],
  detail: undefined,
  netChange: new Map(),
};

/** Which of the four ways of quickbooks.md#sales-tax the company goes. */
export function documentTax(context: WriteContext, lines: SalesLine[]): DocumentTax {
  const { realm, wanted } = context;
  if (realm.country !== 'US') {
    const mode = textIn(wanted, 'GlobalTaxCalculation') ?? 'TaxExcluded';
    if (!['TaxExcluded', 'TaxInclusive', 'NotApplicable'].includes(mode)) {
      throw faults.invalidEnum(mode, 'GlobalTaxCalculation');
    }
    return mode === 'NotApplicable' ? noTax : taxByCode(context, lines, mode === 'TaxInclusive');
  }
  for (const line of lines) {
    if (line.taxCode !== undefined && line.taxCode !== 'TAX' && line.taxCode !== 'NON') {
      throw faults.usTaxCode(line.taxCode);
    }
  }
  return realm.preferences.usingSalesTax ? usTax(context, lines) : noTax;
}

/** US: an explicit total is honoured, else the engine's rate; all-NON lines carry no tax. */
function usTax(context: WriteContext, lines: SalesLine[]): DocumentTax {
  const { realm, settings, wanted } = context;
  const sent = objectIn(wanted, 'TxnTaxDetail') ?? {};
  const taxed = lines.filter((line) => line.taxCode === 'TAX');
  const explicit = sent['TotalTax'] === undefined ? undefined : parseDecimal(sent['TotalTax']);
  const isDropped = taxed.length === 0 && settings['qbo.astAllNon'] === 'drop';
  if (isDropped) return { ...noTax, detail: { TotalTax: 0 } };
  const isAutomated = realm.preferences.partnerTaxEnabled;
  const rates = isAutomated ? [engineRate(context)] : manualRates(context, sent);
  const rate = rates.reduce((total, { percent }) => add(total, percent), zero);
  const base = sum(taxed.map((line) => line.minor)) - discountBase(context, lines);
  const shipping = sum(taxed.filter((line) => line.kind === 'shipping').map((line) => line.minor));
  let totalMinor = percentOf(base, rate);
  if (explicit !== undefined) {
    totalMinor = toMinor(explicit);
    const isCovered =
      settings['qbo.astShippingFlag'] && wanted['ShippingTaxIncludedInTotalTax'] === true;
    if (isAutomated && !isCovered) totalMinor += percentOf(shipping, rate);
  }
  return {
    totalMinor,
    postings: [{ accountId: realm.systemAccounts.taxPayable, minor: totalMinor }],
    detail: {
      ...codeRef(sent, isAutomated),
      TotalTax: minorToNumber(totalMinor),
      TaxLine: spread(rates, totalMinor).map(([one, minor]) => taxLine(one, minor, base)),
    },
    netChange: new Map(),
  };
}

/**
 * A code that was sent is replaced by the engine, and kept where there is none
 * (quickbooks.md#sales-tax).
 */
function codeRef(sent: JsonObject, isAutomated: boolean): JsonObject {
  if (isAutomated) return { TxnTaxCodeRef: { value: usTaxCodeId } };
  return sent['TxnTaxCodeRef'] === undefined ? {} : { TxnTaxCodeRef: sent['TxnTaxCodeRef'] };
}

/** The amount over the rates by their percents; the last takes the rest. */
function spread(rates: readonly Rate[], totalMinor: bigint): (readonly [Rate, bigint])[] {
  const whole = rates.reduce((total, { percent }) => add(total, percent), zero);
  let left = totalMinor;
  return rates.map((rate, index) => {
    const isLast = index === rates.length - 1;
    const minor = isLast ? left : share(totalMinor, rate.percent, whole);
    left -= minor;
    return [rate, minor] as const;
  });
}

/** Default: tax before the discount (quickbooks.md#sales-tax). */
function discountBase({ wanted }: WriteContext, lines: SalesLine[]): bigint {
  if (wanted['ApplyTaxAfterDiscount'] !== true) return 0n;
  return sum(lines.filter((line) => line.kind === 'discount').map((line) => line.minor));
}

/** The rate the engine finds for the place; its code and rate are the seeded ones. */
function engineRate(context: WriteContext): Rate {
  const { realm } = context;
  const [known] = ratesOf(context, usTaxCodeId);
  const percent = parseDecimal(realm.automatedRate) ?? zero;
  return { id: known?.id ?? '1', percent, accountId: realm.systemAccounts.taxPayable };
}

/** Without automated tax: the rates of the document's code, else the company's own rate. */
function manualRates(context: WriteContext, sent: JsonObject): Rate[] {
  const chosen = sent['TxnTaxCodeRef'];
  if (chosen === undefined || chosen === null) return [engineRate(context)];
  return ratesOf(context, referenced(context, chosen, 'TaxCode').Id);
}
