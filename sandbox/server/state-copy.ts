/**
 * Copies of a vendor's state that cost little: what is frozen is shared, everything else is copied,
 * so that no later change of the state can reach a copy.
 */

/** A state taken apart into plain data: it can be kept, written to a file and built again. */
export type PackedState = PackedNode | Primitive;

type Primitive = string | number | bigint | boolean | null | undefined;

type PackedNode =
  | { kind: 'map'; keys: Primitive[]; values: PackedState[] }
  | { kind: 'set'; values: Primitive[] }
  | { kind: 'object'; keys: string[]; values: PackedState[] }
  | { kind: 'list'; values: PackedState[] }
  /** Never changed in place: shared with the state it came from. */
  | { kind: 'frozen'; value: object }
  | { kind: 'shared'; value: object };

const marked = new WeakSet<object>();

/** Lets copies share plain data that nobody changes in place any more, without freezing it. */
export function shared(value: unknown): void {
  if (typeof value === 'object' && value !== null) marked.add(value);
}

/**
 * Freezes plain data through and through, so that copies of the state may share it. A row that is
 * to be changed is replaced by another one.
 */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (!Array.isArray(value) && !isPlain(value)) {
    throw new Error(`Bug: ${value.constructor.name} cannot be frozen: it is no plain data`);
  }
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

/** Takes a state apart. Refuses what is no plain data, Map or Set: it could not be built again. */
export function packState(state: unknown): PackedState {
  return pack(state, new Map());
}

/** Builds a state again; every call gives another one. */
export function unpackState(packed: PackedState): unknown {
  return unpack(packed, new Map());
}

function pack(value: unknown, known: Map<object, PackedNode>): PackedState {
  if (typeof value !== 'object' || value === null) return primitive(value);
  if (Object.isFrozen(value)) return { kind: 'frozen', value };
  if (marked.has(value)) return { kind: 'shared', value };
  // What stands in two places is one thing in the copy, too.
  const before = known.get(value);
  if (before !== undefined) return before;
  const node = emptyNode(value);
  known.set(value, node);
  if (value instanceof Map && node.kind === 'map') {
    for (const [key, member] of value as Map<unknown, unknown>) {
      node.keys.push(primitive(key));
      node.values.push(pack(member, known));
    }
  } else if (value instanceof Set && node.kind === 'set') {
    for (const member of value as Set<unknown>) node.values.push(primitive(member));
  } else if (Array.isArray(value) && node.kind === 'list') {
    for (const member of value as unknown[]) node.values.push(pack(member, known));
  } else if (node.kind === 'object') {
    for (const [key, member] of Object.entries(value)) {
      node.keys.push(key);
      node.values.push(pack(member, known));
    }
  }
  return node;
}

function emptyNode(value: object): PackedNode {
  if (value instanceof Map) return { kind: 'map', keys: [], values: [] };
  if (value instanceof Set) return { kind: 'set', values: [] };
  if (Array.isArray(value)) return { kind: 'list', values: [] };
  if (isPlain(value)) return { kind: 'object', keys: [], values: [] };
  throw new Error(`Bug: the state holds a ${value.constructor.name}: it is no plain data`);
}

function primitive(value: unknown): Primitive {
  if (value === null || value === undefined) return value;
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return value;
  throw new Error(`Bug: the state holds a ${typeof value} where plain data is due`);
}

function unpack(packed: PackedState, known: Map<PackedNode, unknown>): unknown {
  if (typeof packed !== 'object' || packed === null) return packed;
  if (packed.kind === 'frozen') return frozen(packed.value);
  if (packed.kind === 'shared') return packed.value;
  const before = known.get(packed);
  if (before !== undefined) return before;
  switch (packed.kind) {
    case 'set': {
      const set = new Set(packed.values);
      known.set(packed, set);
      return set;
    }
    case 'map': {
      const map = new Map<Primitive, unknown>();
      known.set(packed, map);
      for (const [place, key] of packed.keys.entries()) {
        map.set(key, unpack(packed.values[place], known));
      }
      return map;
    }
    case 'list': {
      const list: unknown[] = [];
      known.set(packed, list);
      for (const member of packed.values) list.push(unpack(member, known));
      return list;
    }
    case 'object': {
      const { keys, values } = packed;
      const object: unknown = Object.fromEntries(
        keys.map((key, place) => [key, unpack(values[place], known)]),
      );
      known.set(packed, object);
      return object;
    }
  }
}

/** An object of no class, also one that was made elsewhere (`Object.prototype` may be another). */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
