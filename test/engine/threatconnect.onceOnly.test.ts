import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { loseFirst, type LossRule } from '../support/lossyProxy';
import { jsonOf, run } from './harness';
import { runThreatConnectWithLosses } from './support';

/** Writes whose response is lost: the node loses no item and writes nothing twice. */

let server: ThreatConnectSimulator;
beforeAll(async () => {
	server = await startThreatConnect();
});
afterAll(async () => await server.stop());

const through = async (lose: LossRule, options: Parameters<typeof runThreatConnectWithLosses>[2]) =>
	await runThreatConnectWithLosses(server, lose, options);

const named = (name: string) => server.groups().filter((group) => group.name === name);
const threat = (name: string, more: object = {}) => ({ type: 'Threat', name, ...more });

describe('a new group whose answer is lost', () => {
	test('after it was made is found by the XID that the node gave it', async () => {
		const { items, errors, posts } = await through(loseFirst('POST', 'after'), {
			parameters: threat('Made', { options: { fields: ['tags'] }, additionalFields: {} }),
		});
		expect(errors).toEqual([]);
		const [group, ...others] = named('Made');
		expect(others).toEqual([]);
		expect(group?.xid).toMatch(/^n8n:[0-9a-f]{32}$/);
		expect(jsonOf(items)).toMatchObject([{ id: Number(group?.id), name: 'Made', xid: group?.xid, tags: {} }]);
		expect(posts).toHaveLength(1);
	});

	test('before it was made is sent again with the same XID', async () => {
		const { items, posts } = await through(loseFirst('POST', 'before'), { parameters: threat('Not made') });
		expect(named('Not made')).toHaveLength(1);
		expect(items).toHaveLength(1);
		expect(posts).toHaveLength(1);
	});

	test("whose XID from the user another item has taken is refused, and not confused with that item's group", async () => {
		const { items, errors, posts } = await through(
			// The second item's request is lost, after the first item's request has arrived.
			(method, _path, earlier) => (method === 'POST' && earlier === 1 ? 'before' : undefined),
			{
				parameters: {
					...threat('Twice'),
					tagNames: '={{ $json.tag }}',
					additionalFields: { xid: 'own:twice' },
				},
				items: [{ tag: 'First' }, { tag: 'Second' }],
			},
		);
		expect(named('Twice')).toHaveLength(1);
		expect(items).toHaveLength(1);
		expect(errors[0]?.json).toMatchObject({ message: expect.stringContaining('HTTP 409') as string });
		expect(posts).toHaveLength(2);
	});

	test('in another owner, named by its ID, is looked for there', async () => {
		const { items, errors } = await through(loseFirst('POST', 'after'), {
			parameters: threat('Elsewhere', { additionalFields: { ownerId: '2' } }),
		});
		expect(errors).toEqual([]);
		expect(items).toHaveLength(1);
		expect(named('Elsewhere')).toHaveLength(1);
	});

	test("with the user's XID is found by this XID", async () => {
		const { items, errors } = await through(loseFirst('POST', 'after'), {
			parameters: threat('Own XID', { additionalFields: { xid: 'own:1' } }),
		});
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toMatchObject([{ xid: 'own:1' }]);
		expect(named('Own XID')).toHaveLength(1);
	});

	test("with a user's XID that a group had before is not confused with that group", async () => {
		server.seedGroup({ type: 'Threat', name: 'Older', xid: 'own:2', dateAdded: '2020-01-01T00:00:00Z' });
		const { items, errors } = await through(loseFirst('POST', 'before'), {
			parameters: threat('Older', { additionalFields: { xid: 'own:2' } }),
		});
		expect(items).toEqual([]);
		expect(errors[0]?.json).toMatchObject({ message: expect.stringContaining('HTTP 409') as string });
		expect(errors[0]?.json.message).toContain('A group with this XID exists already');
		expect(named('Older')).toHaveLength(1);
	});

	test("of two items with the user's XID one is made, and the other refused, because its values would be lost", async () => {
		const { items, errors } = await through(() => undefined, {
			parameters: {
				...threat('Same XID'),
				tagNames: '={{ $json.tag }}',
				additionalFields: { xid: 'own:5' },
				options: { maxConcurrentRequests: 1 },
			},
			items: [{ tag: 'First' }, { tag: 'Second' }],
		});
		expect(items).toHaveLength(1);
		expect(errors[0]?.json).toMatchObject({
			tag: 'Second',
			message: expect.stringContaining('HTTP 409') as string,
		});
		expect(named('Same XID')).toMatchObject([{ tags: [{ name: 'First' }] }]);
	});

	test('is reported as unknown, with what to look for, when it has no XID', async () => {
		const { errors, posts } = await through(loseFirst('POST', 'after'), {
			parameters: threat('No XID', { options: { assignXid: false } }),
		});
		expect(errors[0]?.json.message).toContain(
			'The group may or may not have been created: look for the Threat with the name "No XID" before you send it again.',
		);
		expect(posts).toHaveLength(1);
		expect(posts[0]?.body).not.toContain('xid');
	});

	test('is reported as unknown when it cannot be looked up', async () => {
		const { errors, posts } = await through(() => 'after', {
			parameters: threat('Nobody answers', { additionalFields: { xid: 'own:3' } }),
		});
		expect(errors).toHaveLength(1);
		expect(errors[0]?.json.message).toMatch(
			/may or may not have been created: look for the Threat with the name "Nobody answers" and the XID "own:3" before you send it again\. It could not be looked up: The connection to/,
		);
		expect(posts).toHaveLength(1);
	});

	test('by create or update is made once, whether matched by XID or by name', async () => {
		for (const matchBy of ['xid', 'name']) {
			const { items, errors } = await through(loseFirst('POST', 'after'), {
				parameters: {
					operation: 'upsert',
					matchBy,
					...(matchBy === 'xid' && { groupXid: 'own:4' }),
					...threat(`Upserted by ${matchBy}`),
					additionalFields: matchBy === 'name' ? { ownerName: 'Demo Organization' } : {},
				},
			});
			expect(errors).toEqual([]);
			expect(jsonOf(items)).toMatchObject([{ _outcome: 'created' }]);
			expect(named(`Upserted by ${matchBy}`)).toHaveLength(1);
		}
	});
});

