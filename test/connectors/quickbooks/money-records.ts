import type { Outgoing } from '../../../connectors/contract';
import type {
  CashBody,
  InvoiceBody,
  OrderBody,
  PaymentBody,
  PayoutBody,
  RefundBody,
} from '../../../domain/bodies';
import type { KnownSale, SaleEntry } from '../../../domain/posting/source/known-sale';
import { line, orderBody, outgoing } from '../fixtures';

// Records of money: of one sale `s1` of 27.22, a payout of it, cash.

const taxed = {
  lines: [line({ taxes: [{ code: 'NY', taxMinor: 222 }] })],
  totals: { netMinor: 2500, taxMinor: 222, totalMinor: 2722 },
};

export function invoiceBody(changes: Partial<InvoiceBody> = {}): InvoiceBody {
  const body: InvoiceBody & Partial<OrderBody> = { ...orderBody(), ...taxed, ...changes };
  delete body.tenders;
  return body;
}

export function refundBody(changes: Partial<RefundBody> = {}): RefundBody {
  return {
    ...orderBody({ number: 'R-1', ...taxed }),
    tenders: [{ tender: 'card', amountMinor: 2722 }],
    restock: true,
    orderId: 's1',
    ...changes,
  };
}

export const entry = (
  kind: 'refund' | 'payment',
  recordId: string,
  body: object,
  isPosted = false,
): SaleEntry =>
  ({ kind, recordId, body, isPosted, isOpen: !isPosted, isWanted: true }) as SaleEntry;

export function sold(entries: SaleEntry[] = [], changes: Partial<InvoiceBody> = {}): KnownSale {
  const body = invoiceBody(changes);
  return { recordId: 's1', ticket: { kind: 'invoice', body }, entries, hasMore: false };
}

export function soldOrder(entries: SaleEntry[] = [], changes: Partial<OrderBody> = {}): KnownSale {
  const body = orderBody({
    ...taxed,
    tenders: [{ tender: 'card', amountMinor: 2722 }],
    ...changes,
  });
  return { recordId: 's1', ticket: { kind: 'order', body }, entries, hasMore: false };
}

export const payment = (changes: Partial<PaymentBody> = {}, recordId = 'p1'): Outgoing =>
  outgoing(
    {
      kind: 'payment',
      body: {
        number: recordId,
        invoiceId: 's1',
        tender: 'cash',
        amountMinor: 1904,
        businessDate: '2026-11-24',
        ...changes,
      },
    },
    { deliveryId: recordId, recordId, part: '' },
  );

export const refund = (
  changes: Partial<RefundBody> = {},
  part = 'refund',
  recordId = 'r1',
): Outgoing =>
  outgoing(
    { kind: 'refund', body: refundBody(changes) },
    { deliveryId: `${recordId}-${part}`, recordId, part },
  );

export const amountOnly = (minor: number): Partial<RefundBody> => ({
  lines: [],
  unallocatedMinor: minor,
  tenders: [{ tender: 'card', amountMinor: minor }],
  totals: { netMinor: minor, taxMinor: 0, totalMinor: minor },
});
export const payout = (changes: Partial<PayoutBody> = {}, part = 'payout'): Outgoing =>
  outgoing(
    {
      kind: 'payout',
      body: {
        processor: 'stripe',
        tender: 'card',
        businessDate: '2026-11-25',
        grossMinor: 7076,
        feesMinor: 234,
        netMinor: 6842,
        includes: [
          { kind: 'order', recordId: 'a', amountMinor: 4898 },
          { kind: 'order', recordId: 'b', amountMinor: 3539 },
          { kind: 'refund', recordId: 'r', amountMinor: -1361 },
        ],
        ...changes,
      },
    },
    { deliveryId: part, recordId: 'po_55', part },
  );

export const cash = (changes: Partial<CashBody> = {}): Outgoing =>
  outgoing(
    {
      kind: 'cash',
      body: {
        businessDate: '2026-11-21',
        tender: 'cash',
        type: 'difference',
        amountMinor: -105,
        ...changes,
      },
    },
    { deliveryId: 'k', recordId: 'k1', part: '' },
  );
