import fc from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { RunResult } from '../engine/harness';
import type { AttackForgeSimulator } from '../simulators/attackforge';
import type { LossRule } from '../support/lossyProxy';
import { FAULTS, isWrite, losses, lostAndSilent, secondRefused, SIDES } from './faults';
import {
	afresh,
	cell,
	type Cell,
	cellsOfModes,
	changesOf,
	type Law,
	must,
	mustEqual,
	outcomeOf,
	type Place,
	plain,
	recordFor,
	short,
	some,
	usualCase,
	usualOf,
} from './judge';
import { caseOf, fieldsOf, type Operation, type Said } from './operations';
import { previewCells } from './preview';
import { blankFilters, blankOptions, optionsOfOthers } from './settings';
import { ACTOR, AF, BLANKS, neighborOf, type Reference, UNSAFE } from './values';
import type { Case, Records, World } from './worlds';

/** The four laws, and beside them what Preview promises. Each compares the service's records before and after, and throws what it finds. */

// --- address: only the record that the item names ---------------------------------------------------------------------

const groupOf = (records: Records, id: string): IDataObject =>
	JSON.parse(records.get(`group ${id}`) ?? '{}') as IDataObject;

const identityOf = ({ name, xid, custom_fields }: IDataObject) => {
	const code = ((custom_fields ?? []) as IDataObject[]).find(({ key }) => key === 'client_code');
	return JSON.stringify({ name, xid, code });
};

function mustTouchOnly(
	operation: Operation,
	before: Records,
	after: Records,
	named: Reference['names'][],
	mayAdd: boolean,
) {
	const known = named.filter((id): id is string => id !== undefined && id !== 'new');
	const touches = operation.touches ?? ((id: string) => [`group ${id}`, `file ${id}`]);
	const meant = operation.effect === 'writes' ? known.flatMap((id) => [`group ${id}`, ...touches(id)]) : [];
	const { changed, removed, added } = changesOf(before, after);
	const others = [...changed, ...removed].filter((key) => !meant.includes(key));
	must(others.length === 0, `records that no item names: ${others.join(', ')}`);
	const records = added.filter((key) => /^(group|post|project) /.test(key));
	const makes = operation.makes ? known.length + named.filter((id) => id === 'new').length : 0;
	must(
		mayAdd || records.length <= makes,
		`${records.length} new records: ${records.map((key) => after.get(key)).join()}`,
	);
}

const ADDS = /^(new|xid of none|no id)/;
const SAME_RECORD = /^(padded|decomposed)/;

function addressCells(operation: Operation): Cell[] {
	const isUpsert = /upsert|bulkImport/.test(operation.name);
	return cellsOfModes(operation, 'address', (at) => [
		...operation.locators.flatMap((locator, index) =>
			Object.entries(locator.kinds).map(([kind, references]) =>
				cell(
					{ ...at, kind: `${Object.keys(locator.parameters)[0] ?? 'nothing'}${index} ${kind}` },
					fc.tuple(references, recordFor(operation)).map(([reference, record]) => ({
						reference,
						one: caseOf(operation, at.mode, locator, [{ reference, record }]),
					})),
					async (world, { reference, one }) => {
						const { before, after } = await afresh(world, one);
						mustTouchOnly(operation, before, after, [reference.names], isUpsert && ADDS.test(kind));
						if (!isUpsert || !SAME_RECORD.test(kind) || !reference.names) return;
						const [then, now] = [before, after].map((records) =>
							identityOf(groupOf(records, reference.names ?? '')),
						);
						must(then === now, `its name, XID or key is another one: ${then} => ${now}`);
					},
				),
			),
		),
		...twoItems(operation, at),
		...meanwhile(operation, at),
		...anotherUser(operation, at),
	]);
}

/** Two items that name one record, which is not there yet, in two ways. */
function twoItems(operation: Operation, at: Place): Cell[] {
	if (!operation.name.endsWith('group/upsert')) return [];
	return operation.locators.flatMap((locator, index) => {
		if (!locator.field) return [];
		const ownOwner = operation.service === 'threatConnect' ? { ownerName: 'Demo Organization' } : {};
		const ways = fc.constantFrom<[string, string, IDataObject]>(
			['Same', 'Same ', {}],
			['Same', 'Same', ownOwner],
			['Caf\u00e9 B', 'Cafe\u0301 B', {}],
		);
		return [
			cell(
				{ ...at, kind: `two items name one record (${index})` },
				ways,
				async (world, [first, second, more]) => {
					const said: Said[] = [
						{ reference: { value: first } },
						{ reference: { value: second }, record: more },
					];
					const one = caseOf(operation, at.mode, locator, said, { maxConcurrentRequests: 2 });
					const { before, after } = await afresh(world, one);
					const groups = changesOf(before, after).added.filter((key) => key.startsWith('group '));
					must(groups.length <= 1, `${groups.length} groups: ${groups.map((key) => after.get(key)).join()}`);
				},
			),
		];
	});
}