describe("n8n's Retry On Fail", () => {
	const names = ['a', 'b', 'c', 'd'];
	const retried = async (prefix: string, lose: LossRule, parameters: object = {}, more: object = {}) =>
		await through(lose, {
			parameters: {
				...threat('={{ $json.name }}'),
				options: { maxConcurrentRequests: 1, ...parameters },
			},
			items: names.map((name) => ({ name: `${prefix} ${name}` })),
			retryOnFail: true,
			maxTries: 3,
			...more,
		});
	const madeOf = (prefix: string) =>
		names.map((name) => server.groups().filter((group) => group.name === `${prefix} ${name}`).length);

	test('makes no group twice when an answer is lost and cannot be looked up at first', async () => {
		// In the first try the second item's group is created, its response is lost, and all twelve attempts to look it up
		// fail.
		const lose: LossRule = (method, _path, earlier) =>
			(method === 'POST' && earlier === 1) || (method === 'GET' && earlier < 12) ? 'after' : undefined;
		const { items, error } = await retried('stopped', lose, {}, { onError: 'stopWorkflow' });
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.name)).toEqual(names.map((name) => `stopped ${name}`));
		expect(madeOf('stopped')).toEqual([1, 1, 1, 1]);
	});

	test("does not take the group of another item for that of an item with the same user's XID", async () => {
		const { error } = await through(() => undefined, {
			parameters: {
				...threat('Same twice'),
				tagNames: '={{ $json.tag }}',
				additionalFields: { xid: 'own:6' },
				options: { maxConcurrentRequests: 1 },
			},
			items: [{ tag: 'First' }, { tag: 'Second' }],
			retryOnFail: true,
			maxTries: 2,
			onError: 'stopWorkflow',
		});
		expect(error?.httpCode).toBe('409');
		expect(error?.message).toContain('[item 1]');
	});

	test('says again that an item may have been made, as long as it cannot be looked up', async () => {
		const { errors, posts } = await through(
			(method, _path, earlier) =>
				method === 'GET' || (method === 'POST' && earlier === 0) ? 'after' : undefined,
			{ parameters: threat('Never looked up'), retryOnFail: true, maxTries: 2 },
		);
		expect(errors[0]?.json.message).toContain(
			'may or may not have been created: look for the Threat with the name "Never looked up"',
		);
		expect(posts).toHaveLength(1);
	});

	test('sends no item again that may have been made, if nothing can show it', async () => {
		const lose: LossRule = loseFirst('POST', 'after');
		const { items, errors, posts } = await retried('unknown', lose, { assignXid: false });
		expect(errors.map(({ json }) => json.error)).toEqual([expect.stringContaining('broke before')]);
		expect(items).toHaveLength(3);
		expect(posts).toHaveLength(4);
		expect(madeOf('unknown')).toEqual([1, 1, 1, 1]);
	});

	test('sends again what was refused, and nothing that succeeded', async () => {
		const { id } = server.seedGroup({ type: 'Threat', name: 'Target' });
		const { items, errors } = await through(() => undefined, {
			parameters: {
				resource: 'post',
				operation: 'add',
				findBy: 'id',
				groupId: '={{ $json.id }}',
				text: 'Once',
				options: { maxConcurrentRequests: 1 },
			},
			items: [{ id: '999999' }, { id }],
			retryOnFail: true,
			maxTries: 3,
		});
		expect(errors).toHaveLength(1);
		expect(items).toHaveLength(1);
		// n8n has run the node three times, because its first item failed.
		expect(server.posts().filter(({ text }) => text === 'Once')).toHaveLength(1);
		const refused = server.requests.filter(({ body }) => body.includes('999999'));
		expect(refused.length).toBeGreaterThan(1);
	});
});

