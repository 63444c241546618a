import type { ThreatConnectSimulator } from '../simulators/threatconnect';
import { jsonOf } from './harness';
import { withThreatConnect } from './support';

/** Security labels of attributes that a group has already, given with the group. */

const TICKET = { type: 'Ticket Number', value: 'T-1' };
const labelsOf = (server: ThreatConnectSimulator, id: string) =>
	(server.group(id)?.attributes ?? []).map(({ securityLabels }) =>
		((securityLabels as { data?: Array<{ name: string }> } | undefined)?.data ?? []).map(({ name }) => name),
	);

test('a value that somebody else has changed meanwhile stays, where an item only adds a label', async () => {
	let edit = () => {};
	const hooks = {
		beforeRequest({ method, target }: { method: string; target: string }) {
			if (method === 'PUT' && target.includes('/groupAttributes/')) edit();
		},
	};
	await withThreatConnect({ hooks }, async (server, node) => {
		const { id } = server.seedGroup({
			type: 'Incident',
			name: 'V',
			attributes: [{ type: 'Description', value: 'First' }],
		});
		const [attribute] = server.group(id)?.attributes ?? [];
		edit = () =>
			void server.seedGroup({
				id,
				type: 'Incident',
				name: 'V',
				attributes: [{ id: String(attribute?.id), type: 'Description', value: 'Edited meanwhile' }],
			} as never);
		const attributes = [{ type: 'Description', value: 'First', securityLabels: ['TLP:RED'] }];
		const { error } = await node('update', { groupId: id, dataMode: 'autoMap' }, { items: [{ attributes }] });
		expect(error).toBeUndefined();
		expect(server.group(id)?.attributes).toMatchObject([{ value: 'Edited meanwhile' }]);
	});
});

test.each(['delete', 'replace'])(
	'labels of an attribute cannot be given with the mode %s, and are not added',
	async (mode) => {
		await withThreatConnect({}, async (server, node) => {
			const { id } = server.seedGroup({ type: 'Incident', name: 'L', attributes: [TICKET] });
			const securityLabels = { data: [{ name: 'TLP:RED' }], mode };
			const items = [{ attributes: [{ ...TICKET, securityLabels }] }];
			const { error } = await node('update', { groupId: id, dataMode: 'autoMap' }, { items });
			expect(error?.message).toContain(`cannot have the mode "${mode}"`);
			expect(labelsOf(server, id)).toEqual([[]]);
		});
	},
);

test('of two attributes alike, the one without the label stays as it is', async () => {
	await withThreatConnect({}, async (server, node) => {
		const { id } = server.seedGroup({ type: 'Incident', name: 'Two', attributes: [TICKET, TICKET] });
		const second = String(server.group(id)?.attributes[1]?.id);
		const labelled = { ...TICKET, securityLabels: ['TLP:RED'] };
		await node(
			'update',
			{ groupId: id, dataMode: 'autoMap' },
			{ items: [{ attributes: [{ id: second, ...labelled }] }] },
		);
		expect(labelsOf(server, id)).toEqual([[], ['TLP:RED']]);
		await node(
			'upsert',
			{ dataMode: 'autoMap', type: 'Incident' },
			{ items: [{ name: 'Two', attributes: [labelled] }] },
		);
		expect(labelsOf(server, id)).toEqual([[], ['TLP:RED']]);
	});
});

test('two attributes that differ only in their labels are there after the second sync of the same data', async () => {
	await withThreatConnect({}, async (_server, node) => {
		const attributes = ['TLP:RED', 'TLP:GREEN'].map((label) => ({ ...TICKET, securityLabels: [label] }));
		const sync = async () =>
			await node(
				'upsert',
				{ dataMode: 'autoMap', type: 'Incident' },
				{ items: [{ name: 'Dup', attributes }] },
			);
		await sync();
		const { items } = await sync();
		expect(items[0]?.json._outcome).toBe('unchanged');
	});
});

test('the preview of an update says only which labels are added', async () => {
	await withThreatConnect({}, async (server, node) => {
		const { id } = server.seedGroup({ type: 'Incident', name: 'P', attributes: [TICKET] });
		const give = async (labels: string[], preview: boolean) =>
			await node(
				'update',
				{ groupId: id, dataMode: 'autoMap', options: { preview } },
				{ items: [{ name: 'P', attributes: [{ ...TICKET, securityLabels: labels }] }] },
			);
		await give(['TLP:RED'], false);
		expect(labelsOf(server, id)).toEqual([['TLP:RED']]);
		const { items } = await give(['TLP:RED', 'TLP:AMBER'], true);
		expect(jsonOf(items)[0]?._changes).toEqual({
			'attributes.Ticket Number.securityLabels': { added: ['TLP:AMBER'], removed: [] },
		});
	});
});

test('a label that is refused after the group was changed: the error says what was done', async () => {
	await withThreatConnect({}, async (server, node) => {
		const { id } = server.seedGroup({ type: 'Incident', name: 'L', attributes: [TICKET] });
		const items = [{ name: 'Renamed', attributes: [{ ...TICKET, securityLabels: ['tlp:red'] }] }];
		const { error } = await node('update', { groupId: id, dataMode: 'autoMap' }, { items });
		expect(error?.message).toContain('tlp:red');
		expect(error?.description).toContain('The group was changed, but not its Ticket Number.');
		expect(server.group(id)?.name).toBe('Renamed');
	});
});
