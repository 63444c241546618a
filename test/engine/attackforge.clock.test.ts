import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { IDataObject } from 'n8n-workflow';

import { jsonOf } from './harness';
import { attackForgeNode, CONTACTS, type RunNode } from './support';

/**
 * A lost response when the clock of the Date header is not the clock of the groups, because a proxy or CDN in between
 * has its own clock.
 */

type Group = IDataObject & { id: string; created: string };

class Service {
	readonly groups: Group[] = [];
	private posts = 0;
	private readonly server = createServer((request, response) => {
		let body = '';
		request.on('data', (chunk) => (body += chunk)).on('end', () => this.handle(request, response, body));
	});

	constructor(
		/** Milliseconds that the Date header is ahead of the groups. */
		private readonly headerAhead: number,
		/** How the response to the n-th creation is lost. */
		private readonly loss: (n: number) => 'before' | 'after' | undefined,
		private readonly beforeLoss: (service: Service) => void = () => {},
	) {}

	add(given: IDataObject, age = 0): Group {
		const id = (this.groups.length + 1).toString(16).padStart(24, '0');
		const group = { access: {}, ...given, id, created: new Date(Date.now() - age).toISOString() };
		this.groups.push(group);
		return group;
	}

	private handle(
		{ method, url = '', socket }: IncomingMessage,
		response: ServerResponse,
		body: string,
	): void {
		response.sendDate = false;
		response.setHeader('Date', new Date(Date.now() + this.headerAhead).toUTCString());
		const answer = (json: object) => void response.end(JSON.stringify(json));
		if (method === 'POST') {
			const loss = this.loss(this.posts++);
			if (loss) this.beforeLoss(this);
			const group = loss === 'before' ? undefined : this.add(JSON.parse(body));
			if (loss) socket.resetAndDestroy();
			else answer({ group, status: 'ok' });
			return;
		}
		if (url.includes('/groups')) {
			answer({ groups: this.groups.map(({ id, name }) => ({ group_id: id, group_name: name })) });
			return;
		}
		answer({ group: this.groups.find(({ id }) => url.includes(id)) });
	}

	async run(check: (node: RunNode) => Promise<void>): Promise<void> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		try {
			const { port } = this.server.address() as AddressInfo;
			const one = { url: `http://127.0.0.1:${port}`, credentials: { apiKey: 'key' } };
			await check(attackForgeNode(one as never));
		} finally {
			this.server.closeAllConnections();
			await new Promise((resolve) => this.server.close(resolve));
		}
	}
}

const create = async (node: RunNode, items: object[]) =>
	await node(
		'create',
		{ dataMode: 'autoMap', options: { maxConcurrentRequests: 1 } },
		{
			items: items.map((item) => ({ ...CONTACTS, ...item })),
			onError: 'continueErrorOutput',
		},
	);
const SSO = { group_name: 'AD', project_access_level: 'view', project_request_access_level: 'none' };

describe.each([10_000, -10_000, 0])('with a Date header that is %s ms ahead of the groups', (ahead) => {
	test('a group whose answer was lost is found, once another creation of the run was answered', async () => {
		const service = new Service(ahead, (n) => (n === 1 ? 'after' : undefined));
		await service.run(async (node) => {
			const { items, errors } = await create(node, [{ name: 'First' }, { name: 'Second' }]);
			expect(errors).toEqual([]);
			expect(jsonOf(items).map(({ id }) => id)).toEqual(service.groups.map(({ id }) => id));
			expect(service.groups).toHaveLength(2);
		});
	});

	test("another client's equal group from shortly before is not taken over", async () => {
		const service = new Service(
			ahead,
			(n) => (n === 1 ? 'before' : undefined),
			(one) => void one.add({ ...CONTACTS, name: 'Second' }, 8000),
		);
		await service.run(async (node) => {
			const { items, errors } = await create(node, [{ name: 'First' }, { name: 'Second' }]);
			expect(errors).toEqual([]);
			expect(service.groups.map(({ name }) => name)).toEqual(['First', 'Second', 'Second']);
			expect(items[1]?.json.id).toBe(service.groups[2]?.id);
		});
	});

	test('the first group of a run, whose answer was lost, is not created twice', async () => {
		const service = new Service(ahead, (n) => (n === 0 ? 'after' : undefined));
		await service.run(async (node) => {
			const { items, errors } = await create(node, [{ name: 'First' }]);
			expect(service.groups).toHaveLength(1);
			expect(items.length + errors.length).toBe(1);
			if (ahead > 0) {
				expect(errors[0]?.json.message).toContain('the clocks do not tell whether the group');
			} else expect(items[0]?.json.id).toBe(service.groups[0]?.id);
		});
	});
});

test('a group without the access of the item is not taken over as created', async () => {
	const service = new Service(
		0,
		(n) => (n === 1 ? 'before' : undefined),
		(one) =>
			void one.add({ ...CONTACTS, name: 'Second', access: { sso_1: [], sso_2: [], member_admins: [] } }),
	);
	await service.run(async (node) => {
		const { items, errors } = await create(node, [
			{ name: 'First' },
			{ name: 'Second', access: { sso_1: [SSO] } },
		]);
		expect(items).toHaveLength(1);
		expect(errors[0]?.json.message).toContain('has this name, but not all that was sent');
	});
});

test('two items with the same content, both without an answer, each get a group', async () => {
	const service = new Service(0, (n) => (n < 2 ? 'after' : undefined));
	await service.run(async (node) => {
		const { items, errors } = await node(
			'create',
			{ dataMode: 'autoMap' },
			{
				items: [' Same', 'Same', 'same', 'Same '].map((name) => ({ ...CONTACTS, name })),
				onError: 'continueErrorOutput',
			},
		);
		const ids = jsonOf(items).map(({ id }) => id);
		expect(new Set(ids).size).toBe(ids.length);
		expect(ids.length + errors.length).toBe(4);
		expect(service.groups).toHaveLength(4);
	});
});

test('if the service finds another user, that user is not removed', async () => {
	const asked: string[] = [];
	const server = createServer((request, response) => {
		asked.push(request.method ?? '');
		response.end(
			JSON.stringify({ user: { id: 'f'.repeat(24), email_address: 'janet@example.com', username: 'janet' } }),
		);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	try {
		const { port } = server.address() as AddressInfo;
		const node = attackForgeNode({
			url: `http://127.0.0.1:${port}`,
			credentials: { apiKey: 'key' },
		} as never);
		const { error } = await node('remove', {
			resource: 'member',
			groupId: 'e'.repeat(24),
			userId: { __rl: true, mode: 'email', value: 'jane@example.com' },
		});
		expect(error?.message).toContain(
			'AttackForge was asked for the user "jane@example.com", but answered with "janet@example.com"',
		);
		expect(asked).toEqual(['GET']);
	} finally {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}
});
