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
import { isObject, type JsonObject, listIn, objectIn } from '../../json';
import { faults } from '../fault';
import { type WriteContext } from '../kind';
import { referenced, referenceId } from '../reference';
import { type SalesLine } from './lines';
import { add, type DocumentTax, type Rate, ratesOf, share, taxLine, zero } from './rates';

/** Not US: every line has a code; tax per rate on the sub-total of the code. */
export function taxByCode(
  context: WriteContext,
  lines: SalesLine[],
  isInclusive: boolean,
): DocumentTax {
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
  const users = codesByRate(context, [...byCode.keys()]);
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
      const computed = isInclusive && isLast ? groupTax - before : (amounts[index] ?? 0n);
      const minor = isInclusive
        ? computed
        : overridden(context, rate, computed, users.get(rate.id) ?? 1);
      tax.totalMinor += minor;
      tax.postings.push({ accountId: rate.accountId, minor });
      taxLines.push(taxLine(rate, minor, isInclusive ? gross - groupTax : net));
    });
    if (isInclusive) balanceNet(tax, group, gross - groupTax);
  }
  tax.detail = { TotalTax: minorToNumber(tax.totalMinor), TaxLine: taxLines };
  return tax;
}

/** How many of these codes use each rate. */
function codesByRate(context: WriteContext, codes: readonly string[]): Map<string, number> {
  const users = new Map<string, number>();
  for (const code of codes)
    for (const { id } of ratesOf(context, code)) users.set(id, (users.get(id) ?? 0) + 1);
  return users;
}

/** A discount is spread over the codes by their net amounts; the last takes the rest. */
function discountShares(lines: SalesLine[], byCode: Map<string, SalesLine[]>): Map<string, bigint> {
  const discount = sum(lines.filter((line) => line.kind === 'discount').map((line) => line.minor));
  const nets = [...byCode].map(
    ([code, group]) => [code, sum(group.map((line) => line.minor))] as const,
  );
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

/**
 * A tax amount that the request gives for a rate is taken while it is close to the computed one
 * (quickbooks.md#not-confirmed). Only where one code uses the rate: else nobody knows whose amount
 * it is.
 */
function overridden(context: WriteContext, rate: Rate, computed: bigint, codes: number): bigint {
  const sent = listIn(objectIn(context.wanted, 'TxnTaxDetail') ?? {}, 'TaxLine').filter(isObject);
  const own = sent.find(
    (line) => referenceId(objectIn(line, 'TaxLineDetail')?.['TaxRateRef']) === rate.id,
  );
  const amount = own === undefined ? undefined : parseDecimal(own['Amount']);
  if (amount === undefined || codes > 1) return computed;
  const minor = toMinor(amount);
  const width = toMinor(parseDecimal(context.settings['qbo.taxOverrideWidth']) ?? zero);
  const difference = minor > computed ? minor - computed : computed - minor;
  if (difference > width) {
    throw faults.business('Tax calculation: the amount of a tax line does not fit its rate');
  }
  return minor;
}
