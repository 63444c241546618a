import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';

import { table } from '../../nodes/ThreatConnectGroup/fields';
import { fieldsTable } from './fields';
import { outputSchemas } from './schemas';

/** Writes what is made from the sources: the field table into the page, between its two marks, and the output schemas. */

const START = '<!-- Made from nodes/ThreatConnectGroup/fields.ts by `npm run docs`. -->';
const END = '<!-- End of the fields. -->';

async function write(path: string): Promise<void> {
	const page = readFileSync(path, 'utf8');
	const [before = ''] = page.split(START);
	const [, after = ''] = page.split(END);
	const text = `${before}${START}\n\n${fieldsTable(table)}\n\n${END}${after}`;
	writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}

async function writeSchemas(): Promise<void> {
	for (const [path, schema] of Object.entries(await outputSchemas())) {
		const file = join(__dirname, '../..', path);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(
			file,
			await format(JSON.stringify(schema), { ...(await resolveConfig(file)), filepath: file }),
		);
	}
}

void write(join(__dirname, '../../docs/threatconnect.md')).then(writeSchemas);
