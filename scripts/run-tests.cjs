// `npm test`: every check and every test, in order, whatever fails. Plain Node without packages, for it
// installs them first. The last line is `tests: N passed, N failed, N skipped`; a check that fails counts
// as a failed test, so that the line never says 0 failed when something did.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { ensureInstalled } = require('./bootstrap.cjs');

const checkout = path.resolve(__dirname, '..');
const cache = path.join('node_modules', '.cache');
const checks = [
  ['lint', 'eslint', '.'],
  [
    'types',
    'tsc',
    '--noEmit',
    '--incremental',
    '--tsBuildInfoFile',
    path.join(cache, 'types.json'),
  ],
  ['format', 'prettier', '--check', '--cache', '.'],
  ['layers', 'depcruise', '.'],
  ['unused', 'knip'],
];

const total = { passed: 0, failed: 0, skipped: 0 };
/** What failed, by name: said again at the end, where a log cut short still shows it. */
const failures = [];
/** The tools that run now, and whether somebody has asked us to end. */
const current = new Set();
let isStopped = false;

async function main() {
  try {
    await ensureInstalled();
    await runAll();
  } catch (error) {
    console.error(error.message);
    total.failed += 1;
  }
  for (const failure of failures) console.log(`failed: ${failure}`);
  console.log(`tests: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed === 0 && !isStopped ? 0 : 1;
}

async function runAll() {
  // Two at a time: a check is busy on one processor, and the longest comes first.
  const steps = [...checks.map((check) => () => runCheck(check)), () => runTests('unit')];
  await Promise.all([lane(steps), lane(steps)]);
  if (!isStopped) await runTests('integration');
}

/** Takes one step after the other while there are any. */
async function lane(steps) {
  while (steps.length > 0 && !isStopped) await steps.shift()();
}

async function runCheck([name, tool, ...args]) {
  if (!(await step(name, tool, args))) total.failed += 1;
}

async function runTests(project) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'truth-sync-tests-'));
  const results = path.join(folder, 'results.json');
  const isGood = await step(project, 'jest', [
    ...['--selectProjects', project, '--passWithNoTests'],
    ...['--json', `--outputFile=${results}`],
  ]);
  count(results, isGood);
  fs.rmSync(folder, { recursive: true });
}

/** Runs one tool and says how it went and how long it took. */
async function step(name, tool, args) {
  console.log(`\n== ${name}`);
  const startMs = Date.now();
  const code = await run(tool, args);
  if (code !== 0) failures.push(name);
  const seconds = ((Date.now() - startMs) / 1000).toFixed(1);
  console.log(`== ${name}: ${code === 0 ? 'ok' : 'FAILED'} (${seconds} s)`);
  return code === 0;
}

/** Jest prints its report for people on stderr; the same as JSON on stdout is not for the eye. */
function run(tool, args) {
  const program = path.join(checkout, 'node_modules', '.bin', tool);
  const child = spawn(program, args, {
    cwd: checkout,
    stdio: ['ignore', tool === 'jest' ? 'ignore' : 'inherit', 'inherit'],
  });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`${tool} cannot be started: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (code) => {
      current.delete(child);
      resolve(code ?? 1);
    });
    current.add(child);
  });
}

/** Adds the results of one jest run. A file that could not run counts as one failed test. */
function count(file, isGood) {
  const results = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
  const failed = (results?.numFailedTests ?? 0) + (results?.numRuntimeErrorTestSuites ?? 0);
  total.passed += results?.numPassedTests ?? 0;
  total.skipped += (results?.numPendingTests ?? 0) + (results?.numTodoTests ?? 0);
  total.failed += failed === 0 && !isGood ? 1 : failed;
  for (const { name, status, assertionResults } of results?.testResults ?? []) {
    if (status !== 'failed') continue;
    const where = path.relative(checkout, name);
    const titles = assertionResults
      .filter((one) => one.status === 'failed')
      .map((one) => one.fullName);
    failures.push(...(titles.length === 0 ? [where] : titles.map((title) => `${where}: ${title}`)));
  }
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(name, () => {
    isStopped = true;
    for (const child of current) child.kill(name);
  });
void main();
