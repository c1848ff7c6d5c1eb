import { defineSearchAttributeKey } from '@temporalio/common';

// The attributes by which operators find workflows in the Temporal UI. Registered by the processes
// that connect, written by the workflows.

export const searchAttributes = {
  tenantId: defineSearchAttributeKey('TenantId', 'KEYWORD'),
  syncState: defineSearchAttributeKey('SyncState', 'KEYWORD'),
  syncBreaker: defineSearchAttributeKey('SyncBreaker', 'KEYWORD_LIST'),
  syncDead: defineSearchAttributeKey('SyncDead', 'INT'),
  syncBacklog: defineSearchAttributeKey('SyncBacklog', 'INT'),
  policyRev: defineSearchAttributeKey('PolicyRev', 'INT'),
  /** Of a repair: `kind/recordId`, and the cause that it shares with others. */
  syncRecord: defineSearchAttributeKey('SyncRecord', 'KEYWORD'),
  syncCause: defineSearchAttributeKey('SyncCause', 'KEYWORD'),
};
