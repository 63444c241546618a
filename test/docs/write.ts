import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';

import { table } from '../../nodes/ThreatConnectGroup/fields';
import { fieldsTable } from './fields';
import { attackForge, threatConnect } from './nodes';
import { pageOf } from './operationsPage';
import { outputSchemas } from './schemas';

/**
 * Writes what is made from the sources: the field table into its page, between its two marks, the output schemas, and the
 * pages of the operations.
 */

const START = '<!-- Made from nodes/ThreatConnectGroup/fields.ts by `npm run docs`. -->';
const END = '<!-- End of the fields. -->';

const ROOT = join(__dirname, '../..');

async function save(path: string, text: string): Promise<void> {
	const file = join(ROOT, path);
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
}

async function main(): Promise<void> {
	parseArgs({ options: {} });
	const path = 'docs/threatconnect.md';
	const page = readFileSync(join(ROOT, path), 'utf8');
	const [before = ''] = page.split(START);
	const [, after = ''] = page.split(END);
	await save(path, `${before}${START}\n\n${fieldsTable(table)}\n\n${END}${after}`);
	for (const [file, schema] of Object.entries(await outputSchemas()))
		await save(file, JSON.stringify(schema));
	await save('docs/threatconnect-group.md', await pageOf(threatConnect));
	await save('docs/attackforge-group.md', await pageOf(attackForge));
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
