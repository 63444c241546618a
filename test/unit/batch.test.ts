import { toBatchGroup } from '../../nodes/ThreatConnectGroup/batch/batchGroups';
import {
	type BatchItem,
	batchItem,
	derivedXid,
	fileOf,
	pack,
} from '../../nodes/ThreatConnectGroup/batch/packJobs';
import { assignErrors, KeyIndex } from '../../nodes/ThreatConnectGroup/batch/assignErrors';
import { namedLimit } from '../../nodes/ThreatConnectGroup/flows/runBatchJob';

describe('a body of v3 becomes one of batch', () => {
	test('with the names and shapes that batch has', () => {
		expect(
			toBatchGroup({
				type: 'Incident',
				name: 'A',
				ownerName: 'Demo Organization',
				xid: 'crm:1',
				eventDate: '2026-01-01',
				status: 'New',
				firstSeen: '2026-01-01T00:00:00Z',
				tags: { data: [{ name: 'T1' }, { name: 'T2' }] },
				attributes: {
					data: [
						{ type: 'Description', value: 'd', default: true, source: 's' },
						{ type: 'Note', value: 'n', pinned: true, securityLabels: { data: [{ name: 'TLP:RED' }] } },
					],
				},
				securityLabels: { data: [{ name: 'TLP:AMBER' }] },
				associatedGroups: { data: [{ xid: 'crm:2' }] },
				associatedIndicators: {
					data: [
						{ type: 'Host', hostName: 'bad.example' },
						{ type: 'File', md5: 'a'.repeat(32), sha256: 'b'.repeat(64), ownerName: 'Demo Organization' },
						{ type: 'Custom', value1: 'x', value2: 'y' },
					],
				},
			}),
		).toEqual({
			ownerName: 'Demo Organization',
			associations: [],
			indicatorIds: [],
			group: {
				type: 'Incident',
				name: 'A',
				xid: 'crm:1',
				eventDate: '2026-01-01',
				status: 'New',
				firstSeen: '2026-01-01T00:00:00Z',
				tag: [{ name: 'T1' }, { name: 'T2' }],
				attribute: [
					{ type: 'Description', value: 'd', displayed: true, source: 's' },
					{ type: 'Note', value: 'n', pinned: true, securityLabel: [{ name: 'TLP:RED' }] },
				],
				securityLabel: [{ name: 'TLP:AMBER' }],
				associatedGroupXid: ['crm:2'],
				associatedIndicators: [
					{ indicatorType: 'Host', summary: 'bad.example' },
					{ indicatorType: 'File', summary: `${'a'.repeat(32)} : ${'b'.repeat(64)}` },
					{ indicatorType: 'Custom', summary: 'x : y' },
				],
			},
			indicators: [
				{ type: 'Host', summary: 'bad.example' },
				{ type: 'File', summary: `${'a'.repeat(32)} : ${'b'.repeat(64)}` },
				{ type: 'Custom', summary: 'x : y' },
			],
		});
	});

	test('with the documented fields of events and indicators', () => {
		const { group, indicators } = toBatchGroup({
			type: 'Event',
			name: 'A',
			eventType: 'Breach',
			associatedIndicators: {
				data: [
					{
						type: 'File',
						md5: 'a'.repeat(32),
						size: 12,
						rating: 5,
						confidence: 80,
						active: false,
						firstSeen: '2026-01-01',
						tags: { data: [{ name: 'T' }] },
						attributes: { data: [{ type: 'Description', value: 'd', default: true }] },
						securityLabels: { data: [{ name: 'TLP:RED' }] },
					},
				],
			},
		});
		expect(group).toMatchObject({
			eventType: 'Breach',
			associatedIndicators: [{ indicatorType: 'File', summary: 'a'.repeat(32) }],
		});
		expect(indicators).toEqual([
			{
				type: 'File',
				summary: 'a'.repeat(32),
				size: 12,
				rating: 5,
				confidence: 80,
				active: false,
				firstSeen: '2026-01-01',
				tag: [{ name: 'T' }],
				attribute: [{ type: 'Description', value: 'd', displayed: true }],
				securityLabel: [{ name: 'TLP:RED' }],
			},
		]);
	});

	test("with batch's own fields kept", () => {
		const own = { type: 'Report', name: 'A', insights: 'i', associatedGroupXid: ['x'], tag: [{ name: 'B' }] };
		expect(toBatchGroup(own).group).toEqual(own);
		expect(toBatchGroup({ ...own, tags: { data: [{ name: 'C' }] } }).group.tag).toEqual([
			{ name: 'B' },
			{ name: 'C' },
		]);
	});

	test('with groups and indicators by ID apart, whose digits are kept', () => {
		const { group, associations, indicatorIds, indicators } = toBatchGroup({
			type: 'Threat',
			name: 'A',
			associatedGroups: { data: [{ id: '9007199254740993' }, { xid: 'x' }] },
			associatedIndicators: { data: [{ id: 12 }, { type: 'Host', hostName: 'a.example' }] },
		});
		expect(group.associatedGroupXid).toEqual(['x']);
		expect(associations).toEqual([{ id_2: 9007199254740993n }]);
		expect(indicatorIds).toEqual([12]);
		expect(indicators).toEqual([{ type: 'Host', summary: 'a.example' }]);
		const one = batchItem(0, 'Org', { group: { ...group, xid: 'o' }, indicators, associations });
		expect(fileOf([one]).toString()).toMatch(
			/"association":\[\{"ref_1":"o","type_1":"Threat","id_2":9007199254740993\}\]\}$/,
		);
		expect(pack([one], { objects: 9, bytes: 1 })[0]).toEqual([one]);
		expect(assignErrors([one], {}, [{ errorReason: 'gone', errorSource: 'association[0]' }]).faults).toEqual(
			new Map([[0, ['gone']]]),
		);
	});

	const refused = (fields: object) => () => toBatchGroup({ type: 'Threat', name: 'A', ...fields });
	test.each([
		['an owner by ID', { ownerId: 1 }, '"Owner ID" (ownerId) cannot be imported in bulk'],
		['assignments', { assignments: { data: [] } }, '"Assignments" (assignments) cannot be imported in bulk'],
		['cases', { associatedCases: { data: [{ id: 1 }] } }, '"Associated Cases" (associatedCases) cannot be'],
		[
			'a technique',
			{ tags: { data: [{ name: 'A' }, { techniqueId: 'T1566' }] } },
			'"Tags" (tags), entry 2: "techniqueId" cannot be imported in bulk',
		],
		[
			'a new group inside',
			{ associatedGroups: { data: [{ name: 'B', type: 'Threat' }] } },
			'"Associated Groups" (associatedGroups), entry 1: "name" cannot be imported in bulk',
		],
		[
			'an indicator of another owner',
			{ ownerName: 'A', associatedIndicators: { data: [{ type: 'Host', hostName: 'x', ownerName: 'B' }] } },
			'entry 1: a bulk import cannot associate across owners',
		],
		...[
			['dnsActive', { type: 'Host', hostName: 'x', dnsActive: true }],
			['whoisActive', { type: 'Custom', value1: 'x', value2: 'y', whoisActive: true }],
			['hostName', { type: 'Host', summary: 'x', hostName: 'y' }],
		].map(([key, entry]): [string, object, string] => [
			`an indicator with ${JSON.stringify(entry)}`,
			{ associatedIndicators: { data: [entry] } },
			`"Associated Indicators" (associatedIndicators), entry 1: "${String(key)}" cannot be imported in bulk`,
		]),
		['a mode', { tags: { data: [], mode: 'replace' } }, '"Tags" (tags) has the mode "replace"'],
		['an e-mail without header', { type: 'Email', subject: 's', body: 'b' }, '"Header" (header) is missing'],
	])('but not with %s', (_what, fields, message) => {
		expect(refused(fields)).toThrow(expect.objectContaining({ message: expect.stringContaining(message) }));
		expect(refused(fields)).toThrow(
			expect.objectContaining({ description: expect.stringMatching(/\w{4}.*\.$/) }),
		);
	});
});

