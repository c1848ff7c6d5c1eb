// Copies what `tsc` does not: the SQL of the migrations, beside the compiled code that reads it.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const checkout = path.resolve(__dirname, '..');
const copy = path.join(checkout, 'dist', 'database', 'migrations');
// What an earlier build left there is not this version's.
fs.rmSync(copy, { recursive: true, force: true });
fs.cpSync(path.join(checkout, 'database', 'migrations'), copy, { recursive: true });