/** What AttackForge's API does not let the node see. */
const OVERWRITTEN =
	'what somebody else writes to an AttackForge group or project between the reading and the writing is overwritten';

/** The first write is not accepted. */
const firstNotAccepted: LossRule = (method, _path, earlier) =>
	isWrite(method) && earlier === 0 ? 503 : undefined;

/** What another client changes before the first write arrives: that write is done, or not accepted and sent again. */
function meanwhile(operation: Operation, at: Place): Cell[] {
	const { locator } = usualOf(operation);
	const ways: Array<
		Place & { kind: string; documented?: string; lose?: LossRule; options?: INodeParameters }
	> = [
		{ ...at, kind: 'a change of another client', documented: OVERWRITTEN },
		{ ...at, kind: 'a change of another client before the second attempt', lose: firstNotAccepted },
	];
	if (operation.name.startsWith('attackForge project/') && operation.effect === 'writes') {
		const { references } = usualOf(operation);
		return ways.map(({ lose, ...way }) =>
			cell(way, references, async (world, reference) => {
				const id = String(reference.names);
				const other = (server: AttackForgeSimulator) => {
					const groups = [...(server.project(id)?.groups ?? []), AF.listed];
					server.changeProject(id, { groups });
				};
				const { after } = await afresh(world, caseOf(operation, at.mode, locator, [{ reference }]), {
					meanwhile: other,
					lose,
				});
				must(
					String(after.get(`project ${id}`)).includes(AF.listed),
					'a group linked by another client is gone',
				);
			}),
		);
	}
	if (!/attackForge group\/(update|upsert)/.test(operation.name)) return [];
	const { references } = usualOf(operation);
	const record = fc.record({ custom_fields: fc.constant({ region: 'APAC' }) }) as fc.Arbitrary<IDataObject>;
	return ways.map(({ lose, ...way }) =>
		cell(way, fc.record({ reference: references, record }), async (world, said) => {
			const other = (server: AttackForgeSimulator) => {
				const group = server.group(AF.acme);
				const fields = group?.custom_fields.map((field) =>
					field.key === 'contract_end' ? { ...field, value: '2030-12-31' } : field,
				);
				server.seedGroup({ ...group, custom_fields: fields });
			};
			const { after } = await afresh(world, caseOf(operation, at.mode, locator, [said]), {
				meanwhile: other,
				lose,
			});
			must(
				String(after.get(`group ${AF.acme}`)).includes('2030-12-31'),
				'a field set by another client is as before',
			);
		}),
	);
}

/** A user is looked up by an address, and the service answers with somebody else, who is a member. */
function anotherUser(operation: Operation, at: Place): Cell[] {
	if (!/member\/(changeAccess|remove)/.test(operation.name)) return [];
	const { locator } = usualOf(operation, 1);
	const asked = fc.constantFrom('paul.citizen@attackforge.com', "alex.o'neil+ops@attackforge.com");
	const john = (body: string) =>
		body
			.replace(/"id":"\w{24}"/, `"id":"${AF.john}"`)
			.replace(/"email_address":"[^"]*"/, '"email_address":"john.citizen@attackforge.com"');
	const lose: LossRule = (_method, path) => (path.includes('/users/email/') ? { of: john } : undefined);
	return [
		cell({ ...at, kind: 'answer about another user' }, asked, async (world, value) => {
			const one = caseOf(operation, at.mode, locator, [{ reference: { value } }]);
			const { before, after } = await afresh(world, one, { lose });
			mustTouchOnly(operation, before, after, [], false);
		}),
	];
}

// --- frame: what an item does not name stays as it is
// -----------------------------------------------------------------

/** The key under which the record stores a field. */
const KEPT_IN: Record<string, string> = {
	description: 'attributes',
	source: 'attributes',
	status: 'fields',
	eventDate: 'fields',
};

