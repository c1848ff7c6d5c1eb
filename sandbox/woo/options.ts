import { type Json, type JsonObject } from '../json';
import { type WooCall } from './call';
import { type Route } from './routes';
import { type Parameter } from './schema';

/** Methods and parameters of a path. The vendor's descriptions and object schemas are not kept. */
export function optionsOf(call: WooCall, onPath: readonly Route[]): JsonObject {
  const methods = onPath.flatMap((route) => route.methods).filter((method) => method !== 'HEAD');
  return {
    namespace: 'wc/v3',
    methods,
    endpoints: onPath.map((route) => ({
      methods: route.methods.filter((method) => method !== 'HEAD'),
      args: argumentsOf(route.checks?.(call) ?? {}),
    })),
    _links: { self: [{ href: `${call.store.homeUrl}/wp-json/wc/v3/${call.path}` }] },
  };
}

function argumentsOf(parameters: Record<string, Parameter>): JsonObject {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [name, argument(parameter)]),
  );
}

function argument({ type, allowed, bounds, isRequired }: Parameter): Json {
  const isText = type === 'date' || type === 'email' || type === 'string-list';
  return {
    type: isText ? 'string' : type,
    ...(allowed === undefined ? {} : { enum: [...allowed] }),
    ...(bounds === undefined ? {} : { minimum: bounds.min }),
    ...(bounds?.max === undefined ? {} : { maximum: bounds.max }),
    required: isRequired ?? false,
  };
}
