import type {
  DepositAmount,
  InvoiceBody,
  OrderBody,
  PayoutBody,
  Undated,
  RefundBody,
  TicketBody,
} from './bodies';
import { extendMinor, sumMinor } from './money';

/** One sum of a ticket that does not hold; paths are those of the body. */
export interface SumFault {
  path: string;
  message: string;
}

type Ticket =
  | { kind: 'order'; body: OrderBody }
  | { kind: 'invoice'; body: InvoiceBody }
  | { kind: 'refund'; body: RefundBody };

/** The sums that intake checks lines, net, tax, total, tenders. Empty = all hold. */
export function sumFaults(ticket: Ticket): SumFault[] {
  const { body } = ticket;
  const named = [...(body.fees ?? []), ...(body.shipping ?? [])];
  const taxes = [...body.lines, ...named].flatMap((line) => line.taxes ?? []);
  const unallocatedMinor = ticket.kind === 'refund' ? (ticket.body.unallocatedMinor ?? 0) : 0;
  const netMinor = sumMinor([
    ...body.lines.map((line) => line.netMinor),
    ...named.map((line) => line.amountMinor),
    unallocatedMinor,
  ]);
  const taxMinor = sumMinor(taxes.map((tax) => tax.taxMinor));
  const { totals } = body;
  const backMinor = sumMinor(givenBack(ticket).map(({ amountMinor }) => amountMinor));
  const totalMinor = totals.netMinor + totals.taxMinor + extrasMinor(body) + backMinor;
  const faults = [
    ...lineFaults(body),
    ...difference('totals.netMinor', totals.netMinor, netMinor, 'lines + fees + shipping'),
    ...difference('totals.taxMinor', totals.taxMinor, taxMinor, 'the sum of all taxes'),
    ...difference(
      'totals.totalMinor',
      totals.totalMinor,
      totalMinor,
      'net + tax + tips + gift cards sold - gift cards used + rounding + deposits given back',
    ),
  ];
  if (ticket.kind === 'invoice') return faults;
  const { tenders } = ticket.body;
  // What is owed back has no tender: the invoice that it belongs to is not paid.
  if (ticket.kind === 'refund' && tenders.length === 0) return faults;
  const deposits = ticket.kind === 'order' ? (ticket.body.deposits ?? []) : [];
  const paidMinor = sumMinor([...tenders, ...deposits].map(({ amountMinor }) => amountMinor));
  const what = 'totals.totalMinor';
  const path = deposits.length === 0 ? 'tenders' : 'tenders and deposits';
  return [...faults, ...difference(path, paidMinor, totals.totalMinor, what)];
}

function givenBack(ticket: Ticket): readonly DepositAmount[] {
  return ticket.kind === 'refund' ? (ticket.body.deposits ?? []) : [];
}

/** The sums of a payout: gross - fees = net, and gross is all that it lists. Empty = both hold. */
export function payoutFaults(body: Undated<PayoutBody>): SumFault[] {
  const { grossMinor, feesMinor, netMinor, includes, chargebacks = [], adjustments = [] } = body;
  const listed = [...includes, ...chargebacks, ...adjustments];
  const listedMinor = sumMinor(listed.map(({ amountMinor }) => amountMinor));
  return [
    ...difference('netMinor', netMinor, grossMinor - feesMinor, 'grossMinor - feesMinor'),
    ...difference('grossMinor', grossMinor, listedMinor, 'includes + chargebacks + adjustments'),
  ];
}

function extrasMinor(body: TicketBody): number {
  const sold = body.giftCards?.sold ?? [];
  const used = body.giftCards?.used ?? [];
  return (
    sumMinor((body.tips ?? []).map((tip) => tip.amountMinor)) +
    sumMinor(sold.map((card) => card.amountMinor)) -
    sumMinor(used.map((card) => card.amountMinor)) +
    (body.roundingMinor ?? 0)
  );
}

function lineFaults(body: TicketBody): SumFault[] {
  return body.lines.flatMap((line, index) => {
    const taxMinor = body.pricesIncludeTax ? sumMinor(line.taxes.map((tax) => tax.taxMinor)) : 0;
    const expectedMinor =
      extendMinor(line.quantity, line.unitPrice, body.currency) - line.discountMinor - taxMinor;
    // ± 1: the sender may have rounded the discount or the tax before we see it.
    return Math.abs(line.netMinor - expectedMinor) <= 1
      ? []
      : difference(
          `lines[${index}].netMinor`,
          line.netMinor,
          expectedMinor,
          'quantity x unit price - discount',
        );
  });
}

function difference(
  path: string,
  givenMinor: number,
  sumOfMinor: number,
  what: string,
): SumFault[] {
  return givenMinor === sumOfMinor
    ? []
    : [{ path, message: `is ${givenMinor}, but ${what} is ${sumOfMinor}` }];
}
