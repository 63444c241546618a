import { CREDENTIALS, type ThreatConnectOptions, type ThreatConnectSimulator } from './index';
import { call, get, holdTimers, post, send, start, tokenHeaders, type Json } from './testSupport';

let server: ThreatConnectSimulator;

const SETTINGS = {
	version: 'V2',
	owner: 'Demo Organization',
	haltOnError: false,
	action: 'Create',
	attributeWriteType: 'Append',
};
const group = (number: number, more: Json = {}) => ({
	name: `Group ${number}`,
	type: 'Incident',
	xid: `x:${number}`,
	...more,
});

/** Creates a job and returns its ID. */
async function created(settings: Json = {}): Promise<number> {
	const answer = await post('/v2/batch', { ...SETTINGS, ...settings });
	expect(answer.status).toBe(201);
	return answer.data.data.batchId;
}

const upload = async (id: number, content: unknown) =>
	await send('POST', `/v2/batch/${id}`, typeof content === 'string' ? content : JSON.stringify(content));

const statusOf = async (id: number) =>
	(await get(`/v2/batch/${id}?includeAdditional=true`)).data.data.batchStatus as Json;

/** The state and the errors of a job that has finished. */
async function completed(content: unknown, settings: Json = {}): Promise<{ status: Json; errors: Json[] }> {
	const id = await created(settings);
	expect(await upload(id, content)).toMatchObject({ status: 202, data: { status: 'Queued' } });
	const status = await statusOf(id);
	expect(status).toMatchObject({ id, status: 'Completed' });
	const answer = await get(`/v2/batch/${id}/errors`);
	expect(answer.status).toBe(status.errorCount > 0 ? 200 : 404);
	return { status, errors: answer.status === 200 ? (answer.data as Json[]) : [] };
}

const failedWith = (errorSource: string, errorReason: RegExp) => ({
	errorSource,
	errorReason: expect.stringMatching(errorReason),
});

const invalid = (answer: { status: number; data: Json }, description: RegExp) => {
	expect(answer.data).toEqual({ status: 'Invalid', description: expect.stringMatching(description) });
	expect(answer.status).toBe(400);
};

const run = async (options: ThreatConnectOptions = {}) => {
	server = await start(options);
};

describe('creating a job', () => {
	test('answers 201 with the ID of the job', async () => {
		await run();
		const answer = await post('/v2/batch', {
			...SETTINGS,
			haltOnError: 'true',
			playbookTriggersEnabled: 'false',
			tagWriteType: 'Append',
			securityLabelWriteType: 'Replace',
			fileMergeMode: 'Merge',
			hashCollisionMode: 'FavorIncoming',
		});
		expect(answer.status).toBe(201);
		expect(answer.data).toEqual({ status: 'Success', data: { batchId: 1 } });
		expect(await created()).toBe(2);
	});

	test.each([
		['no version', { version: undefined }, /Missing parameter: version/],
		['another version', { version: 'V1' }, /version: V1/],
		['no owner', { owner: undefined }, /Missing parameter: owner/],
		['an unknown owner', { owner: 'Nobody' }, /owner was not found/],
		['an owner that cannot be seen', { owner: 'Private Source' }, /owner was not found/],
		['no haltOnError', { haltOnError: undefined }, /Missing parameter: haltOnError/],
		['another haltOnError', { haltOnError: 'yes' }, /haltOnError: yes/],
		['an unknown action', { action: 'Update' }, /action: Update/],
		['no attributeWriteType', { attributeWriteType: undefined }, /attributeWriteType/],
		['another tagWriteType', { tagWriteType: 'Singleton' }, /tagWriteType: Singleton/],
		['an unknown parameter', { ownerName: 'x' }, /Unknown parameter: ownerName/],
	])('refuses %s', async (_what, settings, description) => {
		await run();
		invalid(await post('/v2/batch', { ...SETTINGS, ...settings }), description);
	});

	test('refuses a body that is not a JSON object', async () => {
		await run();
		invalid(await post('/v2/batch', []), /JSON object/);
		invalid(await send('POST', '/v2/batch', JSON.stringify(SETTINGS)), /application\/json/);
	});

	test('refuses in plain text a missing permission, and batch that is turned off', async () => {
		await run();
		const headers = tokenHeaders(CREDENTIALS.readOnlyToken);
		const readOnly = await call('POST', '/v2/batch', SETTINGS, { headers });
		const readOnlyOwner = await post('/v2/batch', { ...SETTINGS, owner: 'Read-Only Source' });
		for (const answer of [readOnly, readOnlyOwner]) {
			expect(answer.status).toBe(401);
			expect(answer.headers['content-type']).toMatch(/^text\/plain/);
			expect(answer.data).toMatch(/^Unable to perform the requested operation .* Security Labels;$/);
		}
		expect((await call('POST', '/v2/batch', SETTINGS, { headers: {} })).status).toBe(401);
		await server.stop();

		await run({ batchEnabled: false });
		const off = await post('/v2/batch', SETTINGS);
		expect(off.status).toBe(503);
		expect(off.data).toMatch(/^Batch job api is not available\./);
	});
});

