import { z } from 'zod';

import type {
  Composed,
  Connector,
  Outgoing,
  RecordReference,
  Write,
} from '../../../connectors/contract';
import { initialPostingSettings, type PostingSettings } from '../../../domain/posting/settings';
import { added, totalsOf } from '../../sandbox/qbo/expected-ledger';
import { control, startCompany, type Company } from '../../sandbox/support';
import {
  composed,
  known,
  openGate,
  references,
  stored,
  writeOf,
  type ReferenceParts,
} from '../fixtures';
import { accountingMappings, connected } from './company';
import { PostedPart } from './posted-part';

// Posting to a company of the sandbox and reading what that added to its ledger.

const realmIds = z.object({ ids: z.object({ accounts: z.record(z.string(), z.string()) }) });

export const there = (remoteId: string, entity: string): RecordReference => ({
  remoteId,
  isOpen: false,
  entity,
});

/** A running company with a connector to it, started anew by `begin`. */
export class Books {
  private running: Company | null = null;
  private connector: Connector | null = null;

  async begin(realm: object = {}, settings: Partial<PostingSettings> = {}): Promise<void> {
    await this.close();
    this.running = await startCompany({ kind: 'usAutomated', fixture: 'accounting', ...realm });
    const posting = { ...initialPostingSettings, ...settings };
    ({ connector: this.connector } = await connected(this.running, posting));
  }

  async close(): Promise<void> {
    await this.running?.sandbox.close();
    this.running = null;
  }

  get company(): Company {
    if (this.running === null) throw new Error('No company was started');
    return this.running;
  }

  /** What would be sent for one delivery. */
  async compose(item: Outgoing, parts: ReferenceParts = {}): Promise<Composed> {
    if (this.connector === null) throw new Error('No company was started');
    const [one] = await composed(this.connector, [item], things(parts));
    if (one === undefined) throw new Error('Nothing was composed');
    return one;
  }

  async write(item: Outgoing, parts: ReferenceParts = {}): Promise<Write> {
    return writeOf(await this.compose(item, parts));
  }

  /** Composes and posts; answers the id there. Throws where it is not accepted. */
  async post(item: Outgoing, parts: ReferenceParts = {}): Promise<string> {
    const write = await this.write(item, parts);
    if (this.connector === null) throw new Error('No company was started');
    const answer = await this.connector.send(stored(this.connector, [write]), openGate());
    const [result] = answer.type === 'answered' ? answer.results : [];
    if (result?.type !== 'accepted') throw new Error(JSON.stringify([write.payload, answer]));
    return result.remoteId;
  }

  /**
   * Posts it with an answer that never comes, asks what became of it after that time, and answers
   * its id there.
   */
  async postUnheard(item: Outgoing, parts: ReferenceParts, ageMs: number): Promise<string> {
    const write = await this.write(item, parts);
    if (this.connector === null) throw new Error('No company was started');
    const frozen = stored(this.connector, [write]);
    await control(this.company.sandbox, 'faults', [
      { match: { write: true }, fault: 'resetAfterCommit', times: 1 },
    ]);
    const sent = await this.connector.send(frozen, openGate());
    if (sent.type !== 'lost') throw new Error(`The answer was heard: ${JSON.stringify(sent)}`);
    const answer = await this.connector.verify(frozen, ageMs, openGate());
    const [result] = answer.type === 'answered' ? answer.results : [];
    if (result?.type !== 'accepted') throw new Error(JSON.stringify([write.payload, answer]));
    return result.remoteId;
  }

  /** One delivery that is driven through revisions. */
  part(recordId: string, part: string, parts: ReferenceParts): PostedPart {
    if (this.connector === null) throw new Error('No company was started');
    return new PostedPart(this.connector, things(parts), recordId, part);
  }

  /** What these postings add to the ledger. */
  async adds(work: () => Promise<unknown>): ReturnType<typeof totalsOf> {
    const before = await totalsOf(this.company);
    await work();
    return added(before, await totalsOf(this.company));
  }

  accountId(name: string): string {
    const found = realmIds.parse(this.company.given).ids.accounts[name];
    if (found === undefined) throw new Error(`The company has no account ${name}`);
    return found;
  }

  /** After something was made by hand. */
  async readFacts(): Promise<void> {
    await this.connector?.readFacts(openGate());
  }

  /** The accountant closes the books up to and with this day. */
  async closeUntil(date: string): Promise<void> {
    const { sandbox, realmId } = this.company;
    await control(sandbox, 'act', { as: 'accountant', do: 'closeBooks', realmId, date });
    await this.readFacts();
  }

  /** A second account of type Bank, named Savings, made by hand; answers its id. */
  async savings(): Promise<string> {
    const body = { Name: 'Savings', AccountType: 'Bank', AccountSubType: 'Savings' };
    const id = await this.make('Account', body);
    await this.readFacts();
    return id;
  }

  /** Makes something in the company by hand; answers its id. */
  async make(entity: string, body: object): Promise<string> {
    const { body: answer } = await this.company.post(entity.toLowerCase(), body);
    return (
      z.looseObject({ [entity]: z.object({ Id: z.string() }) }).parse(answer)[entity]?.Id ?? ''
    );
  }
}

function things(parts: ReferenceParts): ReturnType<typeof references> {
  return references({
    products: { MUG: known({ isLinked: true }) },
    customers: { c1: { remoteId: '301', isOpen: false } },
    ...parts,
    mappings: { ...accountingMappings, ...parts.mappings },
  });
}