function mustKeepUnsaid(before: Records, after: Records, id: string, said: string[]): void {
	const [then, now] = [groupOf(before, id), groupOf(after, id)];
	const may = ['name', ...said, ...said.map((field) => KEPT_IN[field])];
	const others = Object.keys(then).filter(
		(key) => !may.includes(key) && JSON.stringify(then[key]) !== JSON.stringify(now[key]),
	);
	const shown = others.map((key) => `${key}: ${JSON.stringify(then[key])} => ${JSON.stringify(now[key])}`);
	must(others.length === 0, short(`what no item says has changed: ${shown.join('; ')}`));
}

const AF_OPTIONS = fc.constantFrom<INodeParameters>(
	{},
	{},
	{ accessMode: 'exact' },
	{ customFieldsMode: 'replace' },
);

const blankedOf = (operation: Operation) => {
	const { fields, places } = fieldsOf(operation);
	const isCreate = operation.makes === 'group';
	return Object.entries(places).flatMap(([place, all]) => {
		// A new record needs these fields.
		const ways = Object.fromEntries(
			Object.entries(all).filter(([field]) => !isCreate || !(field in (operation.required ?? {}))),
		);
		if (Object.keys(ways).length === 0) return [];
		const blanksHere = Object.entries(BLANKS).filter(
			// Elsewhere a comma is a text like any other.
			([blank]) => blank !== 'commas' || !['text', 'switch', 'custom field'].includes(place),
		);
		return blanksHere.map(([blank, blanks]) => ({
			kind: `${place} ${blank}`,
			inputs: fc.constantFrom(...Object.keys(ways)).chain((field) =>
				fc.record({
					said: some(fields, 0, [field, ...(operation.without ?? [])]),
					blank: fc
						.tuple(ways[field] as fc.Arbitrary<(blank: unknown) => unknown>, blanks)
						.map(([around, value]) => ({ [field]: around(value) }) as IDataObject),
					options: operation.service === 'attackForge' && operation.fields ? AF_OPTIONS : fc.constant({}),
				}),
			),
		}));
	});
};

function frameCells(operation: Operation): Cell[] {
	const settings = [...blankOptions(operation), ...blankFilters(operation)];
	if (!operation.fields) return settings;
	const { locator, references } = usualOf(operation);
	const isCreate = operation.makes === 'group';
	const ofFields = cellsOfModes(operation, 'frame', (at) => [
		...blankedOf(operation).map(({ kind, inputs }) =>
			cell(
				{ ...at, kind },
				fc.record({ input: inputs, reference: references }),
				async (world, { input, reference }) => {
					const { said, blank, options } = input;
					const withOptions =
						operation.name.endsWith('create') || operation.name.endsWith('Import') ? {} : options;
					const make = (record: IDataObject) =>
						caseOf(operation, at.mode, locator, [{ reference, record }], withOptions);
					const saysNothing = operation.fields === 'updateFields' && Object.keys(said).length === 0;
					// The harness itself sets the required fields.
					const unsaid = Object.fromEntries(
						Object.keys(blank)
							.filter((field) => field in (operation.required ?? {}))
							.map((field) => [field, undefined]),
					);
					const without = saysNothing ? undefined : await afresh(world, make({ ...said, ...unsaid }));
					const { before, after, outcome } = await afresh(world, make({ ...said, ...blank }));
					if (without?.outcome.is === 'done')
						must(outcome.is === 'done', `a blank fails the item: ${outcome.words}`);
					mustEqual('a blank says something', after, without?.after ?? before);
					if (!isCreate && reference.names)
						mustKeepUnsaid(before, after, reference.names, Object.keys({ ...operation.required, ...said }));
				},
			),
		),
		...roundedNumbers(operation).map(({ kind, records }) =>
			cell({ ...at, kind }, fc.record({ record: records, reference: references }), async (world, said) => {
				const { before, after, outcome } = await afresh(world, caseOf(operation, at.mode, locator, [said]));
				mustEqual('a number that has lost digits is stored', after, before);
				must(outcome.is === 'not done', 'a number that has lost digits is taken');
			}),
		),
		...(operation.fields === 'updateFields' && at.mode === 'autoMap' ? [asRead(operation, at)] : []),
	]);
	return [...settings, ...ofFields];
}