test("n8n's Retry On Fail imports no group again that was imported", async () => {
	const { items, errors } = await through(() => undefined, {
		parameters: {
			operation: 'bulkImport',
			type: 'Incident',
			name: '={{ $json.name }}',
			status: '={{ $json.status }}',
		},
		// n8n runs the node again because its first item has failed.
		items: [
			{ name: 'Refused', status: 'No such status' },
			{ name: 'Imported once', status: 'New' },
		],
		retryOnFail: true,
		maxTries: 3,
	});
	expect(errors).toHaveLength(1);
	expect(items).toHaveLength(1);
	const uploads = server.requests.filter(
		({ method, body }) => method === 'POST' && body.includes('Imported once'),
	);
	expect(uploads).toHaveLength(1);
});

describe('other writes whose answer is lost', () => {
	test('a group that was deleted is found deleted', async () => {
		const { id } = server.seedGroup({ type: 'Threat', name: 'Doomed' });
		const { items, errors } = await through(loseFirst('DELETE', 'after'), {
			parameters: { operation: 'delete', findBy: 'id', groupId: id },
		});
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toMatchObject([{ deleted: true }]);
		expect(server.group(id)).toBeUndefined();
	});

	test('an update is sent again if twice is the same as once', async () => {
		const { id } = server.seedGroup({ type: 'Threat', name: 'Changing' });
		const { items, errors } = await through(loseFirst('PUT', 'after'), {
			parameters: { operation: 'update', findBy: 'id', groupId: id, updateFields: { name: 'Changed' } },
		});
		expect(errors).toEqual([]);
		expect(items).toHaveLength(1);
		expect(server.group(id)?.name).toBe('Changed');
	});

	test('an added attribute may exist: the error says so, and it is not added twice', async () => {
		const { id } = server.seedGroup({ type: 'Threat', name: 'Attributes' });
		const { errors } = await through(loseFirst('PUT', 'after'), {
			parameters: {
				operation: 'update',
				dataMode: 'json',
				findBy: 'id',
				groupId: id,
				jsonBody: '{"attributes":{"mode":"append","data":[{"type":"Description","value":"once"}]}}',
			},
		});
		expect(errors[0]?.json.message).toContain('may or may not have been made');
		expect(server.group(id)?.attributes).toHaveLength(1);
	});
});

