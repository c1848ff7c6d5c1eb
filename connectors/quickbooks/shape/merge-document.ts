import { z } from 'zod';
import { groupBy } from '../../../domain/group-by';
import type { Json, JsonObject } from '../../../domain/words';

// An update of a document: ours where it is money, theirs where a person may have written (memo,
// class, department, own fields, e-mail). A full update blanks what is left out, so all that was
// read goes back; the lines are replaced as a whole (quickbooks.md#updates).

/** What the books make by themselves, or what only we say. */
const notSentBack = new Set([
  'Id',
  'SyncToken',
  'sparse',
  'domain',
  'MetaData',
  'TotalAmt',
  'HomeTotalAmt',
  'Balance',
  'HomeBalance',
  'RemainingCredit',
  'UnappliedAmt',
  'LinkedTxn',
  'Line',
  'TxnTaxDetail',
]);

/** Labels that stay as they are in the books once they have a value. */
const theirs = [
  'DocNumber',
  'DepartmentRef',
  'ClassRef',
  'BillEmail',
  'BillAddr',
  'ShipAddr',
  'ShipFromAddr',
  'PaymentRefNum',
];

/**
 * The body of an update of the document that was read; `former`: what we wrote into its note
 * before, where that is known.
 */
export function mergedPayload(
  read: JsonObject,
  payload: JsonObject,
  marker: string,
  former: string | null,
): JsonObject {
  const kept = Object.fromEntries(Object.entries(read).filter(([name]) => !notSentBack.has(name)));
  const labels = Object.fromEntries(
    theirs.flatMap((name) => (kept[name] === undefined ? [] : [[name, kept[name]]])),
  );
  return {
    ...kept,
    ...payload,
    ...labels,
    PrivateNote: mergedNote(read['PrivateNote'], payload['PrivateNote'], marker, former),
    // A transfer has none.
    ...(payload['Line'] === undefined ? {} : { Line: withClasses(read['Line'], payload['Line']) }),
    Id: read['Id'] ?? '',
    SyncToken: read['SyncToken'] ?? '0',
    sparse: false,
  };
}

const noteMax = 4000;

/**
 * What stands in the note stays, but for words of ours that are replaced. By the marker we know our
 * own: taken out by a person, it comes back before what they wrote; what we say now and did not
 * before goes behind it.
 */
function mergedNote(
  read: Json | undefined,
  sent: Json | undefined,
  marker: string,
  former: string | null,
): string {
  const theirNote = typeof read === 'string' ? read : '';
  const ours = typeof sent === 'string' ? sent : marker;
  if (former !== null && theirNote.includes(former))
    return theirNote.replace(former, () => ours).slice(0, noteMax);
  if (!theirNote.includes(marker)) return `${ours}\n${theirNote}`.trim().slice(0, noteMax);
  const fresh = ours.split('; ').filter((text) => !theirNote.includes(text));
  return [theirNote, ...fresh].join('; ').slice(0, noteMax);
}

const lineSchema = z.looseObject({
  SalesItemLineDetail: z
    .looseObject({
      ItemRef: z.object({ value: z.string() }),
      ClassRef: z.json().optional(),
      ServiceDate: z.json().optional(),
    })
    .optional(),
});

/** Class and service day of a line stay with the next line of the same item. */
function withClasses(read: Json | undefined, sent: Json | undefined): Json {
  const old = z.array(lineSchema).safeParse(read);
  if (!Array.isArray(sent) || !old.success) return sent ?? [];
  // By item, since a summary by article has thousands of lines.
  const details = old.data.flatMap((line) => line.SalesItemLineDetail ?? []);
  const groups = [...groupBy(details, ({ ItemRef }) => ItemRef.value)];
  const rest = new Map(groups.map(([item, same]) => [item, same.values()]));
  return sent.map((line: Json): Json => {
    const own = lineSchema.safeParse(line);
    const detail = own.success ? own.data.SalesItemLineDetail : undefined;
    const found = detail === undefined ? undefined : rest.get(detail.ItemRef.value)?.next();
    if (detail === undefined || found === undefined || found.done === true) return line;
    const { ClassRef, ServiceDate } = found.value;
    if (ClassRef === undefined && ServiceDate === undefined) return line;
    const kept = {
      ...(ClassRef === undefined ? {} : { ClassRef }),
      ...(ServiceDate === undefined ? {} : { ServiceDate }),
    };
    return z.json().parse({ ...own.data, SalesItemLineDetail: { ...detail, ...kept } });
  });
}
