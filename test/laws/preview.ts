import fc from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { isStored } from '../../nodes/AttackForgeGroup/fields/matching';
import { isEntry, isSameValue } from '../../nodes/ThreatConnectGroup/flows/compareGroup';
import type { RunResult } from '../engine/harness';
import { FAULTS, losses } from './faults';
import {
	afresh,
	cell,
	type Cell,
	cellsOfModes,
	changesOf,
	must,
	mustEqual,
	outcomeOf,
	type Place,
	recordFor,
	short,
	usualCase,
	usualOf,
} from './judge';
import { caseOf, type Operation } from './operations';
import { optionNames } from './settings';
import { neighborOf, OWN, type Reference } from './values';
import type { Case, World } from './worlds';

/** The law of Preview: nothing is written, and the item does afterwards what its preview has said. */

const previewed = (one: Case): Case => ({
	...one,
	parameters: {
		...one.parameters,
		options: { ...(one.parameters.options as INodeParameters), preview: true },
	},
});

/** Runs a preview. @throws if anything was written */
async function mustOnlyRead(
	world: World,
	one: Case,
	more: Parameters<World['run']>[1] = {},
): Promise<RunResult> {
	const before = world.records();
	const writes = world.writes();
	const result = await world.run(previewed(one), more);
	must(world.writes() === writes, `a preview sends ${world.writes() - writes} writes`);
	mustEqual('a preview changes records', world.records(), before);
	for (const { json } of result.items)
		must(json._preview === true, short(`no preview: ${JSON.stringify(json)}`));
	return result;
}

const withOptions = (one: Case, options: INodeParameters): Case => ({
	...one,
	parameters: { ...one.parameters, options: { ...(one.parameters.options as INodeParameters), ...options } },
});

// --- what was said ---------------------------------------------------------------------------------------------------

type Change = { from?: unknown; to?: unknown; added?: unknown[]; removed?: unknown[] };

const rowsOf = (list: unknown): IDataObject[] =>
	Array.isArray(list)
		? (list as IDataObject[])
		: (((list as IDataObject | undefined)?.data ?? []) as IDataObject[]);

/** ThreatConnect's group as a Get shows it after the run. */
async function threatConnectGroup(world: World, id: unknown): Promise<IDataObject> {
	const lists = ['Artifacts', 'Cases', 'Groups', 'Indicators', 'VictimAssets'].map(
		(name) => `associated${name}`,
	);
	const { items } = await world.run({
		parameters: {
			resource: 'group',
			operation: 'get',
			findBy: 'id',
			groupId: { __rl: true, mode: 'id', value: String(id) },
			options: { fields: ['tags', 'attributes', 'securityLabels', ...lists] },
		},
		items: [{}],
	});
	return items[0]?.json ?? {};
}

/** A tag is shown by its name, or by its technique: only ThreatConnect knows the name of a technique. */
const entryOf = (shown: unknown): IDataObject =>
	typeof shown === 'object'
		? (shown as IDataObject)
		: { [/^T\d{4}/.test(String(shown)) ? 'techniqueId' : 'name']: shown };

/** What does not hold of a change of ThreatConnect's group; `undefined` if all of it does. */
function falseOfThreatConnect(group: IDataObject, field: string, { to, added = [], removed = [] }: Change) {
	const [list = '', ...rest] = field.split('.');
	if (rest.length > 0) {
		const name = rest.pop() ?? '';
		const rows = rowsOf(group[list]).filter(({ type }) => type === rest.join('.'));
		if (added.length + removed.length > 0) return undefined;
		return rows.some((row) => isSameValue(name, to, row[name])) ? undefined : rows;
	}
	if (field === 'password') return undefined;
	const rows = rowsOf(group[list]);
	const has = (entry: unknown) =>
		rows.some(
			(row) =>
				isEntry(list, entryOf(entry), row, 'named') ||
				// An indicator is shown by its summary.
				(list === 'associatedIndicators' &&
					row.type === entryOf(entry).type &&
					row.summary === entryOf(entry).summary),
		);
	if (to !== undefined) return isSameValue(field, to ?? undefined, group[field]) ? undefined : group[field];
	return added.every(has) && !removed.some(has) ? undefined : rows;
}

