// Plain Node without packages: the first thing that runs on a fresh clone.
//   node scripts/bootstrap.cjs FILE [ARGUMENT ...]
// Checks Node, installs missing or outdated packages, then runs FILE (TypeScript or JavaScript) in this
// same process: signals, exit code and arguments need no forwarding, and killing it leaves no child.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const checkout = path.resolve(__dirname, '..');
const oldestNode = [20, 19];
const progressMs = 15_000;

/** Ends with a clear text when Node is too old for our packages. */
function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  fail(
    `Node ${oldestNode.join('.')} or newer is needed; this is Node ${process.versions.node} (${process.execPath}).`,
  );
}

/** Installs the packages unless node_modules holds exactly what package-lock.json asks for. */
async function ensureInstalled() {
  const reason = installReason();
  if (reason === undefined) return;
  console.log(`Installing packages: ${reason}.`);
  const startMs = Date.now();
  const seconds = () => `${Math.round((Date.now() - startMs) / 1000)} s`;
  const progress = setInterval(() => console.log(`  still installing, ${seconds()}`), progressMs);
  // The tools that run TypeScript are development packages, which NODE_ENV=production would leave out.
  const flags = ['--include=dev', '--no-audit', '--no-fund'];
  const { code, output } = await runNpm(['ci', ...flags]);
  clearInterval(progress);
  if (code !== 0) throw new Error(`npm could not install the packages:\n${output}`);
  console.log(`Packages installed in ${seconds()}.`);
}

/** Why an installation is due, or undefined: npm lists what it installed in node_modules/.package-lock.json. */
function installReason() {
  const installed = packagesIn(path.join('node_modules', '.package-lock.json'));
  if (installed === undefined) return 'there are none yet';
  const wanted = packagesIn('package-lock.json');
  if (wanted === undefined) return undefined;
  const isOptional = (entry) => entry.optional || entry.devOptional || entry.peer;
  for (const [name, entry] of Object.entries(wanted)) {
    const found = installed[name];
    if (name === '' || (found === undefined && isOptional(entry))) continue;
    if (found === undefined) return `${name} is missing`;
    if (found.version !== entry.version)
      return `${name} is ${found.version}, package-lock.json asks for ${entry.version}`;
  }
  return undefined;
}

function packagesIn(file) {
  try {
    return JSON.parse(fs.readFileSync(path.join(checkout, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Runs npm, the one that started us if it did; answers its exit code and the end of what it printed. */
function runNpm(args) {
  const script = process.env.npm_execpath;
  const isScript = script !== undefined && /\.c?js$/.test(script);
  const [program, ...first] = isScript ? [process.execPath, script] : ['npm'];
  const child = spawn(program, [...first, ...args], { cwd: checkout });
  let output = '';
  const keep = (text) => (output = (output + text).slice(-6_000));
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function fail(text) {
  console.error(text);
  process.exit(1);
}

async function main() {
  const [file, ...args] = process.argv.slice(2);
  if (file === undefined) fail('Usage: node scripts/bootstrap.cjs FILE [ARGUMENT ...]');
  const target = path.resolve(checkout, file);
  await ensureInstalled().catch((error) => fail(error.message));
  if (!fs.existsSync(target)) fail(`${file} is not there.`);
  process.argv = [process.argv[0], target, ...args];
  if (target.endsWith('.ts')) require('tsx/cjs');
  require(target);
}

checkNode();
if (require.main === module) void main();

module.exports = { ensureInstalled };
