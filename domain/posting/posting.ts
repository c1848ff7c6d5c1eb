export type { Posting } from '../../schemas/runs';
