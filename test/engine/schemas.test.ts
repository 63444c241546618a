import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { operations as attackForge } from '../../nodes/AttackForgeGroup/operations';
import { operations as threatConnect } from '../../nodes/ThreatConnectGroup/operations';
import { outputSchemas } from '../docs/schemas';

const ROOT = join(__dirname, '../..');

/** n8n shows these fields before the first run; `npm run docs` writes them. */
test('the output schema of every operation and trigger is what its output looks like', async () => {
	const schemas = await outputSchemas();
	const wanted = [
		...threatConnect.map(({ resource, operation }) => `ThreatConnectGroup ${resource}/${operation}`),
		'ThreatConnectGroup output',
		...attackForge.map(({ resource, operation }) => `AttackForgeGroup ${resource}/${operation}`),
		'AttackForgeGroup output',
	].map((one) => `nodes/${one.replace(' ', '/__schema__/v1.0.0/')}.json`);
	expect(Object.keys(schemas).sort()).toEqual(wanted.sort());
	for (const [path, schema] of Object.entries(schemas)) {
		expect(existsSync(join(ROOT, path))).toBe(true);
		expect({ path, schema: JSON.parse(readFileSync(join(ROOT, path), 'utf8')) }).toEqual({ path, schema });
	}
});