describe('a job', () => {
	test('is Created, Queued, Running and Completed', async () => {
		await run({ batchDelay: 200 });
		holdTimers();
		const id = await created();
		expect(await statusOf(id)).toMatchObject({ status: 'Created' });
		invalid(await get(`/v2/batch/${id}/errors`), /^Batch still in Created state$/);
		await upload(id, { group: [group(1)] });
		expect((await get(`/v2/batch/${id}`)).data).toEqual({ status: 'Queued' });
		jest.advanceTimersByTime(200);
		expect((await get(`/v2/batch/${id}`)).data).toEqual({ status: 'Running' });
		invalid(await get(`/v2/batch/${id}/errors`), /^Batch still in Running state$/);
		expect(server.groups()).toEqual([]);
		jest.advanceTimersByTime(200);
		expect((await get(`/v2/batch/${id}`)).data).toEqual({
			status: 'Completed',
			errorCount: 0,
			successCount: 1,
			unprocessCount: 0,
		});
		expect((await get(`/v2/batch/${id}?includeAdditional=true`)).data).toEqual({
			status: 'Success',
			data: { batchStatus: { id, status: 'Completed', errorCount: 0, successCount: 1, unprocessCount: 0 } },
		});
		expect(server.groups()).toMatchObject([{ name: 'Group 1', xid: 'x:1' }]);
	});

	test('ends with the simulator', async () => {
		await run({ batchDelay: 60_000 });
		await upload(await created(), { group: [group(1)] });
		expect(server.groups()).toEqual([]);
	});

	test('takes one file, of octets and no larger than allowed', async () => {
		await run({ batchSizeLimit: 2000000 });
		const id = await created();
		invalid(await send('POST', `/v2/batch/${id}`, '{}', 'application/json'), /octet-stream/);
		invalid(await upload(id, ' '.repeat(2000001)), /^File size greater than allowable limit of 2000000$/);
		expect((await upload(id, { group: [] })).status).toBe(202);
		invalid(await upload(id, { group: [] }), /already in Completed state/);
	});

	test('takes 75,000,000 bytes by default', async () => {
		await run();
		const id = await created();
		invalid(await upload(id, ' '.repeat(75_000_001)), /limit of 75000000$/);
		expect((await upload(id, `{"group":[]}${' '.repeat(74_000_000)}`)).status).toBe(202);
		expect(await statusOf(id)).toMatchObject({ errorCount: 0 });
	});

	test('is not found if it does not exist, with the message of v2', async () => {
		await run();
		const answers = [
			await get('/v2/batch/99'),
			await get('/v2/batch/x'),
			await get('/v2/batch/99/errors'),
			await upload(99, {}),
		];
		for (const answer of answers) {
			expect(answer.status).toBe(404);
			expect(answer.data).toEqual({ status: 'Failure', message: 'The requested resource was not found' });
		}
		expect((await call('DELETE', '/v2/batch/1')).status).toBe(405);
	});

	test('returns its errors as compressed octets, and 404 if there is none', async () => {
		await run();
		const id = await created();
		await upload(id, { group: [group(1, { name: '' })] });
		const answer = await call('GET', `/v2/batch/${id}/errors`, undefined, { decompress: false });
		expect(answer.headers['content-encoding']).toBe('gzip');
		expect(answer.headers['content-type']).toMatch(/^application\/octet-stream/);
		expect((await get(`/v2/batch/${id}/errors`)).data).toEqual([
			failedWith('x:1', /name for this Incident is invalid/),
		]);
	});
});

