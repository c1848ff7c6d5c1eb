import type { KnownNames, NameKind, Names } from '../database/known-names';
import type { ChangeBody } from '../domain/bodies';
import { unusedFields } from '../domain/records/unused-fields';

// What is worth telling the sender of changes that were taken: they are stored, and something about
// them will hold them up, be passed over, or change nothing.

export const warningCodes = [
  'stale_revision',
  'occurred_in_future',
  'business_date_far',
  'unknown_tender',
  'unknown_sku',
  'unknown_tax_code',
  'not_used',
] as const;

export interface Warning {
  index: number;
  code: (typeof warningCodes)[number];
  message: string;
}

/** A change of a request that was taken, at its place there. */
export interface TakenChange {
  index: number;
  id: string;
  occurredAt: string;
  content: ChangeBody | null;
}

/** Warnings of one answer. */
const warningsMax = 100;
/** Clocks differ by less. */
const aheadMaxMs = 10 * 60_000;
/** Between the day of a ticket and the moment at which it happened. */
const daysApartMax = 31;

/**
 * Warnings of the changes of one request, in their order; `stale`: ids that their record has
 * overtaken.
 */
export async function warningsOf(
  known: KnownNames,
  tenant: number,
  changes: readonly TakenChange[],
  { stale, nowMs }: { stale: ReadonlySet<string>; nowMs: number },
): Promise<Warning[]> {
  const names = changes.map(({ content }) => namesOf(content));
  const own = new Set(changes.flatMap(({ content }) => skusOfProduct(content)));
  const unknown = await known.unknownAmong(tenant, together(names));
  return changes
    .flatMap(({ index, id, occurredAt, content }, at): Warning[] => [
      ...(stale.has(id) ? [staleWarning(index)] : []),
      ...timeWarnings(index, occurredAt, content, nowMs),
      ...nameWarnings(index, names[at] ?? noNames, unknown, own),
      ...fieldWarnings(index, content),
    ])
    .slice(0, warningsMax);
}

function staleWarning(index: number): Warning {
  const message = 'the record stands at this revision or above already: nothing changes';
  return { index, code: 'stale_revision', message };
}

function timeWarnings(
  index: number,
  occurredAt: string,
  content: ChangeBody | null,
  nowMs: number,
): Warning[] {
  const found: Warning[] = [];
  const occurredMs = Date.parse(occurredAt);
  if (occurredMs > nowMs + aheadMaxMs)
    found.push({
      index,
      code: 'occurred_in_future',
      message: `${occurredAt} lies ahead of our clock`,
    });
  const day = content === null ? undefined : dayOf(content);
  if (day === undefined) return found;
  const days = Math.round(Math.abs(Date.parse(`${day}T12:00:00Z`) - occurredMs) / 86_400_000);
  if (days > daysApartMax)
    found.push({
      index,
      code: 'business_date_far',
      message: `businessDate ${day} is ${days} days away from occurredAt`,
    });
  return found;
}

function dayOf({ body }: ChangeBody): string | undefined {
  return 'businessDate' in body ? body.businessDate : undefined;
}

const noNames: Names = { tender: [], sku: [], taxCode: [] };

function namesOf(content: ChangeBody | null): Names {
  switch (content?.kind) {
    case 'order':
    case 'refund':
      return {
        tender: content.body.tenders.map(({ tender }) => tender),
        ...ticketNames(content.body),
      };
    case 'invoice':
      return { tender: [], ...ticketNames(content.body) };
    case 'payment':
    case 'cash':
      return { ...noNames, tender: [content.body.tender] };
    case 'customer':
    case 'product':
    case 'inventory':
    case 'payout':
    case undefined:
      return noNames;
  }
}

function ticketNames(body: {
  lines: readonly { sku: string; taxes: readonly { code: string }[] }[];
}): Pick<Names, 'sku' | 'taxCode'> {
  return {
    sku: body.lines.map(({ sku }) => sku),
    // A set of codes is mapped as one.
    taxCode: body.lines.flatMap(({ taxes }) =>
      taxes.length === 0
        ? []
        : [
            taxes
              .map(({ code }) => code)
              .sort()
              .join('+'),
          ],
    ),
  };
}

function skusOfProduct(content: ChangeBody | null): string[] {
  if (content?.kind !== 'product') return [];
  return [content.body.sku, ...(content.body.variants ?? []).map(({ sku }) => sku)];
}

function together(all: readonly Names[]): Names {
  return {
    tender: all.flatMap(({ tender }) => tender),
    sku: all.flatMap(({ sku }) => sku),
    taxCode: all.flatMap(({ taxCode }) => taxCode),
  };
}

const nameTexts: Readonly<
  Record<NameKind, { code: Warning['code']; text: (name: string) => string }>
> = {
  tender: { code: 'unknown_tender', text: (name) => `tender "${name}" has no mapping yet` },
  sku: { code: 'unknown_sku', text: (name) => `no product with SKU "${name}" is known yet` },
  taxCode: { code: 'unknown_tax_code', text: (name) => `tax code "${name}" has no mapping yet` },
};

function nameWarnings(
  index: number,
  names: Names,
  unknown: Readonly<Record<NameKind, ReadonlySet<string>>>,
  own: ReadonlySet<string>,
): Warning[] {
  return (['tender', 'sku', 'taxCode'] as const).flatMap((kind) =>
    [...new Set(names[kind])]
      .filter((name) => unknown[kind].has(name) && !(kind === 'sku' && own.has(name)))
      .map((name) => ({ index, code: nameTexts[kind].code, message: nameTexts[kind].text(name) })),
  );
}

function fieldWarnings(index: number, content: ChangeBody | null): Warning[] {
  if (content === null) return [];
  return unusedFields[content.kind].flatMap(({ field, why }): Warning[] =>
    Object.hasOwn(content.body, field)
      ? [{ index, code: 'not_used', message: `body.${field} is kept and not used: ${why}` }]
      : [],
  );
}
