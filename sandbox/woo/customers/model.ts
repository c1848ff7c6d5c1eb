import { type JsonObject } from '../../json';
import { type Meta } from '../meta';

/** A registered customer. Guests are none: they live in orders only. */
export interface Customer {
  readonly id: number;
  readonly email: string;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly role: string;
  readonly billing: JsonObject;
  readonly shipping: JsonObject;
  readonly isPaying: boolean;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly meta: readonly Meta[];
  /** The store's revision at creation: later than a call's arrival means a race. */
  readonly revision: number;
}