describe('groups', () => {
	test('are created with all that the file says', async () => {
		await run();
		const { status, errors } = await completed({
			group: [
				group(1, {
					eventDate: '2023-08-04',
					status: 'New',
					firstSeen: '2023-08-25T18:23:43Z',
					externalDateAdded: '2023-08-25T18:23:43Z',
					attribute: [
						{
							type: 'Description',
							value: 'd',
							displayed: true,
							source: 's',
							securityLabel: [{ name: 'TLP:RED' }],
						},
						{ type: 'Source', value: 's', pinned: true },
					],
					securityLabel: [{ name: 'TLP:AMBER' }, { name: 'New', color: 'FF0000', description: 'A new one' }],
					tag: [{ name: 'Ransomware' }, { name: 'fresh' }],
				}),
				group(2, { type: 'Email', subject: 's', header: 'h', body: 'b', from: 'f', to: 't' }),
				group(3, { type: 'Signature', fileName: 'f', fileText: 't', fileType: 'YARA' }),
				group(4, { type: 'Document', malware: true, password: 'p', fileName: 'f.zip', insights: 'i' }),
			],
		});
		expect(errors).toEqual([]);
		expect(status).toMatchObject({ successCount: 4, errorCount: 0, unprocessCount: 0 });
		expect(server.groups()).toMatchObject([
			{
				type: 'Incident',
				xid: 'x:1',
				ownerName: 'Demo Organization',
				fields: { eventDate: '2023-08-04T00:00:00Z', status: 'New' },
				attributes: [
					{
						type: 'Description',
						default: true,
						source: 's',
						securityLabels: { data: [{ name: 'TLP:RED' }] },
					},
					{ type: 'Source', pinned: true },
				],
				securityLabels: [{ name: 'TLP:AMBER' }, { name: 'New', color: 'FF0000' }],
				tags: [{ id: '41' }, { name: 'fresh' }],
			},
			{ type: 'Email', fields: { subject: 's', to: 't' } },
			{ type: 'Signature', fields: { fileType: 'YARA' } },
			{ type: 'Document', fields: { malware: true, insights: 'i' } },
		]);
	});

	test('are created in the owner of the job', async () => {
		await run();
		server.seedGroup({ type: 'Incident', name: 'Old', xid: 'x:1' });
		await completed({ group: [group(1)] }, { owner: 'Demo Community' });
		expect(server.groups()).toMatchObject([
			{ name: 'Old', ownerName: 'Demo Organization' },
			{ name: 'Group 1', ownerName: 'Demo Community' },
		]);
	});

	test('are updated when the owner has the XID', async () => {
		await run();
		const { id } = server.seedGroup({
			type: 'Incident',
			name: 'Old',
			xid: 'x:1',
			tags: ['old'],
			securityLabels: ['TLP:RED'],
			attributes: [{ type: 'Source', value: 'old' }],
			fields: { status: 'New' },
		});
		await completed({
			group: [group(1, { tag: [{ name: 'new' }], securityLabel: [{ name: 'TLP:GREEN' }] })],
		});
		expect(server.groups()).toMatchObject([
			{
				id,
				name: 'Group 1',
				tags: [{ name: 'new' }],
				securityLabels: [{ name: 'TLP:GREEN' }],
				attributes: [{ value: 'old' }],
				fields: { status: 'New' },
			},
		]);
		expect(server.groups()[0]?.tags).toHaveLength(1);
		const append = { tagWriteType: 'Append', securityLabelWriteType: 'Append' };
		await completed(
			{ group: [group(1, { tag: [{ name: 'more' }], securityLabel: [{ name: 'TLP:RED' }] })] },
			append,
		);
		expect(server.group(id)?.tags).toHaveLength(2);
		expect(server.group(id)?.securityLabels).toHaveLength(2);
	});

	test.each([
		['Append', ['Description: d', 'Source: s', 'Source: new']],
		['Replace', ['Source: new']],
		['Singleton', ['Description: d', 'Source: new']],
		['Static', ['Description: d', 'Source: s']],
	])('get their attributes by attributeWriteType %s', async (attributeWriteType, expected) => {
		await run();
		server.seedGroup({
			type: 'Incident',
			name: 'x',
			xid: 'x:1',
			attributes: [
				{ type: 'Description', value: 'd' },
				{ type: 'Source', value: 's' },
			],
		});
		await completed(
			{ group: [group(1, { attribute: [{ type: 'Source', value: 'new' }] })] },
			{ attributeWriteType },
		);
		expect(server.groups()[0]?.attributes.map(({ type, value }) => `${type}: ${value}`)).toEqual(expected);
	});

	test.each([
		['no name', { name: undefined }, 'x:1', /name/],
		['no XID', { xid: undefined }, 'group[0]', /xid/],
		['an unknown type', { type: 'incident' }, 'x:1', /"type"/],
		['an unknown field', { description: 'x' }, 'x:1', /"description"/],
		["v3's lists", { tags: { data: [] } }, 'x:1', /"tags"/],
		["v3's flag", { attribute: [{ type: 'Source', value: 'x', default: true }] }, 'x:1', /"default"/],
		['the content of a file', { type: 'Document', fileContent: 'x' }, 'x:1', /"fileContent"/],
		['another owner', { ownerName: 'Demo Community' }, 'x:1', /"ownerName"/],
		['a field of another type', { subject: 'x' }, 'x:1', /"subject"/],
		['a status of another type', { status: 'Escalated' }, 'x:1', /"Escalated"/],
		['a date that is none', { eventDate: '2023-02-30' }, 'x:1', /"eventDate"/],
		['an Email without its parts', { type: 'Email', subject: 's' }, 'x:1', /header, body/],
		['a Signature without its file', { type: 'Signature' }, 'x:1', /fileName, fileText, fileType/],
		['malware without a password', { type: 'Document', malware: true }, 'x:1', /password/],
		[
			'an unknown attribute type',
			{ attribute: [{ type: 'x', value: 'x' }] },
			'x:1',
			/attribute type was not found/,
		],
		['an unknown label', { securityLabel: [{ name: 'Unknown' }] }, 'x:1', /must already exist/],
		['a tag without a name', { tag: [{}] }, 'x:1', /name/],
	])('fail alone because of %s', async (_what, more, source, reason) => {
		await run();
		const { status, errors } = await completed({ group: [group(1, more), group(2)] });
		expect(errors).toEqual([failedWith(source, reason)]);
		expect(status).toMatchObject({ successCount: 1, errorCount: 1, unprocessCount: 0 });
		expect(server.groups()).toMatchObject([{ name: 'Group 2' }]);
	});

	test('fail when the XID is that of a group of another type', async () => {
		await run();
		server.seedGroup({ type: 'Threat', name: 'Old', xid: 'x:1' });
		const { errors } = await completed({ group: [group(1)] });
		expect(errors).toEqual([failedWith('x:1', /"Threat"/)]);
		expect(server.groups()).toMatchObject([{ name: 'Old' }]);
	});

	test('are left alone after the first error when the job halts on errors', async () => {
		await run();
		const file = { group: [group(1), group(2, { name: '' }), group(3), group(4)] };
		const { status } = await completed(file, { haltOnError: true });
		expect(status).toMatchObject({ successCount: 1, errorCount: 1, unprocessCount: 2 });
		expect(server.groups()).toMatchObject([{ name: 'Group 1' }]);
	});

	test('are deleted by their XIDs', async () => {
		await run();
		server.seedGroup({ type: 'Incident', name: 'a', xid: 'x:1' });
		server.seedGroup({ type: 'Incident', name: 'b', xid: 'x:2' });
		const { errors, status } = await completed({ group: [group(1), group(3)] }, { action: 'Delete' });
		expect(errors).toEqual([failedWith('x:3', /"x:3" was not found/)]);
		expect(status).toMatchObject({ successCount: 1, errorCount: 1 });
		expect(server.groups()).toMatchObject([{ name: 'b' }]);
	});
});

