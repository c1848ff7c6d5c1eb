import type { QboFacts } from '../../connectors/quickbooks/company/facts';

/** A US company with automated sales tax, as its facts are stored. */
export const companyFacts: QboFacts = {
  country: 'US',
  homeCurrency: 'USD',
  isMultiCurrency: false,
  usingSalesTax: true,
  isAutomatedTax: true,
  customTxnNumbers: true,
  allowShipping: true,
  allowDiscount: true,
  allowGratuity: false,
  trackDepartments: false,
  classLevel: null,
  classes: [],
  departments: [],
  paymentMethods: [
    { id: '401', name: 'Card', isActive: true },
    { id: '402', name: 'Cash', isActive: true },
  ],
  bookCloseDate: null,
  accounts: [
    {
      id: '201',
      name: 'Card clearing',
      type: 'Other Current Asset',
      isActive: true,
      currency: null,
    },
    { id: '79', name: 'Sales', type: 'Income', isActive: true, currency: null },
    { id: '80', name: 'Old', type: 'Income', isActive: false, currency: null },
  ],
  taxCodes: [
    { id: '6', name: '20.0% S', isActive: true, rates: [{ id: '61', percent: '20' }] },
    { id: '10', name: 'No VAT', isActive: true, rates: [{ id: '101', percent: '0' }] },
  ],
  readAtMs: 0,
};
