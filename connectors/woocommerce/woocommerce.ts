import { ConnectorError, unanswered, type Connector, type SendAnswer } from '../connector';
import { isSuccess } from '../http';
import { freeze, payloadsIn, settle } from './batch';
import { WooClient, type WooCommerceOptions } from './client';
import { compose } from './compose';
import { lookUp } from './lookup';
import { lookAtMembers } from './verify';
import { systemStatusSchema } from './wire';

/** One store as a connector: products and their stock. */
export function createWooCommerce(options: WooCommerceOptions): Connector {
  const client = new WooClient(options);
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

    lookUp: (items, references, gate) => lookUp(client, items, references, gate),
    compose,
    // A shop keeps no books.
    readPostings: (writes) => Promise.resolve(writes.map(() => null)),
    freeze,
    payloadsIn,

    async send(stored, gate, whenAnswered) {
      const { path, body } = stored.request;
      const result = await client.post(path, body, gate);
      if (isSuccess(result)) await whenAnswered?.();
      return settle(stored, result, options.now());
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