describe('associations', () => {
	test('are made between groups of the file, in any order, and to indicators', async () => {
		await run();
		server.seedGroup({ type: 'Threat', name: 'Known', xid: 'known' });
		const { errors } = await completed({
			indicator: [
				{ type: 'Host', summary: 'new.example', rating: 3, associatedGroups: [{ groupXid: 'x:2' }] },
				{ type: 'File', md5: 'a'.repeat(32), tag: [{ name: 'x' }] },
			],
			group: [
				group(1, { associatedGroupXid: ['x:2', 'known'] }),
				group(2, {
					associatedIndicators: [
						{ summary: 'badguy.com', indicatorType: 'Host' },
						{ summary: 'a'.repeat(32), indicatorType: 'File' },
					],
				}),
			],
			association: [{ ref_1: 'x:1', type_1: 'Incident', ref_2: 'new.example', type_2: 'Host' }],
		});
		expect(errors).toEqual([]);
		const [known, one, two] = server.groups();
		expect(known?.associatedGroups).toMatchObject([{ name: 'Group 1' }]);
		expect(one?.associatedGroups).toMatchObject([{ name: 'Group 2' }, { name: 'Known' }]);
		expect(one?.associatedIndicators).toMatchObject([{ hostName: 'new.example', rating: 3 }]);
		expect(two?.associatedIndicators.map(({ summary }) => summary)).toEqual([
			'badguy.com',
			'a'.repeat(32),
			'new.example',
		]);
	});

	test('fail for what is not found, while the group is saved', async () => {
		await run();
		const { status, errors } = await completed({
			group: [
				group(1, { associatedGroupXid: ['x:9'] }),
				group(2, { associatedIndicators: [{ summary: 'shared.example', indicatorType: 'Host' }] }),
			],
			association: [{ ref_1: 'x:1', type_1: 'Incident', id_2: 99, type_2: 'Threat' }],
		});
		expect(errors).toEqual([
			failedWith('x:1', /"x:9" was not found/),
			failedWith('x:2', /"shared\.example" \(Host\) was not found/),
			failedWith('association[0]', /not found/),
		]);
		expect(status).toMatchObject({ successCount: 2, errorCount: 3 });
		expect(server.groups()).toHaveLength(2);
	});

	test('come last in the file', async () => {
		await run();
		const association = [{ ref_1: 'x:1', type_1: 'Incident', ref_2: 'x:2', type_2: 'Incident' }];
		const first = await completed({ association, group: [group(1), group(2)] });
		expect(first.errors).toEqual([failedWith('$.association', /must be the last/)]);
		expect(first.status).toMatchObject({ successCount: 0, unprocessCount: 2 });
		const last = await completed({ group: [group(1), group(2)], association });
		expect(last.errors).toEqual([]);
		expect(server.groups()[0]?.associatedGroups).toMatchObject([{ name: 'Group 2' }]);
	});
});