function falseOfAttackForge(group: IDataObject, field: string, { to, added = [], removed = [] }: Change) {
	const [name = '', key = ''] = field.split('.');
	if (name === 'custom_fields') {
		const value = rowsOf(group.custom_fields).find((one) => one.key === key)?.value;
		return isStored(to, value) ? undefined : (value ?? 'nothing');
	}
	if (name === 'access') {
		const entries = rowsOf((group.access as IDataObject)[key]);
		const has = (entry: unknown) => entries.some((one) => isStored(entry, one));
		return added.every(has) && !removed.some(has) ? undefined : entries;
	}
	if (name === 'archived') return group.is_archived === to ? undefined : group.is_archived;
	return isStored(to, group[name]) ? undefined : group[name];
}

/** What an output names: the record of the change. */
const idOf = ({ id, groupId, group_id }: IDataObject) => groupId ?? group_id ?? id;

/** The group of an output as the service has it at this moment. */
const groupOf = async (world: World, { service }: Operation, output: IDataObject): Promise<IDataObject> =>
	service === 'threatConnect'
		? await threatConnectGroup(world, idOf(output))
		: (JSON.parse(world.records().get(`group ${String(idOf(output))}`) ?? '{}') as IDataObject);

/** What does not hold of a change; `undefined` if all of it does. @param output of the run in earnest */
function falseOf(
	operation: Operation,
	group: IDataObject,
	output: IDataObject,
	field: string,
	change: Change,
): unknown {
	const { to, added = [] } = change;
	if (operation.name.includes('project/')) {
		const groups = (output.groups ?? []) as unknown[];
		return added.every((id) => groups.includes(id)) ? undefined : groups;
	}
	if (operation.name.includes('member/')) {
		const member = rowsOf(group.members).find(({ userId }) => userId === output.user_id);
		const level = member?.accessLevel ?? null;
		return level === to ? undefined : level;
	}
	return operation.service === 'threatConnect'
		? falseOfThreatConnect(group, field, change)
		: falseOfAttackForge(group, field, change);
}

/** The same change from its end: what was there before. Attributes that are appended may be there already. */
const reversed = (field: string, { from, added, removed }: Change): Change | undefined =>
	from !== undefined
		? { to: from }
		: added !== undefined && !/attributes|groups/.test(field)
			? { added: removed, removed: added }
			: undefined;

type Ran = { said: IDataObject; done: IDataObject; isChanged: boolean; before: IDataObject };

async function mustComeTrue(world: World, operation: Operation, { said, done, isChanged, before }: Ran) {
	const { _outcome: outcome, _changes: changes = {} } = said;
	const words = short(`${JSON.stringify(said)}, and then ${JSON.stringify(done)}`);
	const meant = done._outcome;
	// AttackForge does not show whether a group is archived.
	if (/archive|restore/.test(operation.name)) return must(meant === outcome, `another outcome: ${words}`);
	must(
		isChanged === (outcome !== 'unchanged'),
		`${isChanged ? 'a record has' : 'no record has'} changed: ${words}`,
	);
	// Update writes what the group has already. Bulk Import does not tell what it has done.
	const isLoose =
		meant === undefined || meant === 'imported' || (outcome === 'unchanged' && meant === 'updated');
	must(isLoose || meant === outcome, `another outcome: ${words}`);
	if (/delete$/i.test(operation.name)) return;
	const entries = Object.entries(changes as Record<string, Change>);
	must(
		isChanged === entries.length > 0 || operation.name.includes('association/'),
		`${entries.length} changes: ${words}`,
	);
	const named = idOf(done) ?? (outcome === 'created' ? undefined : idOf(said));
	// Bulk Import does not say which group it has created.
	if (named === undefined) return;
	const after = await groupOf(world, operation, { id: named });
	for (const [field, change] of entries) {
		const wrong = falseOf(operation, after, done, field, change);
		must(wrong === undefined, short(`${field} is ${JSON.stringify(wrong)}: ${words}`));
		const earlier = outcome === 'created' ? undefined : reversed(field, change);
		const was = earlier && falseOf(operation, before, done, field, earlier);
		must(was === undefined, short(`${field} was ${JSON.stringify(was)}: ${words}`));
	}
}

