import fc from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { RunResult } from '../engine/harness';
import type { AttackForgeSimulator } from '../simulators/attackforge';
import type { LossRule } from '../support/lossyProxy';
import { FAULTS, losses, lostAndSilent, secondRefused, SIDES } from './faults';
import { caseOf, type DataMode, fieldsOf, type Operation, type Said } from './operations';
import { AF, BLANKS, type Kinds, type Reference, UNSAFE } from './values';
import type { Case, Records, World } from './worlds';

/** The four laws. Each compares the service's records before and after, and throws what it finds. */

export const LAWS = ['address', 'frame', 'once', 'truth'] as const;
export type Law = (typeof LAWS)[number];

/** What is checked of an operation. `kind` names the values, ways or faults. */
export type Cell = {
	law: Law;
	operation: Operation;
	mode: DataMode | undefined;
	kind: string;
	/** The inputs of a run, which a counterexample shows too. */
	inputs: fc.Arbitrary<unknown>;
	holds(world: World, input: never): Promise<void>;
};

const cell = <Input>(
	cells: Pick<Cell, 'law' | 'operation' | 'mode' | 'kind'>,
	inputs: fc.Arbitrary<Input>,
	holds: (world: World, input: Input) => Promise<void>,
): Cell => ({ ...cells, inputs, holds: holds });

class Broken extends Error {}

function must(isTrue: boolean, what: string): void {
	if (!isTrue) throw new Broken(what);
}

// --- what both sides of a comparison have in common
// -------------------------------------------------------------------

const OUR_IDS = new Set<string>(Object.values(AF));

/** Records or output without values that are new in each run: identifiers, assigned XIDs, random values. */
function plain(all: unknown): string {
	const seen = new Map<string, string>();
	const nameOf = (id: string) => {
		if (OUR_IDS.has(id)) return id;
		seen.set(id, seen.get(id) ?? `#${seen.size}`);
		return seen.get(id) ?? id;
	};
	return (
		JSON.stringify(all instanceof Map ? [...(all as Map<string, string>)] : all)
			.replace(/\bn8n:[0-9a-f]{32}/g, 'n8n:…')
			.replace(/\bat 0\.\d+(e-\d+)?/g, 'at …')
			.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '…Z')
			.replace(/\b[0-9a-f]{24}\b/g, nameOf)
			// IDs begin with the first one of ThreatConnect's simulator. Seeded groups have lower IDs.
			.replace(/\b11258999068(43|44)\d{3}\b/g, nameOf)
	);
}

const short = (text: string) => (text.length > 700 ? `${text.slice(0, 700)}…` : text);

function changesOf(before: Records, after: Records) {
	return {
		changed: [...before.keys()].filter((key) => after.has(key) && after.get(key) !== before.get(key)),
		removed: [...before.keys()].filter((key) => !after.has(key)),
		added: [...after.keys()].filter((key) => !before.has(key)),
	};
}

/** The differences between two records, field by field. */
function difference(expected: string, given: string): string {
	const [then, now] = [expected, given].map((json) => JSON.parse(json) as IDataObject);
	const fields = [...new Set([...Object.keys(then ?? {}), ...Object.keys(now ?? {})])];
	/** For two lists, the rows that only one of them has. */
	const rowsOf = (one: unknown, other: unknown) => {
		if (!Array.isArray(one) || !Array.isArray(other)) return JSON.stringify(one);
		const others = other.map((row) => JSON.stringify(row));
		const own = one.map((row) => JSON.stringify(row)).filter((row) => !others.includes(row));
		return `${one.length} rows, with [${own.join()}]`;
	};
	const shown = fields.flatMap((field) => {
		const [a, b] = [then?.[field], now?.[field]];
		return JSON.stringify(a) === JSON.stringify(b) ? [] : [[field, rowsOf(a, b), rowsOf(b, a)]];
	});
	return shown.map(([field, a, b]) => `${field} ${a} => ${b}`).join(', ');
}

function mustEqual(what: string, given: Records, expected: Records): void {
	const named = (records: Records) => new Map(JSON.parse(plain(records)) as Array<[string, string]>);
	const [then, now] = [named(expected), named(given)];
	const { changed, removed, added } = changesOf(then, now);
	const shown = [
		...removed.map((key) => `without ${key}`),
		...added.map((key) => `besides ${key}`),
		...changed.map((key) => `${key}: ${difference(then.get(key) ?? '', now.get(key) ?? '')}`),
	];
	if (shown.length > 0) throw new Broken(short(`${what}: ${shown.join('; ')}`));
}

type Outcome = { is: 'done' | 'not done' | 'in doubt'; words: string };