describe('a file', () => {
	test.each([
		['that is no JSON', '{"group":', /JsonSyntaxException/],
		['that is no object', '[]', /JsonSyntaxException/],
		['with an unknown list', '{"groups":[]}', /Unknown list: groups/],
		['with a list that is none', '{"group":{}}', /JSON Array of objects: group/],
	])('%s fails as a whole', async (_what, text, reason) => {
		await run();
		const { status, errors } = await completed(text);
		expect(status).toMatchObject({ successCount: 0, errorCount: 1, unprocessCount: 0 });
		expect(errors[0]?.errorReason).toMatch(/^Encountered an unexpected Exception while processing batch job/);
		expect(errors[0]?.errorReason).toMatch(reason);
	});

	test('with too many items fails as a whole', async () => {
		await run({ batchItemLimit: 2 });
		const { status, errors } = await completed({ group: [group(1), group(2), group(3)] });
		expect(errors[0]?.errorReason).toMatch(/would exceed the number of allowed indicators: 2/);
		expect(status).toMatchObject({ successCount: 0, errorCount: 1, unprocessCount: 3 });
		expect(server.groups()).toEqual([]);
	});

	test('of 25,000 groups is done', async () => {
		await run();
		const groups = Array.from({ length: 25_000 }, (_, index) =>
			group(index, { tag: [{ name: `t${index}` }] }),
		);
		const { status } = await completed({ group: groups });
		expect(status).toMatchObject({ successCount: 25_000, errorCount: 0 });
	});

	test('keeps every digit of an ID', async () => {
		await run({ firstId: '9007199254740993' });
		server.seedGroup({ type: 'Threat', name: 'Known' });
		const id = '9007199254740993';
		const raw = await call('POST', '/v2/batch', SETTINGS, { transformResponse: (text: string) => text });
		expect(String(raw.data)).toContain(`"batchId":${id}`);
		const file = JSON.stringify({
			group: [group(1)],
			association: [{ ref_1: 'x:1', type_1: 'Incident', id_2: '#', type_2: 'Threat' }],
		});
		await send('POST', `/v2/batch/${id}`, file.replace('"#"', id));
		expect((await get(`/v2/batch/${id}`)).data).toMatchObject({ errorCount: 0, successCount: 1 });
		expect(server.groups()[1]?.associatedGroups).toMatchObject([{ name: 'Known' }]);
	});
});

