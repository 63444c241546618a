import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

import { table } from '../../nodes/ThreatConnectGroup/fields';
import { fieldsTable } from './fields';

/** Writes the field table into the page, between its two marks. */

const START = '<!-- Made from nodes/ThreatConnectGroup/fields.ts by `npm run docs`. -->';
const END = '<!-- End of the fields. -->';

async function write(path: string): Promise<void> {
	const page = readFileSync(path, 'utf8');
	const [before = ''] = page.split(START);
	const [, after = ''] = page.split(END);
	const text = `${before}${START}\n\n${fieldsTable(table)}\n\n${END}${after}`;
	writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}

void write(join(__dirname, '../../docs/threatconnect.md'));