function outcomeOf({ items, errors, error }: RunResult): Outcome {
	const [failed] = errors;
	const words = failed
		? `${String(failed.json.error)} ${String(failed.json.message)}`
		: error
			? `${error.message} ${error.description ?? ''}`
			: JSON.stringify(items.map(({ json }) => json));
	if (!failed && !error) return { is: 'done', words: short(words) };
	return {
		is: /may (or may not )?have been|may be there|unknown|was written|is linked/i.test(words)
			? 'in doubt'
			: 'not done',
		words,
	};
}

/** Runs a case on the records in their first state. */
async function afresh(world: World, one: Case, more: Parameters<World['run']>[1] = {}) {
	await world.reset();
	const before = world.records();
	const result = await world.run(one, more);
	return { before, after: world.records(), result, outcome: outcomeOf(result) };
}

// --- what items say ---------------------------------------------------------------------------------------------------

const some = (
	fields: Kinds<unknown>,
	least: number,
	without: readonly string[] = [],
): fc.Arbitrary<IDataObject> => {
	const names = Object.keys(fields).filter((name) => !without.includes(name));
	return fc
		.subarray(names, { minLength: least, maxLength: 3 })
		.chain((chosen) =>
			fc.record(Object.fromEntries(chosen.map((name) => [name, fields[name] as fc.Arbitrary<unknown>]))),
		) as fc.Arbitrary<IDataObject>;
};

const recordFor = (operation: Operation, least = 1): fc.Arbitrary<IDataObject> =>
	operation.fields ? some(fieldsOf(operation).fields, least, operation.without) : fc.constant({});

const usualOf = (operation: Operation, index = 0) => {
	const locator = operation.locators[index % operation.locators.length];
	if (!locator) throw new Error(`${operation.name} has no locator`);
	return { locator, references: locator.kinds[locator.usual] as fc.Arbitrary<Reference> };
};

/** Any case of an operation that names its record in the usual way. */
const usualCase = (
	operation: Operation,
	mode: DataMode | undefined,
	least = 1,
): fc.Arbitrary<{ one: Case }> =>
	fc.nat(operation.locators.length - 1).chain((index) => {
		const { locator, references } = usualOf(operation, index);
		return fc
			.tuple(references, recordFor(operation, least))
			.map(([reference, record]) => ({ one: caseOf(operation, mode, locator, [{ reference, record }]) }));
	});

const cellsOfModes = (
	operation: Operation,
	law: Law,
	make: (at: Pick<Cell, 'law' | 'operation' | 'mode'>) => Cell[],
) => operation.modes.flatMap((mode) => make({ law, operation, mode }));

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

/** Two items that name the same missing record in two ways. */
function twoItems(operation: Operation, at: Pick<Cell, 'law' | 'operation' | 'mode'>): Cell[] {
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
					const { before, after } = await afresh(world, caseOf(operation, at.mode, locator, said));
					const groups = changesOf(before, after).added.filter((key) => key.startsWith('group '));
					must(groups.length <= 1, `${groups.length} groups: ${groups.map((key) => after.get(key)).join()}`);
				},
			),
		];
	});
}

/** Another client changes the record between the node's read and its write. */
function meanwhile(operation: Operation, at: Pick<Cell, 'law' | 'operation' | 'mode'>): Cell[] {
	const kind = 'a change of another client';
	const { locator } = usualOf(operation);
	if (operation.name.startsWith('attackForge project/') && operation.effect === 'writes') {
		const { references } = usualOf(operation);
		return [
			cell({ ...at, kind }, references, async (world, reference) => {
				const id = String(reference.names);
				const other = (server: AttackForgeSimulator) => {
					const groups = [...(server.project(id)?.groups ?? []), AF.listed];
					server.changeProject(id, { groups });
				};
				const { after } = await afresh(world, caseOf(operation, at.mode, locator, [{ reference }]), {
					meanwhile: other,
				});
				must(
					String(after.get(`project ${id}`)).includes(AF.listed),
					'a group linked by another client is gone',
				);
			}),
		];
	}
	if (!/attackForge group\/(update|upsert)/.test(operation.name)) return [];
	const { references } = usualOf(operation);
	const record = fc.record({ custom_fields: fc.constant({ region: 'APAC' }) }) as fc.Arbitrary<IDataObject>;
	return [
		cell({ ...at, kind }, fc.record({ reference: references, record }), async (world, said) => {
			const other = (server: AttackForgeSimulator) => {
				const group = server.group(AF.acme);
				const fields = group?.custom_fields.map((field) =>
					field.key === 'contract_end' ? { ...field, value: '2030-12-31' } : field,
				);
				server.seedGroup({ ...group, custom_fields: fields });
			};
			const { after } = await afresh(world, caseOf(operation, at.mode, locator, [said]), {
				meanwhile: other,
			});
			must(
				String(after.get(`group ${AF.acme}`)).includes('2030-12-31'),
				'a field set by another client is as before',
			);
		}),
	];
}