describe('files', () => {
	const hash = (letter: string, length: number) => letter.repeat(length);
	const [a, b, c] = ['a', 'b', 'c'].map((letter) => hash(letter, 32)) as [string, string, string];
	const [d, e] = ['d', 'e'].map((letter) => hash(letter, 40)) as [string, string];
	const file = (more: Json) => ({ type: 'File', ...more });
	const files = () =>
		server
			.indicators()
			.filter(({ type }) => type === 'File')
			.map(({ md5, sha1, rating }) => ({ md5, sha1, rating }));
	const given = async (indicators: Json[], settings: Json = {}) =>
		await completed({ indicator: indicators.map(file) }, settings);

	test.each([
		['FavorIncoming', [{ md5: a, sha1: e, rating: 5 }]],
		['FavorExisting', [{ md5: a, sha1: d, rating: 5 }]],
		['IgnoreIncoming', [{ md5: a, sha1: d, rating: 1 }]],
		['Split', [{ md5: a, sha1: d, rating: 5 }]],
		[
			'IgnoreExisting',
			[
				{ md5: a, sha1: d, rating: 1 },
				{ sha1: e, rating: 5 },
			],
		],
	])('%s: another hash beside one that is known', async (hashCollisionMode, expected) => {
		await run();
		await given([{ md5: a, sha1: d, rating: 1 }]);
		const { errors } = await given([{ md5: a, sha1: e, rating: 5 }], { hashCollisionMode });
		expect(errors).toEqual([]);
		expect(files()).toEqual(expected);
	});

	test.each([
		['Merge', [{ md5: b, sha1: d, rating: 5 }]],
		[
			'Distribute',
			[
				{ md5: b, rating: 5 },
				{ sha1: d, rating: 5 },
			],
		],
	])('%s: the hashes of two files in one', async (fileMergeMode, expected) => {
		await run();
		await given([
			{ md5: b, rating: 1 },
			{ sha1: d, rating: 2 },
		]);
		await given([{ md5: b, sha1: d, rating: 5 }], { fileMergeMode });
		expect(files()).toEqual(expected);
	});

	test('that collide with each other are deleted by IgnoreExisting alone, and their groups lose them', async () => {
		await run();
		await completed({
			indicator: [file({ md5: b, sha1: e }), file({ md5: c, sha1: d })],
			group: [group(1, { associatedIndicators: [{ indicatorType: 'File', summary: b }] })],
		});
		await given([{ md5: b, sha1: d }], { hashCollisionMode: 'IgnoreExisting' });
		expect(files()).toEqual([{ md5: b, sha1: d }]);
		expect(server.groups()[0]?.associatedIndicators).toEqual([]);
	});
});

