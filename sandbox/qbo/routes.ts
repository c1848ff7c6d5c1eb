import { entryOf, isObject, type JsonObject, plainText } from '../json';
import { type Random } from '../random';
import { type Execution, type VendorAnswer, type VendorRequest } from '../server/vendor';
import { faultAnswer, intuitTime, type JsonAnswer, jsonAnswer } from './answer';
import { runBatch } from './batch';
import { changedSince } from './cdc';
import { companyInfo, preferencesOf, updateSingleton } from './company';
import { readExchangeRate, setExchangeRate } from './entities/exchange-rate';
import { kindOfPath } from './entities/kinds';
import { faults, QboFault } from './fault';
import { read, shown, write, type WriteOptions } from './objects';
import { type Place } from './place';
import { runQuery } from './query';
import { openReply, remember, replayOf, replyTo } from './replies';
import { report } from './reports';
import { bodyOf, factsOf, queryText } from './request';
import { rowOf } from './tables';

/** Longest requestid: of a single call, and of a batch (quickbooks.md#request-ids). */
const requestIdMax = { single: 50, batch: 36 };

/** Entities of the vendor that this sandbox does not have: it says so, and pretends nothing. */
const notBuilt = new Set([
  'estimate',
  'billpayment',
  'taxservice',
  'attachable',
  'upload',
  'timeactivity',
  'companycurrency',
  'vendorcredit',
  'purchaseorder',
  'creditcardpayment',
  'budget',
]);

interface Served {
  place: Place;
  request: VendorRequest;
  segments: string[];
  execution: Execution;
  random: Random;
}

/** Serves one call of a company; refusals are shape 1 with status 400. */
export function serveCompany(served: Served): VendorAnswer {
  const { place, request, segments } = served;
  const { nowMs } = place;
  if (notBuilt.has(segments[0] ?? '')) {
    return jsonAnswer(501, { error: `${segments[0] ?? ''}: not built in this sandbox` }, false);
  }
  const isWrite = factsOf(request).isWrite;
  try {
    return isWrite ? servedWrite(served) : servedRead(served);
  } catch (error) {
    if (!(error instanceof QboFault)) throw error;
    const answer = faultAnswer(error, nowMs);
    return { ...answer, committed: isWrite ? false : null };
  }
}

function servedRead({ place, request, segments }: Served): VendorAnswer {
  const { realm, settings, nowMs } = place;
  const [first = '', id] = segments;
  const answer = (body: JsonObject): VendorAnswer =>
    jsonAnswer(200, { ...body, time: intuitTime(nowMs, true) }, null);
  switch (first) {
    case 'query':
      return answer({ QueryResponse: runQuery(realm, queryText(request), settings) });
    case 'companyinfo':
      return answer({ CompanyInfo: companyInfo(realm) });
    case 'preferences':
      return answer({ Preferences: preferencesOf(realm) });
    case 'exchangerate':
      return answer({ ExchangeRate: readExchangeRate(realm, request.query, nowMs) });
    case 'cdc':
      return answer({ CDCResponse: changedSince(realm, request.query, settings, nowMs) });
    case 'reports':
      return jsonAnswer(200, report(realm, id ?? '', request.query, nowMs), null);
  }
  const kind = kindOfPath(first);
  if (kind === undefined || id === undefined)
    throw faults.unsupported(`${request.method} ${first}`);
  return answer({ [kind.name]: read(realm, kind, id) });
}

/**
 * A write with a requestid that has committed is answered from memory, whatever its body
 * (quickbooks.md#request-ids).
 */
function servedWrite(served: Served): VendorAnswer {
  const { place, request, segments, execution } = served;
  const { realm, settings, nowMs } = place;
  const isBatch = segments[0] === 'batch';
  const requestId = request.query.get('requestid');
  if (requestId === null) return executed(served, isBatch, null);
  const max = isBatch ? requestIdMax.batch : requestIdMax.single;
  if (requestId.length > max) throw faults.tooLong('requestid', max, requestId.length);
  if (execution.isLate !== true) {
    const replay = replayOf(replyTo(realm, requestId, settings, nowMs));
    if (replay !== null) return replay;
  }
  const answer = executed(served, isBatch, requestId);
  if (execution.cutAfter === undefined) remember(realm, requestId, answer, settings, nowMs);
  return answer;
}

function executed(served: Served, isBatch: boolean, requestId: string | null): JsonAnswer {
  const { place, request, segments, execution, random } = served;
  const { realm, settings, nowMs } = place;
  try {
    const body = bodyOf(request);
    if (!isObject(body)) throw faults.business('The request body is no JSON object');
    if (isBatch) {
      // A late call was running before any repeat: what a repeat has noted is not its own.
      const isResumable = settings['qbo.batchCut'] === 'resume' && execution.isLate !== true;
      const reply = requestId !== null && isResumable ? openReply(realm, requestId, nowMs) : null;
      return runBatch({ place, random, execution, reply }, body);
    }
    return single(place, request, segments[0] ?? '', body);
  } catch (error) {
    if (error instanceof QboFault) return faultAnswer(error, nowMs);
    throw error;
  }
}

function single(place: Place, request: VendorRequest, path: string, body: JsonObject): JsonAnswer {
  const written = (name: string, object: JsonObject): JsonAnswer =>
    jsonAnswer(200, { [name]: object, time: intuitTime(place.nowMs, true) }, true);
  const once = { companyinfo: 'CompanyInfo', preferences: 'Preferences' };
  const singleton = entryOf(once, path);
  if (singleton !== undefined) return written(singleton, updateSingleton(place, singleton, body));
  if (path === 'exchangerate') return written('ExchangeRate', setExchangeRate(place, body));
  const kind = kindOfPath(path);
  if (kind === undefined) throw faults.unsupported(path);
  const options = optionsOf(request, body);
  const row = write(place, kind, body, options);
  const stored = rowOf(place.realm, kind.name, plainText(row['Id']));
  const isDeleted = options.operation === 'delete' || stored === undefined;
  return written(kind.name, isDeleted ? row : shown(place.realm, kind, stored));
}

function optionsOf(request: VendorRequest, body: JsonObject): WriteOptions {
  const include = request.query.get('include') ?? '';
  const operation =
    request.query.get('operation') ?? (body['Id'] === undefined ? 'create' : 'update');
  const options = {
    hidden: new Set<string>(),
    isDuplicateNumberAllowed: include.includes('allowduplicatedocnum'),
  };
  if (operation === 'void' || include.includes('void')) return { ...options, operation: 'void' };
  if (operation === 'create' || operation === 'update' || operation === 'delete') {
    return { ...options, operation };
  }
  throw faults.unsupported(operation);
}
