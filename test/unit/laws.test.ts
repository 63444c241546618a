import { operations as ofAttackForge } from '../../nodes/AttackForgeGroup/operations';
import { operations as ofThreatConnect } from '../../nodes/ThreatConnectGroup/operations';
import { ROWS } from '../laws/operations';

test.each([
	['ThreatConnect', ROWS.threatConnect, ofThreatConnect],
	['AttackForge', ROWS.attackForge, ofAttackForge],
])(
	'every operation of %s has a row in test/laws/operations.ts, and every row an operation',
	(_, rows, all) => {
		expect(Object.keys(rows).sort()).toEqual(
			all.map(({ resource, operation }) => `${resource}/${operation}`).sort(),
		);
	},
);
