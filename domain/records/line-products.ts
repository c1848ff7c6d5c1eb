import type { OrderLine, RecordBody } from '../bodies';
import { canonicalJson } from '../canonical';
import { isTicket } from '../posting/guests';

// Which products the lines of a ticket mean: those that had the SKUs when it was sold, whatever the
// SKUs name later.

type TicketRecord = Extract<RecordBody, { kind: 'order' | 'refund' | 'invoice' }>;

/**
 * The ticket with the products of its lines. What one of the `earlier` tickets (the sale that it
 * gives back, the same one before) says of a SKU holds, the first of them first; else `productAt`.
 * A SKU that no product had yet stays without.
 */
export function withProducts(
  ticket: TicketRecord,
  earlier: readonly (RecordBody | null)[],
  productAt: (sku: string) => string | null,
): TicketRecord {
  const known = new Map<string, string | null>();
  for (const content of earlier) if (isTicket(content)) addProducts(known, content.body.lines);
  return withLines(
    ticket,
    ticket.body.lines.map((line) => lineWith(line, known, productAt)),
  );
}

/**
 * A refund that came before this revision of its sale, with the products that were sold; null where
 * it means those already.
 */
export function meantAsSold(refund: RecordBody, sale: RecordBody | null): TicketRecord | null {
  if (!isTicket(refund)) return null;
  const meant = withProducts(refund, [sale, refund], () => null);
  return canonicalJson(meant) === canonicalJson(refund) ? null : meant;
}

/** Products by SKU, as the lines say; of one that is said twice the first holds. */
export function addProducts(
  known: Map<string, string | null>,
  lines: readonly Pick<OrderLine, 'sku' | 'productId'>[],
): void {
  for (const { sku, productId } of lines) if (!known.has(sku)) known.set(sku, productId ?? null);
}

function lineWith(
  line: OrderLine,
  known: ReadonlyMap<string, string | null>,
  productAt: (sku: string) => string | null,
): OrderLine {
  const earlier = known.get(line.sku);
  const productId = earlier === undefined ? productAt(line.sku) : earlier;
  const meant = { ...line };
  if (productId === null) delete meant.productId;
  else meant.productId = productId;
  return meant;
}

function withLines(ticket: TicketRecord, lines: OrderLine[]): TicketRecord {
  switch (ticket.kind) {
    case 'order':
      return { ...ticket, body: { ...ticket.body, lines } };
    case 'refund':
      return { ...ticket, body: { ...ticket.body, lines } };
    case 'invoice':
      return { ...ticket, body: { ...ticket.body, lines } };
  }
}
