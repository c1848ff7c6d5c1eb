import { ConnectorError, unanswered, type Connector, type SendAnswer } from '../contract';
import { freeze, payloadsIn, settle } from './push/batch';
import { WooClient, type WooCommerceOptions } from './api/client';
import { compose } from './push/compose';
import { OddAnswer, rejectedOutcome, wholeRefusal } from './api/errors';
import { lookUp } from './push/look-up';
import { lookAtMembers } from './push/verify';
import type { ShopRules } from './shape/mapping';
import { systemStatusSchema } from './api/wire';

/** One store as a connector: products and their stock. */
export function createWooCommerce(options: WooCommerceOptions): Connector {
  const client = new WooClient(options);
  const currency = options.facts?.['currency'];
  const rules: ShopRules = {
    currency: typeof currency === 'string' && currency !== '' ? currency : null,
    zeroPrice: options.zeroPrice,
  };
  return {
    system: 'woo',
    verifiesByRepeat: false,

    // Keys of a store do not expire; refused ones need a person.
    renewCredentials: (why) => Promise.resolve(why === 'expiring'),

    async readFacts(gate) {
      const fields =
        'environment.version,environment.wp_version,settings.currency,settings.number_of_decimals';
      const query = { _fields: fields };
      const status = await client.read('/system_status', query, systemStatusSchema, gate);
      return {
        version: status.environment.version,
        wordpressVersion: status.environment.wp_version,
        currency: status.settings.currency,
        priceDecimals: status.settings.number_of_decimals,
        readAtMs: options.now(),
      };
    },

    async lookUp(items, references, gate) {
      try {
        const findings = await lookUp(client, items, references, gate);
        return (item, known) =>
          compose(item, { references: known, finding: findings.get(item.deliveryId), rules });
      } catch (error) {
        // Whoever asked parts the question until the odd one stands alone.
        if (error instanceof OddAnswer && (await client.answers(gate)))
          throw new ConnectorError('refused', error.message);
        throw error;
      }
    },
    // A shop keeps no books.
    readPostings: (writes) => Promise.resolve(writes.map(() => null)),
    freeze,
    payloadsIn,

    async send(stored, gate) {
      const { path, body } = stored.request;
      const result = await client.post(path, body, gate);
      const answer = settle(stored, result, options.now());
      const why = wholeRefusal(result);
      if (why === null || result.type !== 'answer' || !(await client.takesWrites(gate)))
        return answer;
      return rejectedOutcome(why, result, stored.members.length);
    },

    async verify(stored, _ageMs, gate): Promise<SendAnswer> {
      try {
        return { type: 'answered', results: await lookAtMembers(client, stored, gate) };
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        return unanswered(error);
      }
    },
  };
}