// --- cells -----------------------------------------------------------------------------------------------------------

/** The ID of no record. */
const NOWHERE = '77';

/** Lists with modes, and what clears a field: they stand in JSON. */
const withModes = (operation: Operation): IDataObject[] =>
	operation.service === 'threatConnect'
		? [
				{ tags: { data: [{ name: 'Targeted Attack' }], mode: 'delete' } },
				{ tags: { data: [{ name: 'Alpha' }, { name: 'targeted attack' }], mode: 'replace' } },
				{ tags: { data: [{ name: 'Never there' }], mode: 'delete' } },
				{ securityLabels: { data: [{ name: 'TLP:RED' }], mode: 'replace' } },
				{ attributes: { data: [{ type: 'Ticket Number', value: '43' }], mode: 'replace' } },
				{ attributes: { data: [{ type: 'Ticket Number', value: '42' }], mode: 'append' }, status: 'New' },
				{ associatedIndicators: { data: [{ id: '102' }], mode: 'delete' } },
				{ associatedIndicators: { data: [{ id: '101' }], mode: 'replace' } },
				{ associatedGroups: { data: [{ id: '8' }], mode: 'append' }, description: 'stored' },
				{ associatedGroups: { data: [{ id: '8' }, { id: NOWHERE }], mode: 'append' } },
				{ associatedIndicators: { data: [{ id: NOWHERE }], mode: 'replace' } },
			]
		: [
				{ access: { sso_1: [{ action: 'remove', group_name: 'AD-1' }] } },
				{ access: { sso_1: [{ action: 'remove', group_name: 'AD-0' }] } },
				{
					access: {
						sso_1: [
							{ group_name: 'AD-1', project_access_level: 'edit', project_request_access_level: 'none' },
						],
					},
				},
				{ is_deleted: true },
				{ custom_fields: { region: 'EMEA' } },
				{ group_owner: 'New owner', custom_fields: { contract_end: '2028-01-01' } },
			];

const MODES_OF_ACCESS = fc.constantFrom<INodeParameters>(
	{},
	{ accessMode: 'exact' },
	{ customFieldsMode: 'differing' },
);

const optionsFor = ({ service, name }: Operation): fc.Arbitrary<INodeParameters> =>
	service === 'attackForge' && /update|upsert/.test(name)
		? MODES_OF_ACCESS
		: name.endsWith('bulkImport')
			? fc.constantFrom<INodeParameters>(
					{},
					{ attributeWriteType: 'Append' },
					{ attributeWriteType: 'Replace', tagWriteType: 'Replace' },
					{ attributeWriteType: 'Static', securityLabelWriteType: 'Replace' },
				)
			: fc.constant({});

export function previewCells(operation: Operation): Cell[] {
	if (!optionNames(operation).includes('preview')) return [];
	return cellsOfModes(operation, 'preview', (at) => {
		const usual = fc
			.tuple(usualCase(operation, at.mode), optionsFor(operation))
			.map(([{ one }, options]) => withOptions(one, options));
		return [
			comesTrue({ ...at, kind: 'comes true' }, operation, usual),
			...(at.mode === 'json' && /group\/(update|upsert)/.test(operation.name)
				? withModes(operation).map((record, index) =>
						comesTrue({ ...at, kind: `in modes, ${index}` }, operation, inModes(operation, at, record)),
					)
				: []),
			...asInEarnest(operation, at, usual),
			...onlyRead(operation, at),
		];
	});
}

/** What no record has: an ID, or a name, an XID or a code. */
const nothingBy = ({ service }: Operation, kind: string): Reference => {
	if (!/id$|page$/.test(kind) || kind === 'xid') return { value: 'Same' };
	const id = service === 'threatConnect' ? NOWHERE : 'f'.repeat(24);
	return { value: kind === 'own page' ? `${OWN}/#/details/groups/${id}` : id };
};
/** XIDs that groups have, and that they do not have. */
const XIDS = fc.constantFrom('INC-1', ' INC-1', 'INC-2', 'inc-1', 'XID-8', 'XID-9', '4711');