describe('a clock that is wrong', () => {
	test.each([12, -12])('by %s minutes is corrected once, with a notice', async (minutes) => {
		const skewed = await startThreatConnect({ clockSkew: minutes * 60 });
		try {
			const { accessId, secretKey } = skewed.credentials;
			const { items, error, hints } = await run({
				type: 'threatConnectGroup',
				parameters: {
					resource: 'group',
					operation: 'create',
					authentication: 'hmac',
					...threat('={{ $json.name }}'),
				},
				items: Array.from({ length: 20 }, (_, index) => ({ name: `n${index}` })),
				credentials: { threatConnectHmacApi: { baseUrl: skewed.url, accessId, secretKey } },
			});
			expect(error).toBeUndefined();
			expect(items).toHaveLength(20);
			expect(skewed.groups()).toHaveLength(20);
			expect(hints.map(({ message }) => message)).toEqual([
				`The clock of the machine that runs n8n is 12 minutes ${minutes > 0 ? 'behind' : 'ahead of'} the clock of ThreatConnect. Requests were signed with ThreatConnect's time. Synchronize the clock.`,
			]);
		} finally {
			await skewed.stop();
		}
	});
});

describe('an update of which a part was made', () => {
	const change = async (lose: LossRule, { source = 'Feed', more = {} } = {}) => {
		const group = server.seedGroup({
			type: 'Adversary',
			name: 'Partly',
			attributes: [{ type: 'Description', value: 'Old', default: true }],
		});
		const from = server.requests.length;
		const result = await through(lose, {
			parameters: {
				operation: 'update',
				groupId: group.id,
				groupDescription: 'New',
				attributes: { attribute: [{ type: 'Source', value: source }] },
				updateFields: { name: 'Changed', ...more },
			},
			retryOnFail: true,
			maxTries: 3,
		});
		const puts = server.requests.slice(from).filter(({ method }) => method === 'PUT');
		return { ...result, puts, stored: server.group(group.id) };
	};

	test('says so when an attribute is refused, and Retry On Fail does not add the others again', async () => {
		const { errors, puts, stored } = await change((method, path) =>
			method === 'PUT' && path.includes('groupAttributes') ? 401 : undefined,
		);
		expect(errors[0]?.json).toMatchObject({
			error: 'Refused with 401',
			message: expect.stringContaining('The group was changed, but not its Description. Send the item again'),
		});
		expect(puts).toHaveLength(1);
		expect(stored?.name).toBe('Changed');
		expect(stored?.attributes.map(({ type, value }) => [type, value])).toEqual([
			['Description', 'Old'],
			['Source', 'Feed'],
		]);
	});

	test.each(['Feed', '={{ "at " + Math.random() }}'])(
		'is completed by Retry On Fail, which adds nothing a second time: source %s',
		async (value) => {
			let refused = 0;
			const isRefused = (method: string, path: string) =>
				method === 'PUT' && path.includes('groupAttributes') && ++refused === 1;
			const { errors, stored } = await change((method, path) => (isRefused(method, path) ? 403 : undefined), {
				source: value,
			});
			expect(errors).toEqual([]);
			expect(stored?.attributes.map(({ type, value }) => [type, value])).toEqual([
				['Description', 'New'],
				['Source', value === 'Feed' ? 'Feed' : expect.stringMatching(/^at 0\./)],
			]);
		},
	);

	test('shows the attributes as they are after it, without another request', async () => {
		const from = server.requests.length;
		const { items, stored } = await change(() => undefined);
		const attributes = stored?.attributes.map(({ type, value, default: isDefault }) => [
			type,
			value,
			isDefault,
		]);
		expect(attributes).toEqual([
			['Description', 'New', true],
			['Source', 'Feed', false],
		]);
		expect(items[0]?.json.attributes).toMatchObject({
			data: [
				{ type: 'Description', value: 'New', default: true },
				{ type: 'Source', value: 'Feed' },
			],
		});
		const reads = server.requests
			.slice(from)
			.filter(({ method, target }) => method === 'GET' && target.includes('/groups/'));
		expect(reads).toHaveLength(1);
	});

	test('succeeds with a notice when only the closing read is refused', async () => {
		let isWritten = false;
		const { items, errors, puts, stored } = await change(
			(method) => {
				if (method === 'PUT') isWritten = true;
				return method === 'GET' && isWritten ? 403 : undefined;
			},
			{ source: '', more: { name: '' } },
		);
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toEqual([
			expect.objectContaining({
				name: 'Partly',
				_notice:
					'The group was updated, but could not be read back (Refused with 403): some of its fields may be missing here.',
			}),
		]);
		expect(items[0]?.json).not.toHaveProperty('attributes');
		expect(puts).toHaveLength(1);
		expect(stored?.attributes.map(({ value }) => value)).toEqual(['New']);
	});
});
