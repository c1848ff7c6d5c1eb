import { XMLParser } from 'fast-xml-parser';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** One element of a type in Intuit's schema. */
interface Element {
  type: string;
  isList: boolean;
  isNeeded: boolean;
}

/** A complex type; `attributes` are plain members in JSON. */
interface ComplexType {
  elements: Map<string, Element>;
  attributes: Set<string>;
  /** The type of the text, for a type that is a text with attributes: `{value, name}` in JSON. */
  text: string | null;
}

type Node = Record<string, unknown>;

const files = ['IntuitBaseTypes', 'IntuitNamesTypes', 'Finance', 'IntuitRestServiceDef', 'Report'];
const folder = path.join(__dirname, '../../schemas/quickbooks');

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const nodes = (holder: Node, name: string): Node[] => {
  const value = holder[name];
  return (Array.isArray(value) ? value : [value]).filter(isNode);
};
const attribute = (node: Node, name: string): string | undefined => {
  const value = node[`@${name}`];
  return typeof value === 'string' ? value : undefined;
};

/** Intuit's schema of the Accounting API, as far as names, types and numbers of occurrences go. */
export class IntuitSchema {
  private readonly complex = new Map<string, Node>();
  private readonly simple = new Map<string, Node>();
  private readonly groups = new Map<string, Node>();
  private readonly known = new Map<string, ComplexType>();

  constructor() {
    const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@' });
    for (const file of files) {
      const text = readFileSync(path.join(folder, `${file}.xsd`), 'utf8');
      const parsed: unknown = parser.parse(text);
      const root = isNode(parsed) ? parsed['xs:schema'] : undefined;
      if (!isNode(root)) throw new Error(`${file}.xsd is no schema`);
      this.add(root, 'xs:complexType', this.complex);
      this.add(root, 'xs:simpleType', this.simple);
      this.add(root, 'xs:group', this.groups);
    }
  }

  /** What is wrong with a JSON value as an instance of a type; empty when nothing is. */
  problems(type: string, value: unknown, at = type): string[] {
    if (type === 'IntuitAnyType') return [];
    if (type.startsWith('xs:')) return plainProblems(type, value, at);
    const simple = this.simple.get(type);
    if (simple !== undefined) return this.simpleProblems(simple, value, at);
    const complex = this.typeOf(type);
    return isNode(value) && !Array.isArray(value)
      ? this.memberProblems(complex, value, at)
      : [`${at} is no object`];
  }

  private memberProblems(type: ComplexType, value: Node, at: string): string[] {
    const found: string[] = [];
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined || type.attributes.has(name)) continue;
      if (name === 'value' && type.text !== null) {
        found.push(...this.problems(type.text, member, `${at}.value`));
        continue;
      }
      const element = type.elements.get(name);
      if (element === undefined) found.push(`${at}.${name} is unknown`);
      else found.push(...this.elementProblems(element, member, `${at}.${name}`));
    }
    for (const [name, { isNeeded }] of type.elements) {
      if (isNeeded && value[name] === undefined) found.push(`${at}.${name} is missing`);
    }
    return found;
  }

  private elementProblems(element: Element, value: unknown, at: string): string[] {
    if (Array.isArray(value) !== element.isList) {
      return [`${at} is ${element.isList ? 'no' : 'a'} list`];
    }
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.flatMap((one) => this.problems(element.type, one, at));
  }

  private simpleProblems(node: Node, value: unknown, at: string): string[] {
    const [restriction] = nodes(node, 'xs:restriction');
    if (restriction === undefined) return [];
    const allowed = nodes(restriction, 'xs:enumeration').map((one) => attribute(one, 'value'));
    if (allowed.length > 0 && !allowed.includes(String(value))) {
      return [`${at} is none of the values of its type: ${String(value)}`];
    }
    return this.problems(attribute(restriction, 'base') ?? 'xs:string', value, at);
  }

  private add(root: Node, kind: string, into: Map<string, Node>): void {
    for (const node of nodes(root, kind)) {
      const name = attribute(node, 'name');
      if (name !== undefined) into.set(name, node);
    }
  }

  private typeOf(name: string): ComplexType {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const node = this.complex.get(name);
    if (node === undefined) throw new Error(`the schema has no type ${name}`);
    const type: ComplexType = { elements: new Map(), attributes: new Set(), text: null };
    this.collect(node, type, true);
    this.known.set(name, type);
    return type;
  }

  private collect(node: Node, into: ComplexType, isNeeded: boolean): void {
    for (const one of nodes(node, 'xs:attribute'))
      into.attributes.add(attribute(one, 'name') ?? '');
    for (const one of nodes(node, 'xs:element')) this.collectElement(one, into, isNeeded);
    for (const name of ['xs:sequence', 'xs:all']) {
      for (const one of nodes(node, name)) {
        this.collect(one, into, isNeeded && attribute(one, 'minOccurs') !== '0');
      }
    }
    for (const one of nodes(node, 'xs:choice')) this.collect(one, into, false);
    for (const one of nodes(node, 'xs:group')) {
      const group = this.groups.get(attribute(one, 'ref') ?? '');
      if (group !== undefined) this.collect(group, into, false);
    }
    for (const content of nodes(node, 'xs:complexContent')) {
      for (const extension of nodes(content, 'xs:extension')) {
        const base = this.typeOf(attribute(extension, 'base') ?? '');
        for (const [name, element] of base.elements) into.elements.set(name, element);
        for (const name of base.attributes) into.attributes.add(name);
        this.collect(extension, into, isNeeded);
      }
    }
    for (const content of nodes(node, 'xs:simpleContent')) {
      for (const extension of nodes(content, 'xs:extension')) {
        into.text = attribute(extension, 'base') ?? 'xs:string';
        this.collect(extension, into, isNeeded);
      }
    }
  }

  private collectElement(node: Node, into: ComplexType, isNeeded: boolean): void {
    const name = attribute(node, 'name');
    if (name === undefined) return;
    const most = attribute(node, 'maxOccurs');
    into.elements.set(name, {
      type: attribute(node, 'type') ?? 'xs:string',
      isList: most === 'unbounded' || Number(most ?? 1) > 1,
      // `TransferEx` and its like are places for extensions, and stay empty.
      isNeeded: isNeeded && attribute(node, 'minOccurs') !== '0' && !name.endsWith('Ex'),
    });
  }
}

const patterns: Record<string, RegExp> = {
  'xs:date': /^\d{4}-\d\d-\d\d$/,
  'xs:dateTime': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)$/,
};

function plainProblems(type: string, value: unknown, at: string): string[] {
  const wanted = wantedType(type);
  if (typeof value !== wanted) return [`${at} is no ${wanted}: ${JSON.stringify(value)}`];
  const pattern = patterns[type];
  const isWhole =
    !['xs:int', 'xs:positiveInteger', 'xs:long'].includes(type) || Number.isInteger(value);
  const isFine = isWhole && (pattern === undefined || pattern.test(String(value)));
  return isFine ? [] : [`${at} is no ${type}: ${String(value)}`];
}

function wantedType(type: string): 'number' | 'boolean' | 'string' {
  switch (type) {
    case 'xs:decimal':
    case 'xs:int':
    case 'xs:positiveInteger':
    case 'xs:long':
      return 'number';
    case 'xs:boolean':
      return 'boolean';
    default:
      return 'string';
  }
}