test('metadata of an indicator is created and updated, lists by their write types', async () => {
	await run();
	const host = (more: Json) => ({ indicator: [{ type: 'Host', summary: 'badguy.com', ...more }] });
	await completed(host({ rating: 2, tag: [{ name: 'A' }], attribute: [{ type: 'Source', value: '1' }] }), {
		tagWriteType: 'Append',
	});
	await completed(
		host({ confidence: 50, tag: [{ name: 'B' }], attribute: [{ type: 'Source', value: '2' }] }),
		{
			tagWriteType: 'Append',
			attributeWriteType: 'Singleton',
		},
	);
	expect(server.indicators().find(({ id }) => id === '101')).toMatchObject({
		rating: 2,
		confidence: 50,
		tags: { data: [{ name: 'A' }, { name: 'B' }] },
		attributes: { data: [{ value: '2' }] },
	});
});

describe('Delete', () => {
	const remove = async (content: Json, settings: Json = {}) =>
		await completed(content, { action: 'Delete', ...settings });

	test('takes a group by its XID and type', async () => {
		await run();
		await completed({ group: [group(1), group(2)] });
		const { status, errors } = await remove({ group: [group(1), group(3), group(2, { type: 'Threat' })] });
		expect(status).toMatchObject({ successCount: 1, errorCount: 2 });
		expect(errors).toEqual([failedWith('x:3', /not found/), failedWith('x:2', /Threat .* not found/)]);
		expect(server.groups()).toMatchObject([{ xid: 'x:2' }]);
	});

	test("or, as an option, by documentation's words: whatever matches any of the data", async () => {
		await run({ batchDelete: 'anyData' });
		await completed({ group: [group(1), group(2, { name: 'Group 1' })] });
		await remove({ group: [group(1)] });
		expect(server.groups()).toEqual([]);
	});
});

test('details of errors come as JSON, filtered by code, text and severity', async () => {
	await run();
	const id = await created();
	await upload(id, {
		group: [group(1, { associatedGroupXid: ['x:9'] }), group(2, { securityLabel: [{ name: 'Nope' }] })],
	});
	const results = async (query = '') => (await get(`/v2/batch/${id}/results${query}`)).data as Json[];
	expect(await results()).toMatchObject([
		{ code: '0x1001', severity: 'Error', errorReason: expect.stringContaining('must already exist') },
		{ code: '0x1007', errorMessage: expect.stringMatching(/"x:9" was not found Last processed 'x:1'/) },
	]);
	expect(await results('?code=0x1007')).toHaveLength(1);
	expect(await results('?contains=must%20already')).toHaveLength(1);
	expect(await results('?severity=warn')).toEqual([]);
	invalid(await get(`/v2/batch/${id}/results?code=1007`), /code: 1007/);
	invalid(await get(`/v2/batch/${await created()}/results`), /still in Created state/);
});

test('a job is created and its file uploaded in one request, as the vendor’s client does it', async () => {
	await run();
	const form = (parts: Json) =>
		Object.entries(parts)
			.map(
				([name, text]) =>
					`--x\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${text}\r\n`,
			)
			.join('') + '--x--\r\n';
	const headers = {
		...tokenHeaders(CREDENTIALS.apiToken),
		'Content-Type': 'multipart/form-data; boundary=x',
	};
	const both = async (parts: Json) =>
		await call('POST', '/v2/batch/createAndUpload?includeAdditional=true', form(parts), { headers });
	const answer = await both({
		config: JSON.stringify({ ...SETTINGS, haltOnError: 'false' }),
		content: JSON.stringify({ group: [group(1)] }),
	});
	expect(answer.status).toBe(202);
	expect(answer.data.data.batchStatus).toMatchObject({ id: 1 });
	expect(await statusOf(1)).toMatchObject({ status: 'Completed', successCount: 1 });
	invalid(await both({ config: JSON.stringify(SETTINGS) }), /parts config and content/);
});
