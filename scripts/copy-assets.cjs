// Copies what `tsc` does not: the SQL of the migrations, beside the compiled code that reads it.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const checkout = path.resolve(__dirname, '..');
fs.cpSync(
  path.join(checkout, 'database', 'migrations'),
  path.join(checkout, 'dist', 'database', 'migrations'),
  { recursive: true },
);
