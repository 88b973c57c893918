/** Reading a part of a value: properties of objects, items of lists, and both behind an optional. */
import { aKind, Fault, isList, isObject, NONE, Optional, property, type Value } from './values.ts';

/** An item of a list by its index, a property of an object by its name. */
export function element(container: Value, key: Value): Value | undefined {
  if (isList(container)) return typeof key === 'number' && Number.isInteger(key) ? container[key] : undefined;
  return isObject(container) && typeof key === 'string' ? property(container, key) : undefined;
}

/** `.?`: an empty optional if the receiver is null, is one itself, or has no such element. */
export function selectOptional(receiver: Value, key: Value, at: number): Optional {
  const container = receiver instanceof Optional ? receiver.value : receiver;
  if (container === undefined || container === null) return NONE;
  if (!isList(container) && !isObject(container)) {
    throw new Fault(`${aKind(container)} has no property '${String(key)}'`, at);
  }
  const value = element(container, key);
  return value === undefined ? NONE : new Optional(value);
}

/** Why a container has no such element. */
export function missingElement(what: string, container: Value, key: Value): string {
  if (isList(container)) {
    return typeof key === 'number'
      ? `${what} has no item ${key}, it has ${container.length}`
      : `the index of a list is a number, not ${aKind(key)}`;
  }
  if (!isObject(container)) return `${what} is ${aKind(container)}, it has no items`;
  return typeof key === 'string'
    ? `${what} has no property '${key}'${listed(container)}`
    : `the key of an object is a string, not ${aKind(key)}`;
}

/** The names that an object has, for messages. */
export function listed(object: { readonly [key: string]: Value }): string {
  const keys = Object.keys(object);
  if (keys.length === 0) return ' (it is empty)';
  return ` (it has: ${keys.slice(0, 10).join(', ')}${keys.length > 10 ? ', …' : ''})`;
}
