import type { Target } from '../domain/words';
import type { ConnectorModule } from './module';
import { quickbooks } from './quickbooks/module';
import { woocommerce } from './woocommerce/module';

// The systems that are kept equal with the POS. Whoever needs one takes it from here.

/** A system is a folder beside these and a row here. */
export const connectors = {
  woo: woocommerce,
  qbo: quickbooks,
} satisfies Record<Target, ConnectorModule>;
