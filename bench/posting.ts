import { decide } from '../domain/posting/decide/decide';
import type { PostingCompany } from '../domain/posting/document';
import { initialPostingSettings } from '../domain/posting/settings';
import { saleOfTicket } from '../domain/posting/source/ticket';
import type { OrderBody } from '../domain/bodies';

/** How long each of the rounds decides. */
const roundMs = 1_000;
const rounds = 5;

/**
 * The pure decision alone, one core: a ticket of 5 lines with tax and one discount to a document.
 */
export function benchPosting(): Promise<string> {
  const us = company({ country: 'US', isAutomatedTax: true, homeCurrency: 'USD' });
  const gb = company({ country: 'GB', isAutomatedTax: false, homeCurrency: 'GBP' });
  const tickets = [ticket('USD', false), ticket('GBP', true)];
  const kinds = [us, gb].map((books, index) => {
    const body = tickets[index] ?? ticket('USD', false);
    const rates = Array.from({ length: rounds }, () => documentsPerSecond(body, books));
    return Math.round(rates.sort((one, other) => one - other)[Math.floor(rounds / 2)] ?? 0);
  });
  const [american, british] = kinds;
  return Promise.resolve(
    'documents decided a second, one core, 5 lines with tax and a discount (median of ' +
      `${rounds}): US ${american}, tax in the price ${british} (goal >= 20000)`,
  );
}

function documentsPerSecond(body: OrderBody, books: PostingCompany): number {
  const startMs = performance.now();
  let documents = 0;
  for (;;) {
    for (let n = 0; n < 500; n++) {
      const sale = saleOfTicket({ kind: 'order', body }, `B-${documents + n}`, 'sale');
      const decision = decide(sale, initialPostingSettings, books);
      if (decision.type !== 'post') throw new Error(`Not posted: ${JSON.stringify(decision)}`);
    }
    documents += 500;
    const elapsedMs = performance.now() - startMs;
    if (elapsedMs >= roundMs) return (documents / elapsedMs) * 1_000;
  }
}

function company(
  facts: Pick<PostingCompany, 'country' | 'isAutomatedTax' | 'homeCurrency'>,
): PostingCompany {
  const code = { id: '6', rates: [{ id: '61', percent: '20' }] };
  return {
    ...facts,
    isMultiCurrency: false,
    usingSalesTax: true,
    bookCloseDate: null,
    allowDiscount: true,
    taxCode: () => code,
  };
}

/** Five lines of 12.00, the first with 2.00 off, 20 % of tax on each. */
function ticket(currency: string, pricesIncludeTax: boolean): OrderBody {
  const lines = Array.from({ length: 5 }, (_, index) => {
    const discountMinor = index === 0 ? 200 : 0;
    const amountMinor = 2_400 - discountMinor;
    const taxMinor = Math.round(pricesIncludeTax ? amountMinor / 6 : amountMinor / 5);
    const netMinor = pricesIncludeTax ? amountMinor - taxMinor : amountMinor;
    return {
      lineId: String(index),
      sku: `SKU-${index}`,
      name: `Article ${index}`,
      quantity: '2',
      unitPrice: '12.00',
      discountMinor,
      netMinor,
      taxes: [{ code: 'S', taxMinor }],
    };
  });
  const netMinor = lines.reduce((sum, line) => sum + line.netMinor, 0);
  const taxMinor = lines.reduce((sum, line) => sum + (line.taxes[0]?.taxMinor ?? 0), 0);
  const totalMinor = netMinor + taxMinor;
  return {
    number: 'B-1',
    channel: 'pos',
    businessDate: '2026-11-21',
    currency,
    pricesIncludeTax,
    lines,
    tenders: [{ tender: 'card', amountMinor: totalMinor, reference: 'ch_1' }],
    totals: { netMinor, taxMinor, totalMinor },
  };
}