test('a derived XID is the SHA-256 of owner, type and name, as tcex makes it', () => {
	// python3 -c "import hashlib; print(hashlib.sha256(b'Demo Organization-Incident-A').hexdigest())"
	expect(derivedXid('Demo Organization', 'Incident', 'A')).toBe(
		'e0e040814312119673dd4e73e7004d6a2cf5768a9f0cc890b5c37e6e6f98deef',
	);
	const { xid, output } = batchItem(0, 'Demo Organization', {
		group: { type: 'Incident', name: 'A' },
		indicators: [],
		associations: [],
	});
	expect(xid).toBe(derivedXid('Demo Organization', 'Incident', 'A'));
	expect(output).toEqual({ xid, type: 'Incident', name: 'A', ownerName: 'Demo Organization' });
});

const item = (index: number, more: { name?: string; hosts?: string[]; xid?: string } = {}): BatchItem =>
	batchItem(index, 'Org', {
		group: { name: more.name ?? `n${index}`, type: 'Threat', xid: more.xid ?? `x${index}` },
		indicators: (more.hosts ?? []).map((summary) => ({ type: 'Host', summary })),
		associations: [],
	});
const items = (count: number) => Array.from({ length: count }, (_, index) => item(index));

describe('items are packed into jobs', () => {
	const sizes = (jobs: BatchItem[][]) => jobs.map(({ length }) => length);
	test('in their order, each job as full as its limits allow', () => {
		expect(sizes(pack(items(10), { objects: 4, bytes: 1e6 }))).toEqual([4, 4, 2]);
		expect(sizes(pack(items(60_000), { objects: 25_000, bytes: 1e9 }))).toEqual([25_000, 25_000, 10_000]);
		expect(pack(items(10), { objects: 4, bytes: 1e6 }).flat()).toEqual(items(10));
		expect(pack([], { objects: 4, bytes: 1e6 })).toEqual([]);
	});
	test.each([100, 200, 1000, 12_345])('with no file larger than %d bytes', (bytes) => {
		const all = Array.from({ length: 200 }, (_, index) =>
			item(index, { name: 'é'.repeat(index % 20), hosts: index % 3 === 0 ? [`h${index % 7}`] : [] }),
		);
		const jobs = pack(all, { objects: 1e6, bytes });
		expect(jobs.flat()).toEqual(all);
		for (const job of jobs) if (job.length > 1) expect(fileOf(job).length).toBeLessThanOrEqual(bytes);
	});
	test('with each indicator counted once', () => {
		const hosts = ['a', 'b'];
		const all = [item(0, { hosts }), item(1, { hosts }), item(2, { hosts: ['c'] })];
		expect(sizes(pack(all, { objects: 4, bytes: 1e6 }))).toEqual([2, 1]);
		expect(JSON.parse(fileOf(all.slice(0, 2)).toString())).toMatchObject({
			indicator: [{ summary: 'a' }, { summary: 'b' }],
			group: [{ xid: 'x0' }, { xid: 'x1' }],
		});
	});
	test('and an item that is too large has a job of its own', () => {
		expect(
			sizes(pack([item(0), item(1, { name: 'y'.repeat(500) }), item(2)], { objects: 9, bytes: 200 })),
		).toEqual([1, 1, 1]);
	});
});