function roundedNumbers({ service }: Operation): Array<{ kind: string; records: fc.Arbitrary<IDataObject> }> {
	const around: Record<string, (value: number) => unknown> =
		service === 'threatConnect'
			? {
					description: (value) => value,
					attributes: (value) => [{ type: 'Ticket Number', value }],
					tags: (value) => value,
				}
			: {
					group_owner: (value) => value,
					primary_contact_number: (value) => value,
					custom_fields: (value) => ({ region: value }),
				};
	return Object.entries(around).map(([field, of]) => ({
		kind: `number beyond 2^53 in ${field}`,
		records: UNSAFE.map((value) => ({ [field]: of(value) }) as IDataObject),
	}));
}

/** What Get gives, given to Update as it is. */
function asRead(operation: Operation, at: Place): Cell {
	const { locator, references } = usualOf(operation);
	return cell({ ...at, kind: 'as read' }, references, async (world, reference) => {
		await world.reset();
		const before = world.records();
		const lists = ['tags', 'attributes', 'securityLabels', 'associatedGroups', 'associatedIndicators'];
		const options: INodeParameters = operation.service === 'threatConnect' ? { fields: lists } : {};
		const get = caseOf(
			{ ...operation, fields: undefined, parameters: {} },
			undefined,
			locator,
			[{ reference }],
			options,
		);
		const read = await world.run({
			...get,
			parameters: { ...get.parameters, resource: 'group', operation: 'get' },
		});
		const record = read.items[0]?.json ?? {};
		const result = await world.run(caseOf(operation, 'autoMap', locator, [{ reference, record }]));
		must(outcomeOf(result).is === 'done', `refused: ${outcomeOf(result).words}`);
		mustEqual('it is another record', world.records(), before);
	});
}

// --- once: doing it again changes nothing -----------------------------------------------------------------------------

const twice = (one: Case): Case => ({
	...one,
	items: [...one.items, ...structuredClone(one.items)],
	...(one.binary && { binary: [...one.binary, ...one.binary] }),
});

/** The same case with a text that differs whenever n8n evaluates it. */
function moving({ parameters, items, binary }: Case, { text = '', fields }: Operation): Case {
	const value = '={{ "at " + Math.random() }}';
	if (parameters.dataMode === 'json') {
		const jsonBody = `={{ ({ ...$json.record, ${text}: "at " + Math.random() }) }}`;
		return { parameters: { ...parameters, jsonBody }, items, binary };
	}
	if (!fields || text in parameters) return { parameters: { ...parameters, [text]: value }, items, binary };
	const collection = { ...(parameters[fields] as INodeParameters), [text]: value };
	return { parameters: { ...parameters, [fields]: collection }, items, binary };
}

const RETRIES = { retryOnFail: true, maxTries: 2, onError: 'stopWorkflow' } as const;

/** What n8n does when something fails. With `asTool`, an agent calls the node, and nothing fails. */
type Way = { asTool?: true; run(world: World, one: Case, lose: LossRule): Promise<RunResult> };

const SAVED = 'retry of a saved execution';
/** Of what these make the service keeps no key by which a new process could find it. */
const FORGOTTEN = /attackForge group\/create|threatConnect post\/(add|reply)/;
const DOUBLED = '**Retry** of a saved execution makes an AttackForge group, a post or a reply a second time';

const WAYS: Record<string, Way> = {
	'Retry On Fail': { run: async (world, one, lose) => await world.run(one, { ...RETRIES, lose }) },
	'tool with Retry On Fail': {
		asTool: true,
		run: async (world, one, lose) => await world.run(one, { ...RETRIES, asTool: true, lose }),
	},
	[SAVED]: {
		async run(world, one, lose) {
			const first = await world.run(one, { onError: 'stopWorkflow', lose });
			if (!first.error) return first;
			const contextData = structuredClone(first.contextData);
			return await world.run(one, { onError: 'stopWorkflow', contextData });
		},
	},
};

