import {
  type Decimal,
  divideRounded,
  minorToNumber,
  parseDecimal,
  percentOf,
  sum,
  taxWithin,
  toMinor,
} from '../../decimal';
import { isObject, type JsonObject, listIn, objectIn, textIn } from '../../json';
import { referenced } from '../checks';
import { faults } from '../fault';
import { type WriteContext } from '../kind';
import { type Posting } from '../realm';
import { type SalesLine } from './lines';

/** The tax of a document. Credits of the payable accounts are positive here. */
export interface DocumentTax {
  totalMinor: bigint;
  postings: Posting[];
  detail: JsonObject | undefined;
  /** What the net lines change by, so that net and tax make the gross total (TaxInclusive). */
  netChange: Map<SalesLine, bigint>;
}

const noTax: DocumentTax = {
  totalMinor: 0n,
  postings: [],
  detail: undefined,
  netChange: new Map(),
};

/** Which of the four ways of section 15 the company goes. */
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
  const rate = usRate(context, sent);
  const base = sum(taxed.map((line) => line.minor)) - discountBase(context, lines);
  const shipping = sum(taxed.filter((line) => line.kind === 'shipping').map((line) => line.minor));
  let totalMinor = percentOf(base, rate);
  if (explicit !== undefined) {
    totalMinor = toMinor(explicit);
    const isCovered = settings['qbo.astShippingFlag'] && wanted['ShippingTaxIncludedInTotalTax'] === true; // prettier-ignore
    if (realm.preferences.partnerTaxEnabled && !isCovered) totalMinor += percentOf(shipping, rate);
  }
  const accountId = realm.systemAccounts.taxPayable;
  return {
    totalMinor,
    postings: [{ accountId, minor: totalMinor }],
    detail: { ...sent, TotalTax: minorToNumber(totalMinor) },
    netChange: new Map(),
  };
}

/** Default: tax before the discount (section 15). */
function discountBase({ wanted }: WriteContext, lines: SalesLine[]): bigint {
  if (wanted['ApplyTaxAfterDiscount'] !== true) return 0n;
  return sum(lines.filter((line) => line.kind === 'discount').map((line) => line.minor));
}

function usRate(context: WriteContext, sent: JsonObject): Decimal {
  const { realm } = context;
  const chosen = sent['TxnTaxCodeRef'];
  if (chosen !== undefined && !realm.preferences.partnerTaxEnabled) {
    const rates = ratesOf(context, referenced(context, chosen, 'TaxCode').Id);
    return rates.reduce((total, { percent }) => add(total, percent), zero);
  }
  return parseDecimal(realm.automatedRate) ?? zero;
}

const zero: Decimal = { units: 0n, scale: 0 };

function add(left: Decimal, right: Decimal): Decimal {
  const scale = Math.max(left.scale, right.scale);
  const raised = (value: Decimal): bigint => value.units * 10n ** BigInt(scale - value.scale);
  return { units: raised(left) + raised(right), scale };
}

interface Rate {
  id: string;
  percent: Decimal;
  accountId: string;
}

function ratesOf(context: WriteContext, codeId: string): Rate[] {
  const { realm } = context;
  const code = realm.tables.TaxCode.rows.get(codeId) ?? {};
  const details = listIn(objectIn(code, 'SalesTaxRateList') ?? {}, 'TaxRateDetail');
  return details.filter(isObject).map((detail) => {
    const rate = referenced(context, detail['TaxRateRef'], 'TaxRate');
    const accountId = realm.rateAccounts.get(rate.Id) ?? realm.systemAccounts.taxPayable;
    return { id: rate.Id, percent: parseDecimal(rate['RateValue']) ?? zero, accountId };
  });
}

