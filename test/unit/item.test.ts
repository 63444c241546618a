import type { IExecuteFunctions, INodeParameters } from 'n8n-workflow';

import { table } from '../../nodes/AttackForgeGroup/fields/groupFields';
import { Item, Parameters } from '../../nodes/shared/execution/item';
import { OutputHints } from '../../nodes/shared/execution/outputHints';

/** A node whose expressions give another value each time, as those with `$now` or a random number do. */
function itemOf(parameters: INodeParameters) {
	const evaluated: string[] = [];
	const valueOf = (value: unknown, name: string): unknown => {
		if (typeof value === 'string' && value.startsWith('=')) return `${name} ${evaluated.push(name)}`;
		if (typeof value !== 'object' || value === null) return value;
		return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, valueOf(one, key)]));
	};
	const context = {
		getNode: () => ({ type: 'attackForgeGroup', parameters }),
		getNodeParameter: (name: string) => valueOf(parameters[name] ?? null, name),
		getTimezone: () => 'Europe/Berlin',
		getInputData: () => [{ json: {} }],
	} as unknown as IExecuteFunctions;
	const retryLog = {
		isRepeat: false,
		startedAt: 0,
		idempotencyKey: () => '',
		isMadeByOtherItem: () => false,
		partsDone: () => new Set<string>(),
	};
	return {
		item: new Item(context, new Parameters(context), table, 0, new OutputHints(table), retryLog),
		evaluated,
	};
}

test('a create-or-update evaluates each expression once, so that what it finds, creates and updates is the same', () => {
	const { item, evaluated } = itemOf({
		dataMode: 'define',
		name: '={{ $now }}',
		group_owner: 'Owner',
		primary_contact_name: 'Paula',
		primary_contact_number: '1',
		primary_contact_email: '={{ Math.random() }}',
		options: { additionalJson: { note: '={{ $now }}' } },
	});
	const { update, draft, create } = item.upsertBodies();
	expect(draft()).toEqual(update);
	expect(create()).toEqual(update);
	expect(create()).not.toBe(create());
	expect(evaluated.sort()).toEqual(['name', 'note', 'primary_contact_email']);
});
