import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';

import { table as attackForgeFields } from '../../nodes/AttackForgeGroup/fields/groupFields';
import type { Table } from '../../nodes/shared/fields/field';
import { table as threatConnectFields } from '../../nodes/ThreatConnectGroup/fields/groupFields';
import { sizesTable, withSizes } from './answerSizes';
import { fieldsTable } from './fields';
import { attackForge, threatConnect } from './nodes';
import { pageOf } from './operationsPage';
import { outputSchemas } from './schemas';

/**
 * Writes all that is made from the sources: the field tables into their pages, each between two marks, the output
 * schemas, and the pages of the operations.
 */

const startOf = (node: string) => `<!-- Made from nodes/${node}/fields by \`npm run docs\`. -->`;
const END = '<!-- End of the fields. -->';

const ROOT = join(__dirname, '../..');

async function save(path: string, text: string): Promise<void> {
	const file = join(ROOT, path);
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
}

async function saveFields(path: string, node: string, table: Table): Promise<void> {
	const page = readFileSync(join(ROOT, path), 'utf8');
	const start = startOf(node);
	const [before = '', made] = page.split(start);
	const [, after] = page.split(END);
	if (made === undefined || after === undefined) throw new Error(`${path} lacks the marks of the fields`);
	await save(path, `${before}${start}\n\n${fieldsTable(table)}\n\n${END}${after}`);
}

async function main(): Promise<void> {
	parseArgs({ options: {} });
	await saveFields('docs/threatconnect.md', 'ThreatConnectGroup', threatConnectFields);
	await saveFields('docs/attackforge.md', 'AttackForgeGroup', attackForgeFields);
	for (const [file, schema] of Object.entries(await outputSchemas()))
		await save(file, JSON.stringify(schema));
	const sizes = withSizes(await sizesTable());
	await save(sizes.path, sizes.text);
	await save('docs/threatconnect-group.md', await pageOf(threatConnect));
	await save('docs/attackforge-group.md', await pageOf(attackForge));
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