/** Several items, some of which name one record: each has the outcome that it has in earnest, in their order. */
function asInEarnest(operation: Operation, at: Place, usual: fc.Arbitrary<Case>): Cell[] {
	const compare = (kind: string, cases: fc.Arbitrary<Case>): Cell =>
		cell({ ...at, kind, isAlwaysTested: true }, cases, async (world, one) => {
			await world.reset();
			const said = await mustOnlyRead(world, one);
			const done = await world.run(one);
			one.items.forEach((_item, index) => mustBeAlike(operation, ofItem(said, index), ofItem(done, index)));
		});
	const ofLocators = operation.locators.map((locator, index) => {
		const { references } = usualOf(operation, index);
		const several = references.chain((reference) => {
			const neighbor = neighborOf(operation.service, reference) ?? reference;
			const said = fc.record({
				reference: fc.constantFrom(reference, reference, neighbor, nothingBy(operation, locator.usual)),
				record: withXid(operation, locator.usual),
			});
			return fc.tuple(fc.array(said, { minLength: 2, maxLength: 4 }), optionsFor(operation));
		});
		const cases = several.map(([all, options]) => caseOf(operation, at.mode, locator, all, options));
		return compare(`several items (${index} ${locator.usual})`, cases);
	});
	const twice = usual.map((one): Case => ({
		...one,
		items: [...one.items, ...structuredClone(one.items)],
		...(one.binary && { binary: [...one.binary, ...one.binary] }),
	}));
	return [compare('two items alike', twice), ...ofLocators, ...byIdAndXid(operation, at, compare)];
}

/** A record for an operation, and now and then an XID, which may be that of another group. */
function withXid(operation: Operation, kind: string): fc.Arbitrary<IDataObject> {
	const record = recordFor(operation, 0);
	const isTaken = /^threatConnect group\/(create|update|upsert)/.test(operation.name) && kind !== 'xid';
	return isTaken
		? fc.tuple(record, fc.option(XIDS)).map(([one, xid]) => ({ ...one, ...(xid !== null && { xid }) }))
		: record;
}

/** Items that name one group by its ID and by its XID. */
function byIdAndXid(
	operation: Operation,
	at: Place,
	compare: (kind: string, cases: fc.Arbitrary<Case>) => Cell,
): Cell[] {
	const ways = operation.locators.filter(({ parameters }) => parameters.findBy !== undefined);
	const [locator] = ways;
	if (!locator) return [];
	const parameters = Object.assign({}, ...ways.map((way) => way.parameters)) as INodeParameters;
	const found = { ...locator, parameters: { ...parameters, groupId: RL_ID, findBy: '={{ $json.at.by }}' } };
	const references = ways.flatMap(({ kinds, usual }) => (usual === 'own page' ? [] : (kinds[usual] ?? [])));
	const said = fc.record({ reference: fc.oneof(...references), record: recordFor(operation, 0) });
	const cases = fc.array(said, { minLength: 2, maxLength: 4 }).map((all) => {
		const one = caseOf(operation, at.mode, found, all);
		const items = one.items.map((item) => {
			const ref = (item.at as IDataObject).ref;
			return { ...item, at: { ref, by: /^\d+$/.test(String(ref)) ? 'id' : 'xid' } };
		});
		return { ...one, items };
	});
	return [compare('by ID and by XID', cases)];
}

const RL_ID = { __rl: true, mode: 'id', value: '={{ $json.at.ref }}' } as never;

/** What came of one item. */
function ofItem({ items, errors }: RunResult, index: number): IDataObject {
	const own = [...items, ...errors].find(({ pairedItem }) => (pairedItem as { item: number }).item === index);
	return own?.json ?? {};
}

/** Words without what is made anew in each run. */
const plainWords = (words: unknown) =>
	String(words).replace(/\(new, [^)]*\)|\b11258999068(43|44)\d{3}\b|\b[0-9a-f]{24}\b/g, '#');

/** Lists of an output that say what was done. Another name may stand in them, so that only their length counts. */
const DONE = ['added', 'removed', 'alreadyThere', 'notThere', 'alreadyAssociated', 'notAssociated'];

