import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { holdReasonsPage, testsOfReasons } from './hold-reasons-page';

/** `npm run docs`: writes the pages that are made from code. */
const checkout = join(__dirname, '..', '..');
const page = holdReasonsPage(testsOfReasons(checkout));
writeFileSync(join(checkout, 'docs', 'hold-reasons.md'), page);