test.each([
	['File size greater than allowable limit of 2000000', 2_000_000],
	['File size greater than allowable limit of 2,000,000 bytes', 2_000_000],
	['Something else', undefined],
	[undefined, undefined],
])("a server's limit is read from %p", (words, limit) => expect(namedLimit(words)).toBe(limit));

describe('a finished job', () => {
	const job = [
		item(0, { hosts: ['bad.example'] }),
		item(1, { hosts: ['bad.example'] }),
		item(2),
		item(3, { xid: 'x2b' }),
	];
	const total = 5;
	const verdict = (errors: object[], counts: object = { errorCount: errors.length, successCount: total }) =>
		assignErrors(job, counts, errors as never);
	const faults = (errors: object[], counts?: object) => Object.fromEntries(verdict(errors, counts).faults);

	test.each([
		['by its XID', 'x2', { 2: ['bad'] }],
		['by its XID in a sentence', 'x2 is not valid.', { 2: ['bad'] }],
		['by the longest XID that fits', "The group 'x2b' is not valid", { 3: ['bad'] }],
		['by its place in the file', 'group[1]', { 1: ['bad'] }],
		['by an indicator of it', 'bad.example', { 0: ['bad'], 1: ['bad'] }],
	])('names an item %s', (_how, errorSource, expected) => {
		expect(faults([{ errorReason: 'bad', errorSource }])).toEqual(expected);
	});
	test('may have several faults of one item', () => {
		expect(
			faults([
				{ errorReason: 'bad', errorSource: 'x2' },
				{ errorReason: 'worse', errorSource: 'x2' },
				{ errorReason: 'bad', errorSource: 'x2' },
			]),
		).toEqual({ 2: ['bad', 'worse'] });
	});
	test('does not name an item by a part of a word', () => {
		expect(verdict([{ errorReason: 'bad', errorSource: 'prefix x22 and ax2' }])).toMatchObject({
			others: ['bad'],
		});
	});
	test('without any fault is clear', () => {
		expect(verdict([], { errorCount: 0, successCount: total, unprocessCount: 0 })).toEqual({
			faults: new Map(),
			others: [],
			unclear: false,
			complete: true,
		});
		expect(verdict([], {}).unclear).toBe(false);
	});
	test('with an error of the whole job is not clear, even if it names the object that was processed last', () => {
		const errorReason =
			"Encountered an unexpected Exception while processing batch job. Last known JSON path: '$.group[1]': Last processed group[1] 'x1'.";
		expect(verdict([{ errorReason, errorSource: 'x1' }], { errorCount: 1, successCount: 1 })).toMatchObject({
			others: [errorReason],
			unclear: true,
		});
	});
	test('is clear when as many succeeded as have no fault', () => {
		const errors = [
			{ errorReason: 'bad', errorSource: 'x2' },
			{ errorReason: 'odd', errorSource: 'something' },
		];
		expect(verdict(errors, { errorCount: 2, successCount: total - 1 })).toMatchObject({ unclear: false });
		expect(verdict(errors, { errorCount: 2, successCount: total - 2 })).toMatchObject({ unclear: true });
		expect(verdict(errors, { errorCount: 2 })).toMatchObject({ unclear: true });
	});
	test('that did not process all, or counts errors that it does not list, is not clear', () => {
		expect(verdict([], { errorCount: 0, successCount: 2, unprocessCount: 3 }).unclear).toBe(true);
		expect(verdict([], { errorCount: 1, successCount: 4 }).unclear).toBe(true);
	});
	test('of 25,000 items, each with a fault in a sentence, is searched once for all faults', () => {
		const many = items(25_000);
		let reads = 0;
		const counted = new Proxy(many, {
			get(target, key, receiver) {
				reads += 1;
				return Reflect.get(target, key, receiver) as unknown;
			},
		});
		const errors = many.map(({ xid }) => ({ errorReason: 'bad', errorSource: `${xid} is not valid.` }));
		expect(assignErrors(counted, { errorCount: 25_000, successCount: 0 }, errors).faults.size).toBe(25_000);
		expect(reads).toBeLessThan(20 * many.length);
	});
	test('with one indicator in each of 20,000 groups is searched once', () => {
		const many = Array.from({ length: 20_000 }, (_, index) => item(index, { hosts: ['bad.example'] }));
		const errors = many.map(({ xid }) => ({
			errorReason: `bad in ${xid}`,
			errorSource: `bad.example of ${xid}x`,
		}));
		const copied = jest.spyOn(Set.prototype, 'add');
		try {
			const { faults } = assignErrors(many, { errorCount: errors.length, successCount: 0 }, errors);
			expect(faults.size).toBe(20_000);
			expect(faults.get(7)).toHaveLength(20);
			expect(copied.mock.calls.length).toBeLessThan(30 * many.length);
		} finally {
			copied.mockRestore();
		}
	});
	test('is searched for keys by their first word, not by every part of each sentence', () => {
		let asked = 0;
		const keys = new Map(items(25_000).map(({ xid }) => [xid, true]));
		const index = new KeyIndex({
			keys: () => keys.keys(),
			has: (key) => {
				asked += 1;
				return keys.has(key);
			},
		});
		const sentence = (xid: string) => `${'Some words before it, '.repeat(10)}"${xid}" (and some after)`;
		for (let n = 0; n < 2000; n++) expect(index.longestIn(sentence(`x${n}`))).toBe(`x${n}`);
		expect(asked).toBeLessThan(3 * 2000);
	});
	test.each([
		['the group "é 1": bad', ['é', 'é 1'], 'é 1'],
		['the group 👾-a is bad', ['👾-a', '👾'], '👾-a'],
		['(x) is bad', ['(x)', 'x'], '(x)'],
		['xy is bad', ['x'], undefined],
		['bad.example.org', ['bad.example', 'example.org'], 'bad.example'],
	])('names in %j of %j the longest whole one', (sentence, keys, expected) => {
		expect(new KeyIndex(new Map(keys.map((key) => [key, true]))).longestIn(sentence)).toBe(expected);
	});
});
