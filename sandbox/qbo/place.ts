import { type EntityName, type Realm } from './realm';
import { type QboSettings } from './settings';

/** What happened to an object, as a webhook tells it (quickbooks.md#webhooks). */
export interface Change {
  realmId: string;
  entity: EntityName;
  id: string;
  operation: 'Create' | 'Update' | 'Delete' | 'Void' | 'Merge';
  atMs: number;
  /** Of a merge: the id that is no more. */
  deletedId?: string;
}

/** Where and when a write happens, and who hears of it. */
export interface Place {
  realm: Realm;
  settings: QboSettings;
  nowMs: number;
  tell: (change: Change) => void;
}
