import { textToMinor } from '../../domain/money';
import type { SummaryBody } from '../../domain/bodies';
import type { JsonObject } from '../../domain/words';
import type { CallGate, Outgoing } from '../connector';
import { inLists, type QboClient } from './client';
import { findDocuments, type WantedDocument } from './find-documents';
import { otherDocNumber } from './mapping';
import { markerOf } from './shape';
import { snapshotOf } from './summary-snapshot';
import { postedDocumentSchema } from './wire';

// What composing summaries needs to know: whether a new one is there already, and whether one that is posted
// may still be changed.

export async function lookUpSummaries(
  client: QboClient,
  items: readonly Outgoing[],
  hasNumbers: boolean,
  gate: CallGate,
): Promise<Record<string, JsonObject>> {
  const summaries = items.flatMap((item) =>
    item.record.kind === 'summary' ? [{ item, body: item.record.body }] : [],
  );
  return {
    ...(await lookUpPosted(client, summaries, gate)),
    ...(await lookUpNew(client, summaries, hasNumbers, gate)),
  };
}

interface Summary {
  item: Outgoing;
  body: SummaryBody;
}

async function lookUpPosted(
  client: QboClient,
  summaries: readonly Summary[],
  gate: CallGate,
): Promise<Record<string, JsonObject>> {
  const findings: Record<string, JsonObject> = {};
  const posted = summaries.flatMap(({ item, body }) => {
    const snapshot = snapshotOf(item);
    if (snapshot === null || item.remoteId === null) return [];
    return [{ item, id: item.remoteId, entity: snapshot.newest.entity, currency: body.key.currency }]; // prettier-ignore
  });
  for (const entity of ['SalesReceipt', 'RefundReceipt'] as const) {
    const own = posted.filter((one) => one.entity === entity);
    for (const list of inLists(own.map(({ id }) => id))) {
      const rows = await client.query(entity, `Id ${list}`, postedDocumentSchema, gate);
      for (const { item, id, currency } of own) {
        const row = rows.find((one) => one.Id === id);
        if (row === undefined) continue;
        findings[item.deliveryId] = {
          type: 'posted',
          syncToken: row.SyncToken,
          totalMinor: textToMinor(row.TotalAmt ?? 0, currency),
          isDeposited: row.LinkedTxn.some(({ TxnType }) => TxnType === 'Deposit'),
          isGone: false,
        };
      }
    }
    for (const { item } of own)
      findings[item.deliveryId] ??= {
        type: 'posted',
        syncToken: '',
        totalMinor: null,
        isDeposited: false,
        isGone: true,
      };
  }
  return findings;
}

async function lookUpNew(
  client: QboClient,
  summaries: readonly Summary[],
  hasNumbers: boolean,
  gate: CallGate,
): Promise<Record<string, JsonObject>> {
  const wanted = summaries.flatMap(({ item, body }): WantedDocument[] => {
    if (item.remoteId !== null || item.combined === undefined) return [];
    // Without a number of ours only a whole day can be searched: after a refusal, not before.
    if (!hasNumbers && item.lastClass === null && item.attempts === 0) return [];
    const { number, key } = body;
    return [
      {
        key: item.deliveryId,
        entity: key.side === 'sale' ? 'SalesReceipt' : 'RefundReceipt',
        marker: markerOf(item.combined),
        numbers: hasNumbers ? [number, otherDocNumber(number, '', item.recordId)] : [],
        totalMinor: item.combined.totalMinor,
        currency: key.currency,
        txnDate: key.day,
      },
    ];
  });
  const found = await findDocuments(client, wanted, gate);
  return Object.fromEntries(
    [...found].map(([deliveryId, document]) => [
      deliveryId,
      { type: 'document', document, rows: {} },
    ]),
  );
}