function mustBeAlike({ name }: Operation, said: IDataObject, done: IDataObject): void {
	const words = short(`${JSON.stringify(said)}, and then ${JSON.stringify(done)}`);
	if (said.error !== undefined || done.error !== undefined) {
		// The services' words about members and in batch jobs are not documented.
		const [before, after] = [said.error, done.error].map(plainWords);
		const isAlike = /member\/|bulkDelete/.test(name) ? !!said.error === !!done.error : before === after;
		return must(isAlike, `another error: ${words}`);
	}
	const isDeleted = done._outcome ?? (done.deleted === true ? 'deleted' : undefined);
	// Some operations do not tell what they have done, and some write what is there already.
	const isLoose =
		isDeleted === undefined ||
		isDeleted === 'imported' ||
		(said._outcome === 'unchanged' && isDeleted === 'updated');
	must(isLoose || said._outcome === isDeleted, `another outcome: ${words}`);
	for (const list of DONE) {
		const [before, after] = [said[list], done[list]].map((one) => (Array.isArray(one) ? one.length : 0));
		must(before === after, `${list}: ${words}`);
	}
}

function inModes(operation: Operation, at: Place, said: IDataObject): fc.Arbitrary<Case> {
	const { locator, references } = usualOf(operation);
	return fc
		.tuple(references, recordFor(operation, 0), optionsFor(operation))
		.map(([reference, more, options]) =>
			caseOf(operation, at.mode, locator, [{ reference, record: { ...more, ...said } }], options),
		);
}

function comesTrue(at: Place & { kind: string }, operation: Operation, cases: fc.Arbitrary<Case>): Cell {
	return cell({ ...at, isAlwaysTested: true }, cases, async (world, one) => {
		await world.reset();
		const preview = await mustOnlyRead(world, one);
		const said = preview.items[0]?.json;
		const isThere = said !== undefined && said._outcome !== 'created';
		const group = isThere ? await groupOf(world, operation, said) : {};
		const before = world.records();
		const run = await world.run(one);
		const { is, words } = outcomeOf(run);
		const done = run.items[0]?.json;
		must(
			said !== undefined || is !== 'done',
			`the preview fails: ${outcomeOf(preview).words}, and then ${words}`,
		);
		must(!said || is === 'done', `the preview says ${said?._outcome}, and then ${words}`);
		if (!said || !done || is !== 'done') return;
		const { changed, added, removed } = changesOf(before, world.records());
		const isChanged = changed.length + added.length + removed.length > 0;
		await mustComeTrue(world, operation, { said, done, isChanged, before: group });
	});
}

/** Whatever names the record, and whatever the service answers. */
function onlyRead(operation: Operation, at: Place): Cell[] {
	const references = operation.locators.flatMap((locator, index) =>
		Object.entries(locator.kinds).map(([kind, values]) =>
			cell(
				{ ...at, kind: `${Object.keys(locator.parameters)[0] ?? 'nothing'}${index} ${kind}` },
				fc.tuple(values, recordFor(operation)),
				async (world, [reference, record]) => {
					await world.reset();
					await mustOnlyRead(world, caseOf(operation, at.mode, locator, [{ reference, record }]));
				},
			),
		),
	);
	const faults = Object.keys(FAULTS).map((kind) =>
		cell({ ...at, kind: `${kind} (reads)` }, usualCase(operation, at.mode), async (world, { one }) => {
			await world.reset();
			await mustOnlyRead(world, one, { lose: losses(kind, 'reads') });
		}),
	);
	const withRetry = cell(
		{ ...at, kind: 'Retry On Fail, and then in earnest' },
		usualCase(operation, at.mode),
		async (world, { one }) => {
			const { after, outcome } = await afresh(world, one);
			if (outcome.is !== 'done') return;
			await world.reset();
			const first = await mustOnlyRead(world, one, {
				retryOnFail: true,
				maxTries: 2,
				onError: 'stopWorkflow',
			});
			const contextData = structuredClone(first.contextData);
			await world.run(one, { retryOnFail: true, maxTries: 2, contextData });
			mustEqual('not as without a preview', world.records(), after);
		},
	);
	return [...references, ...faults, withRetry];
}
