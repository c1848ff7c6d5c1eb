import { WooError } from './answer';
import { type Caller } from './auth';
import { type WooSettings } from './settings';

export type Right = 'list' | 'view' | 'create' | 'edit' | 'delete' | 'batch';

/** What somebody without the right hears (woocommerce.md#authentication; rec: auth_none*). */
const denials: Record<Right, [code: string, message: string]> = {
  list: ['woocommerce_rest_cannot_view', 'Sorry, you cannot list resources.'],
  view: ['woocommerce_rest_cannot_view', 'Sorry, you cannot view this resource.'],
  create: ['woocommerce_rest_cannot_create', 'Sorry, you are not allowed to create resources.'],
  edit: ['woocommerce_rest_cannot_edit', 'Sorry, you are not allowed to edit this resource.'],
  delete: ['woocommerce_rest_cannot_delete', 'Sorry, you are not allowed to delete this resource.'],
  batch: [
    'woocommerce_rest_cannot_batch',
    'Sorry, you are not allowed to batch manipulate this resource.',
  ],
};

/**
 * 401 for nobody; 403 for a user who may not, in a style nobody has confirmed
 * (woocommerce.md#not-confirmed).
 */
export function requireRight(caller: Caller, right: Right, settings: WooSettings): void {
  const [code, message] = denials[right];
  if (caller === 'anonymous') throw new WooError(401, code, message);
  if (caller.mayManage) return;
  if (settings['woo.forbiddenStyle'] === 'anonymous') throw new WooError(403, code, message);
  throw new WooError(403, 'rest_forbidden', 'Sorry, you are not allowed to do that.');
}
