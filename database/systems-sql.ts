import { targets } from '../domain/words';

/** The systems as an array in a statement: a constant, by which the planner knows how many. */
export const systemsSql = `ARRAY[${targets.map((system) => `'${system}'`).join(', ')}]`;
