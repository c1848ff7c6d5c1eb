// Why a delivery is held: one row for each reason that this program gives. The API, the documents,
// health and the statements of the database read it from here, so that no reason stands anywhere
// without its way out.

/** Who has to do something before a held delivery can go on. */
export const holdActors = ['nobody', 'pos', 'operator', 'accountant', 'shop'] as const;
export type HoldActor = (typeof holdActors)[number];

/**
 * What sets a held delivery going again. A newer revision from the POS looks again at every one of
 * them.
 */
export type HoldLift =
  /** It goes on by itself when what it waits for is there. */
  | 'itself'
  /** The mapping that its cause names is made or changed. */
  | 'mapping'
  /** `failures/redrive`, by id, cause or all, after what the text says was done. */
  | 'redrive'
  /** Only a newer revision: the data itself is wrong. */
  | 'newer_revision';

export interface HoldReason {
  /** A few words, as a heading. */
  title: string;
  /** What it means, in one sentence. */
  meaning: string;
  actor: HoldActor;
  /** The next step, in the imperative. */
  whatToDo: string;
  lifts: readonly HoldLift[];
}

export const holdReasons = {
  ambiguous_match: {
    title: 'Several candidates',
    meaning: 'The system holds something else under this name, SKU or e-mail, or several of them.',
    actor: 'operator',
    whatToDo: 'Rename or remove the other one, or map the right one; then redrive.',
    lifts: ['redrive'],
  },
  before_start_date: {
    title: 'Before the start date',
    meaning: 'Its business date lies before the day from which this company is posted to.',
    actor: 'accountant',
    whatToDo: 'Set posting.startDate earlier and redrive, or discard it.',
    lifts: ['redrive'],
  },
  changed_in_books: {
    title: 'Changed by a person',
    meaning: 'A person changed the amounts of the document in QuickBooks.',
    actor: 'accountant',
    whatToDo: 'Set the document back in QuickBooks and redrive, or discard the change of the POS.',
    lifts: ['redrive'],
  },
  closed_period: {
    title: 'Closed period',
    meaning: 'The books of this day are closed.',
    actor: 'accountant',
    whatToDo:
      'Open the period, or set posting.closed.mode to firstOpenDay; then redrive. Or discard it.',
    lifts: ['redrive'],
  },
  credit_not_owed: {
    title: 'Nothing is owed any more',
    meaning: 'The refund reduces what a customer owes, and the invoice is paid already.',
    actor: 'pos',
    whatToDo: 'Send the refund with the tender in which the money was paid back.',
    lifts: ['itself', 'redrive', 'newer_revision'],
  },
  currency_differs: {
    title: 'Another currency',
    meaning: 'The amounts are in another currency than what they refer to or go to.',
    actor: 'pos',
    whatToDo:
      'Send it in the currency that the text names, or correct the connection; then redrive.',
    lifts: ['itself', 'redrive', 'newer_revision'],
  },
  currency_unknown: {
    title: 'Currency of the books unknown',
    meaning: 'QuickBooks did not say in which currency the company keeps its books.',
    actor: 'accountant',
    whatToDo: 'Set the home currency in QuickBooks and redrive.',
    lifts: ['redrive'],
  },
  dependency: {
    title: 'Waits for something else',
    meaning: 'It refers to a record that the system does not have yet.',
    actor: 'nobody',
    whatToDo: 'Nothing for itself: send, or set going, what the text names, or map its item.',
    lifts: ['itself', 'mapping', 'redrive'],
  },
  deposit_differs: {
    title: 'Deposit differs',
    meaning: 'More of a deposit is used or given back than was received of it.',
    actor: 'pos',
    whatToDo: 'Correct the deposit, or what uses it.',
    lifts: ['itself', 'redrive', 'newer_revision'],
  },
  direction: {
    title: 'Direction is off',
    meaning: 'The direction in force does not send this kind to this system.',
    actor: 'nobody',
    whatToDo: 'Nothing, unless it should be sent: then change the direction.',
    lifts: ['itself'],
  },
  echo_differs: {
    title: 'The answer is not what was sent',
    meaning: 'The system took the write and kept something else.',
    actor: 'shop',
    whatToDo: 'Look in the shop for what changes these values (a plug-in, a rule); then redrive.',
    lifts: ['redrive'],
  },
  exchange_rate_missing: {
    title: 'Exchange rate missing',
    meaning: 'It is in another currency than the books and names no rate.',
    actor: 'pos',
    whatToDo: 'Send a newer revision with exchangeRate: rate, source and day.',
    lifts: ['redrive', 'newer_revision'],
  },
  foreign_currency: {
    title: 'Multicurrency is off',
    meaning: 'It is in another currency, and the company does not use multicurrency.',
    actor: 'accountant',
    whatToDo: 'Turn multicurrency on in QuickBooks and redrive, or book it by hand and discard it.',
    lifts: ['redrive'],
  },
  gone_in_system: {
    title: 'Deleted there',
    meaning: 'What we made or linked was deleted in the system by somebody else.',
    actor: 'operator',
    whatToDo: 'Redrive it to make it anew, or discard it to leave it deleted.',
    lifts: ['redrive'],
  },
  in_use: {
    title: 'Others rest on it',
    meaning:
      'It was voided or made smaller at the POS, but what the books hold of others rests on it.',
    actor: 'pos',
    whatToDo: 'Void or correct what the text names, or send it again as it was.',
    lifts: ['itself', 'redrive', 'newer_revision'],
  },
  in_trash: {
    title: 'In the trash',
    meaning: 'The product, or one with its SKU, lies in the trash of the store.',
    actor: 'shop',
    whatToDo: 'Restore it or delete it for good in the store; then redrive.',
    lifts: ['redrive'],
  },
  invalid_value: {
    title: 'Value not accepted',
    meaning: 'A value of the record is one that the system cannot hold.',
    actor: 'pos',
    whatToDo: 'Send a newer revision with a value that fits.',
    lifts: ['newer_revision', 'redrive'],
  },
  locked: {
    title: 'Deposited or locked',
    meaning: 'The document is part of a bank deposit or of closed books and cannot be changed so.',
    actor: 'accountant',
    whatToDo:
      'Do what the text names in QuickBooks and redrive, or book it by hand and discard it.',
    lifts: ['redrive'],
  },
  look_up_refused: {
    title: 'Question refused',
    meaning: 'The system refused the question whether it has this already.',
    actor: 'operator',
    whatToDo: 'Correct what the text names and redrive.',
    lifts: ['redrive', 'newer_revision'],
  },
  mapping_invalid: {
    title: 'Mapping does not fit',
    meaning: 'The mapped account is unknown, inactive, of a wrong type or in another currency.',
    actor: 'accountant',
    whatToDo: 'Map it to another id, or mend it in QuickBooks and redrive.',
    lifts: ['mapping', 'redrive'],
  },
  mapping_missing: {
    title: 'Mapping missing',
    meaning: 'Nobody said what this account, tender, item or tax code is in QuickBooks.',
    actor: 'accountant',
    whatToDo: 'Make every mapping that the text names; what waits for them goes on by itself.',
    lifts: ['mapping', 'redrive'],
  },
  negative_tax: {
    title: 'Tax below zero',
    meaning: 'The tax of a rate is negative although the document is not.',
    actor: 'accountant',
    whatToDo: 'Correct the ticket in the POS, or book it by hand and discard it.',
    lifts: ['redrive', 'newer_revision'],
  },
  negative_total: {
    title: 'Total below zero',
    meaning: 'QuickBooks takes no document of this kind with a total below zero.',
    actor: 'accountant',
    whatToDo: 'Correct the ticket in the POS, or book it by hand and discard it.',
    lifts: ['redrive', 'newer_revision'],
  },
  no_tender: {
    title: 'No tender',
    meaning: 'The ticket does not say how it was paid.',
    actor: 'pos',
    whatToDo: 'Send a newer revision with its tenders.',
    lifts: ['newer_revision', 'redrive'],
  },
  not_built: {
    title: 'Not supported yet',
    meaning: 'This version does not send this; nothing simplified is sent in its place.',
    actor: 'operator',
    whatToDo: 'Enter it by hand in the system and discard it, or leave it for a later version.',
    lifts: ['redrive'],
  },
  not_voided_in_books: {
    title: 'Not voided in the books',
    meaning: 'QuickBooks took the void and the document still has an amount.',
    actor: 'accountant',
    whatToDo: 'Void the document in QuickBooks and redrive.',
    lifts: ['redrive'],
  },
  outcome_unknown: {
    title: 'Outcome unknown',
    meaning: 'What became of the write cannot be asked about any more.',
    actor: 'operator',
    whatToDo: 'Look in the system, then redrive it: what is there is found. Or discard it.',
    lifts: ['redrive'],
  },
  paid_above_total: {
    title: 'Paid more than its total',
    meaning: 'The invoice would become smaller than what was paid on it.',
    actor: 'accountant',
    whatToDo: 'Correct the payments or the invoice.',
    lifts: ['itself', 'redrive', 'newer_revision'],
  },
  payment_above_invoice: {
    title: 'Payment above its invoice',
    meaning: 'All payments and credits together are more than the invoice.',
    actor: 'pos',
    whatToDo: 'Correct the payment or the invoice.',
    lifts: ['itself', 'redrive', 'newer_revision'],
  },
  payout_differs: {
    title: 'Payout differs',
    meaning:
      'The payout lists something at another amount than its tender brought, or that was ' +
      'paid out or charged back already.',
    actor: 'pos',
    whatToDo: 'Correct or void one of the two payouts, or correct what it lists.',
    lifts: ['itself', 'redrive', 'newer_revision'],
  },
  plan_lacks_feature: {
    title: 'Plan lacks the feature',
    meaning: 'The plan of the QuickBooks company does not include what this needs.',
    actor: 'accountant',
    whatToDo: 'Turn the feature on or change the plan, then redrive; or discard it.',
    lifts: ['redrive'],
  },
  reference_refused: {
    title: 'Reference refused',
    meaning: 'Something it refers to is inactive or gone in the system.',
    actor: 'accountant',
    whatToDo: 'Make it active there or map another, then redrive.',
    lifts: ['redrive'],
  },
  refund_above_sale: {
    title: 'Refund above its sale',
    meaning: 'All refunds together give back more than was sold.',
    actor: 'pos',
    whatToDo: 'Correct the refund, or the sale that it names.',
    lifts: ['itself', 'redrive', 'newer_revision'],
  },
  refund_without_tender: {
    title: 'Refund without tender',
    meaning: 'The refund of a paid sale does not say how the money was given back.',
    actor: 'pos',
    whatToDo: 'Send a newer revision with its tenders.',
    lifts: ['itself', 'newer_revision', 'redrive'],
  },
  refused_by_firewall: {
    title: 'Stopped before the store',
    meaning: 'A firewall or security plug-in does not let this product pass, and lets others.',
    actor: 'shop',
    whatToDo: 'Change its text at the POS, or allow it in the firewall; then redrive.',
    lifts: ['redrive', 'newer_revision'],
  },
  settings_unfit: {
    title: 'Settings do not fit the company',
    meaning: 'A posting setting asks for what the company does not allow.',
    actor: 'accountant',
    whatToDo: 'Change the setting that the text names, then redrive.',
    lifts: ['redrive'],
  },
  sku_not_kept: {
    title: 'The store would change its SKU',
    meaning:
      'The store takes parts out of this SKU, and would publish the product under another one.',
    actor: 'pos',
    whatToDo:
      'Give the product a SKU without elements in <>, double blanks and octets such as %20.',
    lifts: ['newer_revision'],
  },
  stock_changed_elsewhere: {
    title: 'Stock changed in the shop',
    meaning: 'The figure in the shop is not the one that we wrote last.',
    actor: 'shop',
    whatToDo:
      'Count it at the POS: that count is written. Or set the shop to the figure of the ' +
      'POS and redrive.',
    lifts: ['newer_revision', 'redrive'],
  },
  stock_unknown: {
    title: 'Stock unknown',
    meaning: 'The product was in the shop before, and the POS has never counted it.',
    actor: 'pos',
    whatToDo: 'Count the article and send the count.',
    lifts: ['newer_revision'],
  },
  store_fails: {
    title: 'The store breaks off on it',
    meaning: 'The program of the store ends in an error on this product, and takes others.',
    actor: 'shop',
    whatToDo: 'Look into the log of the store, correct the product or the plug-in; then redrive.',
    lifts: ['redrive', 'newer_revision'],
  },
  summary: {
    title: 'In the daily summary',
    meaning: 'The ticket is posted with the summary of its day.',
    actor: 'nobody',
    whatToDo: 'Nothing.',
    lifts: ['itself'],
  },
  tax_differs: {
    title: 'Tax differs',
    meaning: 'The tax that QuickBooks computes is further from that of the POS than allowed.',
    actor: 'accountant',
    whatToDo: 'Raise posting.tax.varianceMinor or correct the tax code, then redrive.',
    lifts: ['redrive', 'newer_revision'],
  },
  too_many_decimals: {
    title: 'Too many decimals',
    meaning: 'The amount has more decimals than the books can hold.',
    actor: 'accountant',
    whatToDo: 'Book it by hand and discard it.',
    lifts: ['newer_revision', 'redrive'],
  },
  too_many_entries: {
    title: 'Too many refunds and payments',
    meaning: 'The sale has more refunds and payments than are added up.',
    actor: 'accountant',
    whatToDo: 'Book it by hand and discard it.',
    lifts: ['itself', 'redrive'],
  },
  totals_differ: {
    title: 'Totals differ',
    meaning: 'The lines add up to another total than the ticket, by more than rounding.',
    actor: 'pos',
    whatToDo: 'Send a newer revision whose lines add up, or raise posting.rounding; then redrive.',
    lifts: ['redrive', 'newer_revision'],
  },
  totals_differ_in_books: {
    title: 'Totals differ in the books',
    meaning: 'QuickBooks computed another total than the ticket; the document was voided at once.',
    actor: 'accountant',
    whatToDo: 'Correct what the text names (tax code, rounding, item), then redrive.',
    lifts: ['redrive', 'newer_revision'],
  },
  unreadable_record: {
    title: 'Record not readable',
    meaning: 'What is stored of the record does not have the form that it must have.',
    actor: 'pos',
    whatToDo: 'Send the record again with a newer revision.',
    lifts: ['newer_revision', 'redrive'],
  },
  unpaid: {
    title: 'Not paid yet',
    meaning: 'With posting.unpaid.as = wait an invoice is posted with its first payment.',
    actor: 'nobody',
    whatToDo: 'Nothing, or set posting.unpaid.as to invoice and redrive.',
    lifts: ['itself', 'redrive'],
  },
  unreadable_answer: {
    title: 'Answer not understood',
    meaning: 'The system answered the write with something that cannot be read.',
    actor: 'operator',
    whatToDo: 'Look at the text of the answer, mend what answers so in the shop, then redrive.',
    lifts: ['redrive'],
  },
  zero_price: {
    title: 'Costs nothing',
    meaning: 'The shop would sell it for 0, and sync.zeroPrice is hold.',
    actor: 'pos',
    whatToDo: 'Send a price, or set sync.zeroPrice to draft or publish; then redrive.',
    lifts: ['redrive', 'newer_revision'],
  },
} as const satisfies Record<string, HoldReason>;

export type HoldCode = keyof typeof holdReasons;

const codes = Object.keys(holdReasons) as HoldCode[];

/** Reasons that lift by themselves only: a redrive passes them over. */
export const selfLiftingHolds: readonly HoldCode[] = codes.filter((code) =>
  (holdReasons[code].lifts as readonly HoldLift[]).every((lift) => lift === 'itself'),
);

/**
 * Reasons on which nobody has to act: they are no failures. What waits for another record counts
 * with that one.
 */
export const harmlessHolds: readonly HoldCode[] = codes.filter(
  (code) => holdReasons[code].actor === 'nobody' && code !== 'dependency',
);

export function isHoldCode(text: string): text is HoldCode {
  return Object.hasOwn(holdReasons, text);
}