function onceCells(operation: Operation): Cell[] {
	if (operation.effect !== 'writes') return readAgain(operation);
	const silence = fc.integer({ min: 2, max: 6 });
	return cellsOfModes(operation, 'once', (at) => {
		const usual = usualCase(operation, at.mode);
		// A tool gets what its agent fills in, and no other fields of an item.
		const ways = Object.entries(WAYS).filter(([, way]) => !way.asTool || at.mode !== 'autoMap');
		const placeOf = (name: string) => ({
			...at,
			...(name === SAVED && FORGOTTEN.test(operation.name) && { documented: DOUBLED }),
		});
		const again = ways.flatMap(([name, way]) => [
			cell(
				{ ...placeOf(name), kind: `${name} after a lost answer` },
				fc.record({ usual, silence }),
				async (world, input) => {
					const { one } = input.usual;
					const { after } = await afresh(world, one, { asTool: way.asTool });
					await world.reset();
					const { is } = outcomeOf(await way.run(world, one, lostAndSilent(input.silence)));
					mustEqual(`not as after one run ("${is}")`, world.records(), after);
				},
			),
			cell({ ...placeOf(name), kind: `${name} after the second item` }, usual, async (world, { one }) => {
				const { after } = await afresh(world, twice(one), { asTool: way.asTool, onError: 'stopWorkflow' });
				await world.reset();
				const { is } = outcomeOf(await way.run(world, twice(one), secondRefused()));
				mustEqual(`not as after one run ("${is}")`, world.records(), after);
			}),
		]);
		const movingText =
			operation.text === undefined || at.mode === 'autoMap'
				? []
				: ways.map(([name, way]) =>
						cell({ ...placeOf(name), kind: `${name}, values by chance` }, usual, async (world, { one }) => {
							const chance = moving(twice(one), operation);
							const { after } = await afresh(world, chance, { asTool: way.asTool });
							await world.reset();
							await way.run(world, chance, secondRefused());
							const more = world.records().size - after.size;
							must(more === 0, `${more} records more than after one run`);
						}),
					);
		return [
			...again,
			...movingText,
			...repeated(operation, at, usual),
			...madeOnce(operation, at),
			...onPurpose(operation, at, usual),
		];
	});
}

/** The whole workflow once more. */
function repeated(operation: Operation, at: Place, usual: fc.Arbitrary<{ one: Case }>): Cell[] {
	if (operation.again === 'twice') return [];
	const check = async (world: World, one: Case) => {
		const first = await afresh(world, one);
		if (first.outcome.is !== 'done') return;
		const writes = world.writes();
		const outcome = outcomeOf(await world.run(one));
		mustEqual('not as after one run', world.records(), first.after);
		const isGone = /delete$/i.test(operation.name);
		must(isGone || outcome.is === 'done', `what is done already fails the item: ${outcome.words}`);
		must(
			operation.again !== 'silent' || world.writes() === writes,
			`${world.writes() - writes} writes of what is there already`,
		);
	};
	const cells = [
		cell({ ...at, kind: 'whole workflow again' }, usual, async (world, { one }) => await check(world, one)),
	];
	if (!operation.fields) return cells;
	const { locator, references } = usualOf(operation);
	const odd = fc
		.tuple(references, some(fieldsOf(operation).oddTypes, 1, operation.without))
		.map(([reference, record]) => caseOf(operation, at.mode, locator, [{ reference, record }]));
	return [...cells, cell({ ...at, kind: 'whole workflow again, other types' }, odd, check)];
}

/** An item with rows that make objects, three times: each object is made once. */
function madeOnce(operation: Operation, at: Place): Cell[] {
	if (!operation.fields) return [];
	const made = Object.entries(fieldsOf(operation).made).filter(
		([name]) => !operation.without?.includes(name),
	);
	if (made.length === 0) return [];
	const { locator, references } = usualOf(operation);
	const inputs = fc.record({
		reference: references,
		record: fc.record(Object.fromEntries(made)) as fc.Arbitrary<IDataObject>,
		maxConcurrentRequests: fc.constantFrom(1, 3),
	});
	const mustBeOnce = (before: Records, after: Records, once: Records) => {
		if (operation.makes === undefined) mustEqual('not as after one', after, once);
		if (operation.without?.includes('associatedGroups')) return;
		const actors = changesOf(before, after).added.filter((key) => isActor(key, after));
		must(actors.length === 1, `${actors.length} associated groups of one`);
	};
	const options = operation.name.endsWith('bulkImport')
		? () => ({})
		: (maxConcurrentRequests: number) => ({ maxConcurrentRequests });
	return [
		cell(
			{ ...at, kind: 'new objects, three runs', isAlwaysTested: true },
			inputs,
			async (world, { reference, record, maxConcurrentRequests }) => {
				const said = [{ reference, record }];
				const one = caseOf(operation, at.mode, locator, said, options(maxConcurrentRequests));
				const { before, after, outcome } = await afresh(world, one);
				must(outcome.is === 'done', `refused: ${outcome.words}`);
				const writes = world.writes();
				for (const _time of [2, 3]) await world.run(one);
				mustBeOnce(before, world.records(), after);
				const more = world.writes() - writes;
				must(operation.again !== 'silent' || more === 0, `${more} writes of what is there already`);
			},
		),
		cell(
			{ ...at, kind: 'new objects, three items', isAlwaysTested: true },
			inputs,
			async (world, { reference, record, maxConcurrentRequests }) => {
				// The first and the last one name the same record.
				const other = neighborOf(operation.service, reference) ?? reference;
				const of = (...all: Reference[]) =>
					caseOf(
						operation,
						at.mode,
						locator,
						all.map((one) => ({ reference: one, record })),
						options(maxConcurrentRequests),
					);
				const once = await afresh(world, of(reference, other));
				must(once.outcome.is === 'done', `refused: ${once.outcome.words}`);
				const { before, after } = await afresh(world, of(reference, other, reference));
				mustBeOnce(before, after, once.after);
			},
		),
	];
}

