import { isObject, lengthOf, textIn } from '../../json';
import { minorToNumber } from '../../decimal';
import { withAddressIds } from '../addresses';
import { checkedName } from '../checks';
import { faults } from '../fault';
import { type Built, type EntityKind, type WriteContext } from '../kind';
import { shownReference } from '../reference';
import { fixedCurrency } from './currency';

/** Lengths of Customer, Vendor and Employee (quickbooks.md#lengths). */
const personLengths = {
  Title: 16,
  Suffix: 16,
  GivenName: 100,
  MiddleName: 100,
  FamilyName: 100,
  CompanyName: 100,
  Notes: 2000,
  'PrimaryPhone.FreeFormNumber': 30,
  'Mobile.FreeFormNumber': 30,
  'PrimaryEmailAddr.Address': 100,
  ...addressLengths('BillAddr'),
  ...addressLengths('ShipAddr'),
  ...addressLengths('PrimaryAddr'),
};

function addressLengths(name: string): Record<string, number> {
  return {
    ...Object.fromEntries([1, 2, 3, 4, 5].map((line) => [`${name}.Line${line}`, 500])),
    [`${name}.City`]: 255,
    [`${name}.Country`]: 255,
    [`${name}.CountrySubDivisionCode`]: 255,
    [`${name}.PostalCode`]: 30,
  };
}

const personFields = [
  'Title',
  'GivenName',
  'MiddleName',
  'FamilyName',
  'Suffix',
  'DisplayName',
  'CompanyName',
  'PrintOnCheckName',
  'Active',
  'PrimaryPhone',
  'AlternatePhone',
  'Mobile',
  'Fax',
  'PrimaryEmailAddr',
  'WebAddr',
  'CurrencyRef',
];

/** The three lists of people, which share their names. */
function personKind(
  name: 'Customer' | 'Vendor' | 'Employee',
  ownFields: readonly string[],
): EntityKind {
  return {
    name,
    isNameList: true,
    writable: [...personFields, ...ownFields],
    lengths: personLengths,
    queryable: {
      DisplayName: 'name',
      GivenName: 'text',
      FamilyName: 'text',
      MiddleName: 'text',
      CompanyName: 'text',
      PrintOnCheckName: 'text',
      // Public integrations filter by it, with the address as the value [NC].
      PrimaryEmailAddr: 'text',
      Active: 'boolean',
      Balance: 'number',
    },
    build: buildPerson,
    ...(name === 'Employee'
      ? {}
      : { computed: ['Balance', 'BalanceWithJobs'], present: withBalance(name) }),
  };
}

/** What the customer owes, or the vendor is owed, is read from the books. */
function withBalance(name: 'Customer' | 'Vendor'): NonNullable<EntityKind['present']> {
  return (realm, row) => {
    const owed = realm.partyBalances.get(`${name}:${row.Id}`) ?? 0n;
    if (name === 'Vendor') return { ...row, Balance: minorToNumber(-owed) };
    return { ...row, Balance: minorToNumber(owed), BalanceWithJobs: minorToNumber(owed) };
  };
}

function buildPerson(context: WriteContext): Built {
  const { wanted, realm, existing, settings } = context;
  const isActive = wanted['Active'] !== false;
  const composed = ['Title', 'GivenName', 'MiddleName', 'FamilyName', 'Suffix']
    .map((part) => textIn(wanted, part) ?? '')
    .filter((part) => part !== '')
    .join(' ');
  const given = textIn(wanted, 'DisplayName')?.trim() ?? '';
  const name = given === '' ? composed : given;
  if (name === '') throw faults.noName();
  const max = settings['qbo.displayNameMax'];
  if (lengthOf(name) > max) throw faults.tooLong('DisplayName', max, lengthOf(name));
  checkEmail(wanted['PrimaryEmailAddr']);
  const displayName = checkedName(context, name, isActive);
  const CurrencyRef = fixedCurrency(context);
  return {
    fields: {
      ...wanted,
      DisplayName: displayName,
      FullyQualifiedName: displayName,
      PrintOnCheckName: textIn(wanted, 'PrintOnCheckName') ?? displayName,
      Active: isActive,
      ...withAddressIds(realm, wanted, existing),
      CurrencyRef,
    },
  };
}

function checkEmail(email: unknown): void {
  if (typeof email !== 'object' || email === null || !('Address' in email)) return;
  const { Address: address } = email;
  if (typeof address !== 'string' || address === '') return;
  if (!/^[^\s@]+@[^\s@]+$/.test(address)) throw faults.email();
}

export const customer: EntityKind = {
  ...personKind('Customer', [
    'BillAddr',
    'ShipAddr',
    'Notes',
    'Taxable',
    'ResaleNum',
    'DefaultTaxCodeRef',
    'PaymentMethodRef',
    'SalesTermRef',
    'PreferredDeliveryMethod',
    'CustomerTypeRef',
  ]),
  build: (context) => {
    const built = buildPerson(context);
    const isTaxable = context.wanted['Taxable'] !== false;
    const { realm, wanted } = context;
    // With automated tax QuickBooks chooses the code itself (quickbooks.md#customers).
    const isAutomated = realm.country === 'US' && realm.preferences.partnerTaxEnabled;
    const code = isAutomated ? { value: isTaxable ? 'TAX' : 'NON' } : wanted['DefaultTaxCodeRef'];
    return {
      fields: {
        ...built.fields,
        Taxable: isTaxable,
        SalesTermRef: shownReference(context, 'SalesTermRef', 'Term'),
        ...(isObject(code) ? { DefaultTaxCodeRef: code } : {}),
        PreferredDeliveryMethod: textIn(wanted, 'PreferredDeliveryMethod') ?? 'None',
        Job: false,
        BillWithParent: false,
      },
    };
  },
};

export const vendor: EntityKind = {
  ...personKind('Vendor', [
    'BillAddr',
    'AcctNum',
    'TaxIdentifier',
    'Vendor1099',
    'OtherContactInfo',
  ]),
  build: (context) => {
    const { fields } = buildPerson(context);
    delete fields['FullyQualifiedName']; // vendor.xml has none
    return { fields: { ...fields, Vendor1099: context.wanted['Vendor1099'] === true } };
  },
};

export const employee: EntityKind = {
  ...personKind('Employee', ['PrimaryAddr', 'HiredDate', 'EmployeeNumber']),
  build: (context) => {
    const { fields } = buildPerson(context);
    delete fields['CurrencyRef']; // the schema's Employee has none
    return { fields };
  },
};
