import { type JsonObject } from '../json';

/** One error of a Fault (quickbooks.md#faults, shape 1). */
export interface FaultError {
  Message: string;
  Detail: string;
  code: string;
  element: string;
}

/** A refusal in QuickBooks' own words; thrown before anything is written. */
export class QboFault extends Error {
  readonly error: FaultError;
  readonly type: 'ValidationFault' | 'SystemFault';

  constructor(
    code: number,
    message: string,
    detail: string,
    element = '',
    type: 'ValidationFault' | 'SystemFault' = 'ValidationFault',
  ) {
    super(`${code} ${message}`);
    this.type = type;
    this.error = { Message: message, Detail: detail, code: String(code), element };
  }

  body(): JsonObject {
    return { Error: [{ ...this.error }], type: this.type };
  }
}

const inactiveText =
  "Something you're trying to use has been made inactive. Check the fields with accounts, " +
  'customers, items, vendors or employees.';

/** The texts of quickbooks.md#error-codes, each by what has happened. */
export const faults = {
  missing: (name: string) =>
    new QboFault(
      2020,
      'Required param missing, need to supply the required value for the API',
      `Required parameter ${name} is missing in the request`,
      name,
    ),
  unknownProperty: (name: string) =>
    new QboFault(
      2010,
      'Request has invalid or unsupported property',
      `Property Name:${name} specified is unsupported or invalid`,
      name,
    ),
  invalidString: (element: string) =>
    new QboFault(
      2040,
      'Invalid String. The string contains unsupported characters',
      `Invalid String. The field ${element} contains a colon, a tab or a newline`,
      element,
    ),
  tooLong: (element: string, max: number, length: number) =>
    new QboFault(
      2050,
      'String length is either shorter or longer than supported by specification',
      `String length specified does not match the supported length. Min:0 Max:${max} ` +
        `supported. Supplied length:${length}`,
      element,
    ),
  invalidNumber: (element: string) =>
    new QboFault(2090, 'Invalid Number', `Invalid Number : ${element}`, element),
  invalidDate: (element: string) =>
    new QboFault(2030, 'Invalid Date', `Invalid Date : ${element} must be YYYY-MM-DD`, element),
  invalidEnum: (value: string, element: string) =>
    new QboFault(2170, 'Invalid Enumeration', `Invalid Enumeration: ${value}`, element),
  unknownReference: (type: string, id: string) =>
    new QboFault(
      2500,
      'Invalid Reference Id',
      `Invalid Reference Id : ${type} element id ${id} not found`,
      type,
    ),
  inactiveReference: (code: number) =>
    code === 2500
      ? new QboFault(2500, 'Invalid Reference Id', `Invalid Reference Id : ${inactiveText}`)
      : new QboFault(610, 'Object Not Found', `Object Not Found : ${inactiveText}`),
  notFound: () => new QboFault(610, 'Object Not Found', `Object Not Found : ${inactiveText}`),
  deleted: () =>
    new QboFault(
      610,
      'Object Not Found',
      'Object Not Found: Another user has deleted this transaction.',
    ),
  stale: () =>
    new QboFault(
      5010,
      'Stale Object Error',
      'Stale Object Error : You and API API were working on this at the same time. API API ' +
        'finished before you did, so your work was not saved.',
    ),
  closed: (code: number) =>
    code === 5010
      ? new QboFault(5010, 'Account Period Closed', 'The account period has closed. {1}')
      : new QboFault(
          6210,
          'Account Period Closed',
          'The account period has closed and the account books cannot be updated through ' +
            'through the QBO Services API. Please check with the administrator.',
        ),
  notInPlan: (what: string) =>
    new QboFault(
      5020,
      'Permission Denied Error',
      `Permission Denied Error : ${what} is not switched on or not part of this plan`,
    ),
  business: (reason: string) =>
    new QboFault(
      6000,
      'A business validation error has occurred while processing your request',
      `Business Validation Error: ${reason}`,
    ),
  amount: (value: string) =>
    new QboFault(
      6070,
      'Amount calculation incorrect in the request',
      `Amount is not equal to Qty * UnitPrice. Supplied value:${value}`,
      'Line.Amount',
    ),
  noName: () =>
    new QboFault(
      6080,
      'No name provided',
      'At least one of Title, GivenName, MiddleName, FamilyName, DisplayName, Suffix is needed',
    ),
  discount: () =>
    new QboFault(6090, 'Invalid discount line', 'Discount line lacks amount or percent'),
  usTaxCode: (value: string) =>
    new QboFault(
      6100,
      'Invalid Line TaxCode',
      `Valid Line TaxCodes for US should be TAX or NON. Supplied value:${value}`,
    ),
  duplicateNumber: (code: number) =>
    new QboFault(
      code,
      'Duplicate Document Number Error',
      'Duplicate Document Number Error : You must specify a different number. This number ' +
        'has already been used.',
      'DocNumber',
    ),
  duplicateName: (holder: string) =>
    new QboFault(
      6240,
      'Duplicate Name Exists Error',
      `The name supplied already exists. : Another ${holder} is already using this name. ` +
        'Please use a different name.',
    ),
  deposited: () =>
    new QboFault(
      6540,
      'Deposited Transaction cannot be changed',
      'This transaction has been deposited. If you want to change or delete it, you must ' +
        'first edit the deposit it appears on and remove it.',
    ),
  unlinkable: (id: string) =>
    new QboFault(
      620,
      'Transaction cannot be linked',
      `Transaction ${id} is not available to be linked`,
    ),
  customerMissing: () =>
    new QboFault(6560, 'CustomerRef missing', 'Business Validation Error: CustomerRef is required'),
  email: () =>
    new QboFault(
      2210,
      'Email Address does not conform to the syntax rules of RFC 822',
      'Email Address does not conform to the syntax rules of RFC 822.',
      'PrimaryEmailAddr.Address',
    ),
  unsupported: (what: string) =>
    new QboFault(500, 'Unsupported Operation', `Operation ${what} is not supported.`),
  batchTooBig: (max: number) =>
    new QboFault(
      1040,
      'The batch size is too big',
      `Batch size exceeded: a batch holds at most ${max} operations`,
    ),
  application: () =>
    new QboFault(
      10000,
      'An application error has occurred while processing your request',
      'System Failure Error: an application error has occurred',
      '',
      'SystemFault',
    ),
} satisfies Record<string, (...given: never[]) => QboFault>;

/** The fault an injected `itemFault` answers with. */
export function faultOfCode(code: number): QboFault {
  const known: Partial<Record<number, () => QboFault>> = {
    500: () => faults.unsupported('create'),
    610: faults.deleted,
    2020: () => faults.missing('CustomerRef'),
    2040: () => faults.invalidString('DisplayName'),
    2050: () => faults.tooLong('DocNumber', 21, 25),
    2500: () => faults.inactiveReference(2500),
    5010: faults.stale,
    5020: () => faults.notInPlan('This feature'),
    6000: () => faults.business('We cannot do that right now'),
    6070: () => faults.amount('0.01'),
    6140: () => faults.duplicateNumber(6140),
    6210: () => faults.closed(6210),
    6240: () => faults.duplicateName('customer'),
    6540: faults.deposited,
    6560: faults.customerMissing,
    10000: faults.application,
  };
  return known[code]?.() ?? new QboFault(code, `Error ${code}`, `Error ${code}`);
}