const isActor = (key: string, records: Records) =>
	key.startsWith('group ') && groupOf(records, key.slice('group '.length)).name === ACTOR;

/** What is read once more is the same, and nothing has changed. */
function readAgain(operation: Operation): Cell[] {
	return cellsOfModes(operation, 'once', (at) => [
		cell({ ...at, kind: 'read again' }, usualCase(operation, at.mode), async (world, { one }) => {
			const { before, result } = await afresh(world, one);
			const again = await world.run(one);
			mustEqual('reading has changed something', world.records(), before);
			const [first, second] = [result, again].map(({ items }) => plain(items.map(({ json }) => json)));
			must(first === second, short(`it says ${second}, after ${first}`));
		}),
	]);
}

/** The other way round: two items that are alike, or two calls of a tool, are two. */
function onPurpose(operation: Operation, at: Place, usual: fc.Arbitrary<{ one: Case }>): Cell[] {
	if (!operation.makes) return [];
	return (at.mode === 'autoMap' ? [false] : [false, true]).map((asTool) =>
		cell(
			{ ...at, kind: asTool ? 'two calls of a tool' : 'two items alike' },
			usual,
			async (world, { one }) => {
				const { before, after, outcome } = await afresh(world, twice(one), { asTool });
				const made = changesOf(before, after).added.filter(
					(key) => key.startsWith(`${operation.makes} `) && !isActor(key, after),
				);
				must(made.length === 2, `${made.length} records of two (${outcome.words})`);
			},
		),
	);
}

// --- truth: an outcome says what the records show
// ---------------------------------------------------------------------

function truthCells(operation: Operation): Cell[] {
	const writes = operation.effect === 'writes';
	const ofFaults = cellsOfModes(operation, 'truth', (at) =>
		SIDES.flatMap((side) =>
			Object.entries(FAULTS).flatMap(([kind, { unknowable }]) => {
				// A service need not show everything in a single record.
				if (kind === 'lists missing' && operation.effect === 'reads one') return [];
				if (side !== 'reads' && !writes) return [];
				if (side === 'reads after the write' && !/refused|lists|^error in|^nothing/.test(kind)) return [];
				return [
					cell(
						{ ...at, kind: `${kind} (${side})` },
						usualCase(operation, at.mode),
						async (world, { one }) => {
							const well = await afresh(world, one);
							const { before, after, outcome, result } = await afresh(world, one, {
								lose: losses(kind, side),
							});
							if (!writes) {
								const [said, meant] = [result, well.result].map(({ items }) =>
									plain(items.map(({ json }) => json)),
								);
								must(
									outcome.is !== 'done' || said === meant,
									short(`it says ${said}, and should say ${meant}`),
								);
								return;
							}
							if (outcome.is === 'done')
								return mustEqual(`"done" (${outcome.words}) is not`, after, well.after);
							if (outcome.is === 'not done')
								return mustEqual(`"not done" (${outcome.words}) is`, after, before);
							must(
								side !== 'writes' ||
									unknowable === true ||
									kind === 'page' ||
									/lost|body|nothing|text/.test(kind),
								`it was refused, and "${outcome.words}" does not know`,
							);
						},
					),
				];
			}),
		),
	);
	return [...optionsOfOthers(operation), ...ofFaults];
}

export const cellsOf = (law: Law, operation: Operation): Cell[] =>
	({
		address: addressCells,
		frame: frameCells,
		once: onceCells,
		truth: truthCells,
		preview: previewCells,
	})[law](operation);
