import { isObject, type JsonObject, listIn, objectIn, textIn } from '../json';
import { type Random, shuffled } from '../random';
import { type Execution } from '../server/vendor';
import { intuitTime, type JsonAnswer, jsonAnswer } from './answer';
import { kindOfName } from './entities/kinds';
import { faultOfCode, faults, QboFault } from './fault';
import { shown, write, type WriteOptions } from './objects';
import { runQuery } from './query';
import { type Place } from './place';
import { documentKey, type Reply } from './realm';
import { rowOf } from './tables';

const bIdMax = 10;

interface BatchRun {
  place: Place;
  random: Random;
  execution: Execution;
  /** Where the results are noted while the batch runs; null without a requestid. */
  reply: Reply | null;
}

/**
 * Serial, not transactional; answers in any order, each operation with its own Fault
 * (quickbooks.md#batches). With `cutAfter` only the first operations run: the rest waits for a
 * repeat of the request.
 */
export function runBatch(run: BatchRun, body: JsonObject): JsonAnswer {
  const { place, random, execution, reply } = run;
  const operations = listIn(body, 'BatchItemRequest').filter(isObject);
  const max = place.settings['qbo.batchMax'];
  if (operations.length > max) throw faults.batchTooBig(max);
  checkIds(operations);
  const hidden = new Set<string>();
  const results: JsonObject[] = [];
  let isCommitted = false;
  for (const [position, operation] of operations.slice(0, execution.cutAfter).entries()) {
    const bId = textIn(operation, 'bId') ?? '';
    const known = reply?.items.get(bId);
    if (known !== undefined) {
      results.push(known);
      continue;
    }
    const result = outcome(run, operation, position, hidden);
    results.push({ ...result, bId });
    const isDone = !('Fault' in result);
    isCommitted ||= isDone && !('QueryResponse' in result);
    if (isDone) reply?.items.set(bId, { ...result, bId });
  }
  return jsonAnswer(
    200,
    {
      BatchItemResponse: shuffled(results, random),
      time: intuitTime(place.nowMs, true),
    },
    isCommitted,
  );
}

function checkIds(operations: JsonObject[]): void {
  const seen = new Set<string>();
  for (const operation of operations) {
    const bId = textIn(operation, 'bId');
    if (bId === undefined) throw faults.missing('bId');
    if (bId.length > bIdMax) throw faults.tooLong('bId', bIdMax, bId.length);
    if (seen.has(bId)) throw faults.business(`bId ${bId} is used twice`);
    seen.add(bId);
  }
}

function outcome(
  run: BatchRun,
  operation: JsonObject,
  position: number,
  hidden: Set<string>,
): JsonObject {
  const { itemFault } = run.execution;
  if (itemFault?.positions.has(position) === true) {
    return { Fault: faultOfCode(itemFault.code).body() };
  }
  try {
    return runOperation(run.place, operation, hidden);
  } catch (error) {
    if (error instanceof QboFault) return { Fault: error.body() };
    throw error;
  }
}

function runOperation(place: Place, operation: JsonObject, hidden: Set<string>): JsonObject {
  const query = textIn(operation, 'Query');
  if (query !== undefined) {
    const { realm, settings } = place;
    return { QueryResponse: runQuery(realm, query, settings, hidden) };
  }
  for (const name of Object.keys(operation)) {
    const kind = kindOfName(name);
    const sent = objectIn(operation, name);
    if (kind === undefined || sent === undefined) continue;
    const options = optionsOf(operation, hidden);
    const row = write(place, kind, sent, options);
    if (options.operation === 'create') hidden.add(documentKey(kind.name, textIn(row, 'Id') ?? ''));
    const isRow = options.operation !== 'delete';
    const stored = rowOf(place.realm, kind.name, textIn(row, 'Id') ?? '');
    return { [kind.name]: isRow && stored ? shown(place.realm, kind, stored) : row };
  }
  throw faults.unsupported('of this batch item');
}

function optionsOf(operation: JsonObject, hidden: ReadonlySet<string>): WriteOptions {
  const name = textIn(operation, 'operation') ?? '';
  const extra = textIn(operation, 'optionsData') ?? '';
  const options = { hidden, isDuplicateNumberAllowed: extra.includes('allowduplicatedocnum') };
  if (extra.includes('void')) return { ...options, operation: 'void' };
  if (name === 'create' || name === 'update' || name === 'delete') {
    return { ...options, operation: name };
  }
  throw faults.invalidEnum(name, 'operation');
}
