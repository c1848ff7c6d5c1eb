import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { readArguments, usage } from './arguments';
import { play } from './play';
import { reportText } from './report';
import { readSales } from './sales-file';
import { say } from './say';
import type { ShownTenant } from './tenant';
import { startStage, stopStage, type Stage } from './stage';
import { invoicesOf } from './till';

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  const rows = readSales(options.salesFile ?? join(__dirname, 'data', 'online-retail.csv'));
  const invoices = invoicesOf(rows);
  say(`${rows.length} lines, ${invoices.length} invoices read`);
  const stage = await startStage(options);
  try {
    const { report, shown } = await play(stage, options, rows, invoices);
    say(reportText(report));
    if (options.jsonFile !== null)
      writeFileSync(options.jsonFile, `${JSON.stringify(report, null, 1)}\n`);
    process.exitCode = report.equal ? 0 : 1;
    if (!options.hasExit) await stayUp(stage, shown);
  } finally {
    await stopStage(stage);
  }
}

async function stayUp(stage: Stage, tenant: ShownTenant): Promise<void> {
  say('');
  say(
    `API          ${stage.apiUrl}/v1   (OpenAPI ${stage.apiUrl}/v1/openapi.json, readable ` +
      `at ${stage.apiUrl}/docs)`,
  );
  say(`Temporal UI  ${stage.temporalUi}`);
  say(`Sandboxes    WooCommerce ${stage.woo.url}, QuickBooks ${stage.qbo.url}`);
  say(`             (with the header X-Sandbox-Token: ${stage.woo.token})`);
  say(
    'Look further: the query "status" of the tenant\'s workflow in the Temporal UI, or, with the',
  );
  say("tenant's admin key,");
  say(`  curl -H 'Authorization: Bearer ${tenant.adminKey}' ${tenant.url}/status`);
  say('Ctrl-C ends everything.');
  await new Promise(() => setInterval(() => undefined, 3_600_000));
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  const isUsage =
    error instanceof TypeError || (error instanceof Error && error.name === 'ZodError');
  process.stderr.write(`${message}\n${isUsage ? `${usage}\n` : ''}`);
  process.exitCode = 1;
});
