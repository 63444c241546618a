import type { IBinaryKeyData, IDataObject, INodeParameters } from 'n8n-workflow';

import type { RunningServer } from '../simulators/shared/server';
import { BinaryStore } from '../engine/binary';
import { run, type RunResult } from '../engine/harness';

/** The examples of the pages in docs/, run through n8n's engine against the simulators. */

type SetUp<Service> = (service: Service) => unknown;

export type Failure<Service, Options> = {
	/** What is wrong, as a heading. */
	what: string;
	/** Replaces the parameters of the example with the same names. */
	parameters?: INodeParameters;
	items?: IDataObject[];
	/** What the service holds in addition to what the example needs. */
	before?: SetUp<Service>;
	/** How the service is set up. */
	service?: Options;
	/** What to do, if the node's own description leaves something to say. */
	todo?: string;
};

export type Example<Service, Options> = {
	/** The purpose of the operation, for readers who know neither API. */
	purpose: string;
	/** The parameters besides resource and operation. */
	parameters: INodeParameters;
	/** The input. */
	items: IDataObject[];
	/** The file of each item, in the field `data`. */
	file?: { name: string; type: string; content: Buffer };
	/** What the service holds before the example. */
	before?: SetUp<Service>;
	/** Notes for the reader, each a Markdown paragraph or list. */
	notes: string[];
	failures: [Failure<Service, Options>, ...Array<Failure<Service, Options>>];
};

/** Examples by `resource/operation`. */
export type Examples<Service, Options> = Record<string, Example<Service, Options>>;

export type Operation = { resource: string; operation: string; name: string };

/** A node, its operations and their examples. */
export type NodeExamples<Service extends RunningServer, Options> = {
	/** The name of the page, `docs/<name>-group.md`. The names of its pictures begin with it too. */
	name: string;
	/** The first paragraphs of the page, in Markdown. */
	introduction: string;
	/** The node's type in n8n, without the package's name. */
	type: string;
	operations: ReadonlyArray<Operation>;
	examples: Examples<Service, Options>;
	/** Identifiers that are the same in each run, in addition to those of the examples. */
	ids: readonly string[];
	start(options?: Options): Promise<Service>;
	credentials(service: Service): Record<string, IDataObject>;
};

type Request = { method: string; target: string; body: string };

/** The result of an example, in words that are the same in each run. */
export type Outcome = {
	/**
	 * The requests in the order in which they came. Empty if items were sent at the same time, because their order
	 * varies.
	 */
	requests: Request[];
	items: Array<{ json: unknown; binary?: IBinaryKeyData }>;
	failures: Array<{ message: string; description: string }>;
};

/** The key of an operation among the examples, and of its picture. */
export const keyOf = ({ resource, operation }: Operation) => `${resource}/${operation}`;

/** The path of a picture from `docs/`. */
export const pictureOf = (name: string, key: string) =>
	`images/operations/${name}-${key.replace('/', '-')}.png`;

/** All parameters of an example. */
export function parametersOf(key: string, { parameters }: { parameters: INodeParameters }): INodeParameters {
	const [resource = '', operation = ''] = key.split('/');
	return { resource, operation, ...parameters };
}

/** The time at which all examples seem to run. */
const NOW = '2026-03-02T09:00:00';

/**
 * Replaces what differs between runs: the time, the address of the simulator, and random identifiers.
 *
 * @param known text with the identifiers that stay
 */
function stable(text: string, { url, since, known }: { url: string; since: number; known: string }): string {
	const ids = new Map<string, string>();
	const idOf = (id: string) => {
		if (known.includes(id)) return id;
		if (!ids.has(id)) ids.set(id, `69a5500000000000000000${String(ids.size + 1).padStart(2, '0')}`);
		return ids.get(id) ?? id;
	};
	return text
		.replaceAll(url, 'https://service.example.com')
		.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z/g, (time, milliseconds) =>
			Date.parse(time) > since - 10_000 && Date.parse(time) < Date.now() + 10_000
				? `${NOW}${milliseconds === undefined ? '' : '.000'}Z`
				: time,
		)
		.replace(/\bn8n:[0-9a-f]{32}\b/g, 'n8n:8c5f0b1d2e3a4c6f8091a2b3c4d5e6f7')
		.replace(/\b[0-9a-f]{24}\b/g, idOf);
}

async function runOnce<Service extends RunningServer, Options>(
	node: NodeExamples<Service, Options>,
	key: string,
	example: Example<Service, Options>,
	failure?: Failure<Service, Options>,
): Promise<Pick<RunResult, 'items' | 'error'> & { requests: Request[] }> {
	const service = await node.start(failure?.service);
	const store = example.file && (await BinaryStore.use('default'));
	const since = Date.now();
	try {
		await example.before?.(service);
		await failure?.before?.(service);
		const items = failure?.items ?? example.items;
		let binary: IBinaryKeyData[] | undefined;
		if (store && example.file) {
			const { content, name, type } = example.file;
			binary = [];
			for (const _item of items) binary.push({ data: await store.put(content, name, type) });
		}
		const result = await run({
			type: node.type,
			parameters: { ...parametersOf(key, example), ...failure?.parameters },
			items,
			...(binary && { binary }),
			credentials: node.credentials(service) as never,
		});
		const known = JSON.stringify([node.ids, example, failure]);
		const place = { url: service.url, since, known };
		const { error } = result;
		if (error) {
			error.message = stable(error.message, place);
			error.description = stable(error.description ?? '', place);
		}
		const requests = service.requests.map(({ method, target, body }): Request => ({ method, target, body }));
		const kept = JSON.stringify({ items: result.items, requests });
		return {
			...(JSON.parse(stable(kept, place)) as { items: RunResult['items']; requests: Request[] }),
			error,
		};
	} finally {
		await service.stop();
		await store?.remove();
	}
}

/**
 * Runs an example, and each of its failures on a service of its own.
 *
 * @throws when the example fails, or when one of its failures does not fail
 */
export async function outcomeOf<Service extends RunningServer, Options>(
	node: NodeExamples<Service, Options>,
	key: string,
	example: Example<Service, Options>,
): Promise<Outcome> {
	const { items, requests, error } = await runOnce(node, key, example);
	if (error) throw new Error(`${node.name} ${key}: ${error.message} ${error.description ?? ''}`);
	const failures: Outcome['failures'] = [];
	for (const failure of example.failures) {
		const { error: failed } = await runOnce(node, key, example, failure);
		if (!failed) throw new Error(`${node.name} ${key}: "${failure.what}" is no failure`);
		failures.push({ message: failed.message, description: failed.description ?? '' });
	}
	// Bulk Import sends its items in one request.
	const isInOrder = example.items.length === 1 || key === 'group/bulkImport';
	return {
		requests: isInOrder ? requests : [],
		items: items.map(({ json, binary }) => ({ json, ...(binary && { binary }) })),
		failures,
	};
}
