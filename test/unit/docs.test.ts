import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { table as attackForge } from '../../nodes/AttackForgeGroup/fields';
import { table as threatConnect } from '../../nodes/ThreatConnectGroup/fields';
import { fieldsTable } from '../docs/fields';
import { METHODS } from '../simulators/attackforge/methods';

const page = (name: string) => readFileSync(join(__dirname, '../../docs', name), 'utf8');

test("docs/attackforge.md names every field of the table and every method that the node's simulator knows", () => {
	const text = page('attackforge.md');
	for (const { name, displayName } of attackForge.fields) {
		expect(text).toMatch(new RegExp(`\\| \`${name}\`.*\\| .*${displayName}`));
	}
	for (const method of Object.keys(METHODS)) expect(text).toContain(`| ${method} `);
});

test('docs/threatconnect.md has the field table as it is: `npm run docs` writes it', () => {
	const text = page('threatconnect.md');
	for (const field of fieldsTable(threatConnect).split('\n').slice(2)) {
		const cells = field.split(' | ').map((one) => one.trim());
		expect(text.replace(/ +/g, ' ')).toContain(cells.slice(0, 6).join(' | ').replace(/ +/g, ' '));
	}
});
