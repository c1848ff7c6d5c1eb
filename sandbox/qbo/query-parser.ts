import { QboFault } from './fault';

type Operator = '=' | '<' | '>' | '<=' | '>=' | 'IN' | 'LIKE';

export interface Condition {
  field: string;
  operator: Operator;
  values: string[];
}

/** A SELECT of quickbooks.md#queries. */
export interface Statement {
  fields: '*' | 'count' | string[];
  entity: string;
  conditions: Condition[];
  orderBy: { field: string; isDescending: boolean } | null;
  startPosition: number;
  maxResults: number | null;
}

interface Token {
  kind: 'word' | 'text' | 'sign';
  value: string;
}

const operators: readonly string[] = ['=', '<', '>', '<=', '>='];
const rowsMax = 1000;

/** Parses a statement; AND only, keywords in any case, entity and field names exactly. */
export function parseQuery(text: string, escape: Escape = 'backslash'): Statement {
  const reader = createReader(tokens(text, escape), text);
  reader.keyword('SELECT');
  const fields = selected(reader);
  reader.keyword('FROM');
  const entity = reader.word();
  const statement: Statement = {
    fields,
    entity,
    conditions: [],
    orderBy: null,
    startPosition: 1,
    maxResults: null,
  };
  if (reader.takes('WHERE')) {
    do statement.conditions.push(condition(reader));
    while (reader.takes('AND'));
  }
  if (reader.takes('ORDERBY') || (reader.takes('ORDER') && reader.takes('BY'))) {
    const field = reader.word();
    const isDescending = reader.takes('DESC');
    if (!isDescending) reader.takes('ASC');
    statement.orderBy = { field, isDescending };
  }
  if (reader.takes('STARTPOSITION')) statement.startPosition = bounded(reader.word(), Infinity);
  if (reader.takes('MAXRESULTS')) statement.maxResults = bounded(reader.word(), rowsMax);
  reader.end();
  return statement;
}

interface Reader {
  takes(keyword: string): boolean;
  keyword(name: string): void;
  sign(value: string): void;
  isSign(value: string): boolean;
  word(): string;
  value(): string;
  operator(): Operator;
  end(): void;
}

function createReader(list: Token[], text: string): Reader {
  let at = 0;
  const fail = (): never => {
    const found = list[at]?.value ?? '<EOF>';
    throw new QboFault(
      4000,
      'Error parsing query',
      `QueryParserError: Encountered " "${found}" "" in: ${text}`,
    );
  };
  const next = (): Token => list[at++] ?? fail();
  const isWord = (name: string): boolean =>
    list[at]?.kind === 'word' && list[at]?.value.toUpperCase() === name;
  const reader: Reader = {
    takes: (keyword) => {
      if (!isWord(keyword)) return false;
      at += 1;
      return true;
    },
    keyword: (name) => {
      if (!reader.takes(name)) fail();
    },
    isSign: (value) => list[at]?.kind === 'sign' && list[at]?.value === value,
    sign: (value) => {
      if (!reader.isSign(value)) fail();
      at += 1;
    },
    word: () => (list[at]?.kind === 'word' ? next().value : fail()),
    // Numbers and true/false may stand without quotes.
    value: () => (list[at]?.kind === 'sign' ? fail() : next().value),
    operator: () => {
      if (reader.takes('IN')) return 'IN';
      if (reader.takes('LIKE')) return 'LIKE';
      const sign = next().value;
      return isOperator(sign) ? sign : fail();
    },
    end: () => {
      if (at < list.length) fail();
    },
  };
  return reader;
}

function isOperator(sign: string): sign is Operator {
  return operators.includes(sign);
}

function selected(reader: Reader): Statement['fields'] {
  if (reader.isSign('*')) {
    reader.sign('*');
    return '*';
  }
  const first = reader.word();
  if (first.toLowerCase() === 'count' && reader.isSign('(')) {
    reader.sign('(');
    reader.sign('*');
    reader.sign(')');
    return 'count';
  }
  const names = [first];
  while (reader.isSign(',')) {
    reader.sign(',');
    names.push(reader.word());
  }
  return names;
}

function condition(reader: Reader): Condition {
  const field = reader.word();
  const operator = reader.operator();
  if (operator !== 'IN') return { field, operator, values: [reader.value()] };
  const values: string[] = [];
  reader.sign('(');
  do {
    if (reader.isSign(',')) reader.sign(',');
    values.push(reader.value());
  } while (reader.isSign(','));
  reader.sign(')');
  return { field, operator, values };
}

/** query_validation_error.xml gives the text. */
function bounded(word: string, max: number): number {
  const value = Number(word);
  const invalid = (detail: string): QboFault =>
    new QboFault(4001, 'Invalid query', `QueryValidationError: ${detail}`);
  if (!Number.isInteger(value)) throw invalid(`value ${word} is not a number`);
  if (value < 1) throw invalid(`value ${value} is too small. Min allowed value is 1`);
  if (value > max) throw invalid(`value ${value} is too large. Max allowed value is ${max}`);
  return value;
}

/** How a quote stands inside a text: after a backslash, or twice (quickbooks.md#not-confirmed). */
type Escape = 'backslash' | 'quote';

const rest = "|(<=|>=|[=<>(),*])|([^\\s'=<>(),*]+))";
const tokenPatterns: Record<Escape, RegExp> = {
  backslash: new RegExp(`\\s*(?:'((?:[^'\\\\]|\\\\.)*)'${rest}`, 'gy'),
  quote: new RegExp(`\\s*(?:'((?:[^']|'')*)'${rest}`, 'gy'),
};

/** `\'` and `\\` inside a text stand for the sign itself; with the other setting `''` does. */
function tokens(text: string, escape: Escape): Token[] {
  const list: Token[] = [];
  const trimmed = text.trim();
  const pattern = new RegExp(tokenPatterns[escape]);
  while (pattern.lastIndex < trimmed.length) {
    const match = pattern.exec(trimmed);
    if (match === null) {
      const detail = `QueryParserError: Encountered an unfinished text in: ${text}`;
      throw new QboFault(4000, 'Error parsing query', detail);
    }
    const [, quoted, sign, word] = match;
    if (quoted !== undefined) list.push({ kind: 'text', value: unescaped(quoted, escape) });
    else if (sign !== undefined) list.push({ kind: 'sign', value: sign });
    else list.push({ kind: 'word', value: word ?? '' });
  }
  return list;
}

function unescaped(quoted: string, escape: Escape): string {
  return escape === 'quote' ? quoted.replaceAll("''", "'") : quoted.replace(/\\(.)/g, '$1');
}