/** A user is looked up by an address, and the service returns another user, who is a member. */
function anotherUser(operation: Operation, at: Pick<Cell, 'law' | 'operation' | 'mode'>): Cell[] {
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
			// In other places a comma is an ordinary text.
			([blank]) => blank !== 'commas' || (operation.service === 'threatConnect' && place !== 'text'),
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
	if (!operation.fields) return [];
	const { locator, references } = usualOf(operation);
	const isCreate = operation.makes === 'group';
	return cellsOfModes(operation, 'frame', (at) => [
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

/** A Get's output is given to Update unchanged. */
function asRead(operation: Operation, at: Pick<Cell, 'law' | 'operation' | 'mode'>): Cell {
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

const WAYS: Record<string, Way> = {
	'Retry On Fail': { run: async (world, one, lose) => await world.run(one, { ...RETRIES, lose }) },
	'tool with Retry On Fail': {
		asTool: true,
		run: async (world, one, lose) => await world.run(one, { ...RETRIES, asTool: true, lose }),
	},
	'retry of a saved execution': {
		async run(world, one, lose) {
			const first = await world.run(one, { onError: 'stopWorkflow', lose });
			if (!first.error) return first;
			const contextData = structuredClone(first.contextData);
			return await world.run(one, { onError: 'stopWorkflow', contextData });
		},
	},
};

function onceCells(operation: Operation): Cell[] {
	if (operation.effect !== 'writes') return [];
	const silence = fc.integer({ min: 2, max: 6 });
	return cellsOfModes(operation, 'once', (at) => {
		const usual = usualCase(operation, at.mode);
		const again = Object.entries(WAYS).flatMap(([name, way]) => [
			cell(
				{ ...at, kind: `${name} after a lost answer` },
				fc.record({ usual, silence }),
				async (world, input) => {
					const { one } = input.usual;
					const { after } = await afresh(world, one, { asTool: way.asTool });
					await world.reset();
					const { is } = outcomeOf(await way.run(world, one, lostAndSilent(input.silence)));
					mustEqual(`not as after one run ("${is}")`, world.records(), after);
				},
			),
			cell({ ...at, kind: `${name} after the second item` }, usual, async (world, { one }) => {
				const { after } = await afresh(world, twice(one), { asTool: way.asTool, onError: 'stopWorkflow' });
				await world.reset();
				const { is } = outcomeOf(await way.run(world, twice(one), secondRefused()));
				mustEqual(`not as after one run ("${is}")`, world.records(), after);
			}),
		]);
		const movingText =
			operation.text === undefined || at.mode === 'autoMap'
				? []
				: Object.entries(WAYS).map(([name, way]) =>
						cell({ ...at, kind: `${name}, values by chance` }, usual, async (world, { one }) => {
							const chance = moving(twice(one), operation);
							const { after } = await afresh(world, chance, { asTool: way.asTool });
							await world.reset();
							await way.run(world, chance, secondRefused());
							const more = world.records().size - after.size;
							must(more === 0, `${more} records more than after one run`);
						}),
					);
		return [...again, ...movingText, ...repeated(operation, at, usual), ...onPurpose(operation, at, usual)];
	});
}

/** Runs the whole workflow again. */
function repeated(
	operation: Operation,
	at: Pick<Cell, 'law' | 'operation' | 'mode'>,
	usual: fc.Arbitrary<{ one: Case }>,
): Cell[] {
	if (operation.again === 'twice') return [];
	const check = async (world: World, one: Case) => {
		const first = await afresh(world, one);
		if (first.outcome.is !== 'done') return;
		const writes = world.writes();
		const outcome = outcomeOf(await world.run(one));
		mustEqual('not as after one run', world.records(), first.after);
		const isGone = operation.name.endsWith('delete');
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

/** The opposite: two items that are alike, or two calls of a tool, must both be done. */
function onPurpose(
	operation: Operation,
	at: Pick<Cell, 'law' | 'operation' | 'mode'>,
	usual: fc.Arbitrary<{ one: Case }>,
): Cell[] {
	if (!operation.makes) return [];
	return [false, true].map((asTool) =>
		cell(
			{ ...at, kind: asTool ? 'two calls of a tool' : 'two items alike' },
			usual,
			async (world, { one }) => {
				const { before, after, outcome } = await afresh(world, twice(one), { asTool });
				const made = changesOf(before, after).added.filter((key) => key.startsWith(`${operation.makes} `));
				must(made.length === 2, `${made.length} records of two (${outcome.words})`);
			},
		),
	);
}

// --- truth: an outcome says what the records show
// ---------------------------------------------------------------------

function truthCells(operation: Operation): Cell[] {
	const writes = operation.effect === 'writes';
	return cellsOfModes(operation, 'truth', (at) =>
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
}

export const cellsOf = (law: Law, operation: Operation): Cell[] =>
	({ address: addressCells, frame: frameCells, once: onceCells, truth: truthCells })[law](operation);
