import { control, type Stack, type TestTenant } from '../support/stack';
import { askCompany, booked } from './mixed-books';
import type { MixedTill } from './mixed-till';

// What people do in the books while a history runs.

export interface InBooks {
  tenant: TestTenant;
  till: MixedTill;
  /** Names of the accounts that count, by id. */
  accounts: ReadonlyMap<string, string>;
  /**
   * Records of which a person changed a document, and `summary`: their money is no longer ours
   * alone.
   */
  touched: Set<string>;
  log: string[];
}

/** Puts one receipt that was paid in cash into the bank, a summary or a ticket. */
export async function bank(stack: Stack, { till, tenant, accounts, log }: InBooks): Promise<void> {
  const documents = await booked(stack, tenant, accounts);
  const mayBe = documents.filter(
    ({ entity, row, effect, of }) =>
      entity === 'SalesReceipt' &&
      of !== null &&
      row.LinkedTxn.length === 0 &&
      !row.PrivateNote.startsWith('Voided') &&
      (effect.all()['cash'] ?? 0) > 0,
  );
  const summaries = mayBe.filter(({ of }) => of === 'summary');
  const [first, ...others] = summaries.length > 0 && till.is(0.7) ? summaries : mayBe;
  if (first === undefined) return;
  const found = till.pick([first, ...others]);
  const id = [...accounts].find(([, name]) => name === 'bank')?.[0];
  const Line = [
    {
      Amount: (found.row.TotalAmt ?? 0) / 100,
      LinkedTxn: [{ TxnId: found.row.Id, TxnType: 'SalesReceipt', TxnLineId: '0' }],
    },
  ];
  const answer = await askCompany(stack, tenant, 'deposit?minorversion=75', {
    DepositToAccountRef: { value: id },
    TxnDate: '2026-11-25',
    Line,
  });
  log.push(`banked ${found.of ?? ''} ${found.row.DocNumber ?? ''} ${answer.status}`);
}

/** A person moves a document of ours to another day: nothing further is done to it without one. */
export async function meddle(
  stack: Stack,
  { till, tenant, accounts, touched, log }: InBooks,
): Promise<void> {
  const [first, ...others] = (await booked(stack, tenant, accounts)).filter(
    ({ of, row }) => of !== null && !row.PrivateNote.startsWith('Voided'),
  );
  if (first === undefined) return;
  const { entity, row, of } = till.pick([first, ...others]);
  const set = till.is(0.5)
    ? { TxnDate: '2026-11-28' }
    : { PrivateNote: `${row.PrivateNote}; seen` };
  // The books refuse some edits: of what is closed, or linked.
  const refused = await control(stack.qbo, 'act', {
    as: 'accountant',
    do: 'edit',
    realmId: tenant.realmId,
    entity,
    id: row.Id,
    set,
  }).then(() => '', String);
  if ('TxnDate' in set && refused === '') touched.add(of ?? '');
  log.push(`${of ?? ''} ${entity} edited ${JSON.stringify(set)} ${refused}`);
}
