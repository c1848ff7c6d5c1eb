import { type JsonObject } from '../../json';
import { type Arrival } from '../races';

/** A write of a product or variation: what is sent, and what the call saw when it came. */
export interface ProductWrite {
  input: JsonObject;
  arrival: Arrival;
}