/** Not US: every line has a code; tax per rate on the sub-total of the code. */
function taxByCode(context: WriteContext, lines: SalesLine[], isInclusive: boolean): DocumentTax {
  const byCode = new Map<string, SalesLine[]>();
  for (const line of lines) {
    if (line.kind === 'discount') continue;
    if (line.taxCode === undefined) {
      throw faults.business('Make sure all your transactions have a VAT rate before you save.');
    }
    const { Id: codeId } = referenced(context, { value: line.taxCode }, 'TaxCode');
    byCode.set(codeId, [...(byCode.get(codeId) ?? []), line]);
  }
  const tax: DocumentTax = {
    totalMinor: 0n,
    postings: [],
    detail: undefined,
    netChange: new Map(),
  };
  const taxLines: JsonObject[] = [];
  const shares = discountShares(lines, byCode);
  for (const [codeId, group] of byCode) {
    const rates = ratesOf(context, codeId);
    const whole = rates.reduce((total, { percent }) => add(total, percent), zero);
    const net = sum(group.map((line) => line.minor)) - (shares.get(codeId) ?? 0n);
    const gross = isInclusive ? grossOf(group, whole) : 0n;
    const groupTax = isInclusive ? taxWithin(gross, whole) : 0n;
    const amounts = rates.map(({ percent }) =>
      isInclusive ? share(groupTax, percent, whole) : percentOf(net, percent),
    );
    rates.forEach((rate, index) => {
      const isLast = index === rates.length - 1;
      const before = sum(amounts.slice(0, index));
      const minor = isInclusive && isLast ? groupTax - before : (amounts[index] ?? 0n);
      tax.totalMinor += minor;
      tax.postings.push({ accountId: rate.accountId, minor });
      taxLines.push(taxLine(rate, minor, isInclusive ? gross - groupTax : net));
    });
    if (isInclusive) balanceNet(tax, group, gross - groupTax);
  }
  tax.detail = { TotalTax: minorToNumber(tax.totalMinor), TaxLine: taxLines };
  return tax;
}

/** A discount is spread over the codes by their net amounts; the last takes the rest. */
function discountShares(lines: SalesLine[], byCode: Map<string, SalesLine[]>): Map<string, bigint> {
  const discount = sum(lines.filter((line) => line.kind === 'discount').map((line) => line.minor));
  const nets = [...byCode].map(([code, group]) => [code, sum(group.map((line) => line.minor))] as const); // prettier-ignore
  const whole = sum(nets.map(([, net]) => net));
  const shares = new Map<string, bigint>();
  if (discount === 0n || whole === 0n) return shares;
  let left = discount;
  nets.forEach(([code, net], index) => {
    const part = index === nets.length - 1 ? left : divideRounded(discount * net, whole);
    shares.set(code, part);
    left -= part;
  });
  return shares;
}

function grossOf(group: SalesLine[], percent: Decimal): bigint {
  return sum(group.map((line) => line.grossMinor ?? line.minor + percentOf(line.minor, percent)));
}

function share(amount: bigint, part: Decimal, whole: Decimal): bigint {
  const scale = BigInt(whole.scale - part.scale);
  return whole.units === 0n ? 0n : divideRounded(amount * part.units * 10n ** scale, whole.units);
}

/** QuickBooks works out the net lines anew: the difference goes to the biggest line. */
function balanceNet(tax: DocumentTax, group: SalesLine[], net: bigint): void {
  const difference = net - sum(group.map((line) => line.minor));
  if (difference === 0n) return;
  const size = (line: SalesLine): bigint => (line.minor < 0n ? -line.minor : line.minor);
  const [first, ...others] = group;
  if (first === undefined) return;
  const biggest = others.reduce((best, line) => (size(line) > size(best) ? line : best), first);
  const limit = 5n * BigInt(group.length);
  if (difference > limit || difference < -limit) {
    throw faults.business('Tax calculation: TaxInclusiveAmt does not fit Amount and rate');
  }
  tax.netChange.set(biggest, difference);
}

function taxLine(rate: Rate, minor: bigint, netMinor: bigint): JsonObject {
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
