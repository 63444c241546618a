import fc from 'fast-check';
import { CredentialTestContext } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IDataObject,
	ILoadOptionsFunctions,
	INodeCredentialTestResult,
	INodeParameters,
	INodeType,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

import { type Credentials, load, loadOptions, poll } from '../engine/harness';
import { caseOf, fieldsOf, type Operation, OPERATIONS } from '../laws/operations';
import { OWN, type Reference } from '../laws/values';
import { type Service, World } from '../laws/worlds';
import { SECRET } from '../support/spellings';
import { type Hostile, MARKUP, type Move, moves, startHostile } from './hostile';
import { type Finding, judge, type Shown } from './judge';

/** One run: something that n8n asks of the nodes, against a server that answers hostile things, and what came of it. */

/** Milliseconds after which an execution is cancelled, and after which nothing has an excuse to be under way. */
const CANCEL_AFTER_MS = 12_000;
const HANGS_AFTER_MS = 600_000;

/** Where n8n calls a node from. */
const CALLS = ['operation', 'list', 'credential test', 'poll'] as const;

type Input = {
	call: (typeof CALLS)[number];
	service: Service;
	auth: 'apiToken' | 'hmac';
	secret: string;
	moves: Move[];
	onError: 'stopWorkflow' | 'continueErrorOutput' | 'continueRegularOutput';
	/** Of a list or a trigger: which one, and what is searched for. */
	pick: number;
	filter: string;
};

const input: fc.Arbitrary<Input> = fc.record({
	call: fc.constantFrom(...CALLS, 'operation', 'operation', 'operation', 'operation'),
	service: fc.constantFrom('threatConnect', 'attackForge'),
	auth: fc.constantFrom('apiToken', 'hmac'),
	// n8n takes what begins with "=" as an expression, and gives the nodes another key.
	secret: SECRET.filter((secret) => !secret.startsWith('=')),
	moves,
	onError: fc.constantFrom('stopWorkflow', 'continueErrorOutput', 'continueRegularOutput'),
	pick: fc.nat(1000),
	filter: fc.constantFrom('', 'A', ...MARKUP),
});

/** Items as mails, tickets and scanners bring them. */
const hostileText = fc.oneof(
	fc.constantFrom(...MARKUP),
	fc.constantFrom('x'.repeat(5000), '\0', '\ud83d', '../groups', '\r\nX-Header: 1', '" or typeName = "x'),
	fc.string({ unit: 'binary', maxLength: 30 }),
);
const hostileKeys = fc.oneof(fc.constantFrom('__proto__', 'constructor', 'toString', ...MARKUP), fc.string());
const more = fc.dictionary(hostileKeys, fc.oneof(hostileText, fc.constant({ a: [1] })), { maxKeys: 3 });

type Said = { reference: Reference; record: IDataObject; more: IDataObject };

/** An item of an operation: the usual values, and hostile ones in some of their places. */
function saidFor(operation: Operation, locator: Operation['locators'][number]): fc.Arbitrary<Said> {
	const kinds = Object.values(locator.kinds);
	const references = fc.oneof(
		{ weight: 3, arbitrary: locator.kinds[locator.usual] as fc.Arbitrary<Reference> },
		{ weight: 1, arbitrary: fc.oneof(...kinds) },
		{ weight: 1, arbitrary: hostileText.map((value): Reference => ({ value })) },
	);
	const fields = operation.fields ? fieldsOf(operation).fields : {};
	const fieldNames = Object.keys(fields);
	const record = fc
		.subarray(fieldNames, { maxLength: Math.min(3, fieldNames.length) })
		.chain((names) =>
			fc.record(
				Object.fromEntries(
					names.map((name) => [
						name,
						fc.oneof(
							{ weight: 4, arbitrary: fields[name] as fc.Arbitrary<unknown> },
							{ weight: 1, arbitrary: hostileText },
						),
					]),
				),
			),
		);
	return fc.record({
		reference: references,
		record: record as fc.Arbitrary<IDataObject>,
		more,
	});
}

/** The secret of a run's credential. */
export const secretOf = (seed: number): string => draw(input, seed).secret;

const draw = <T>(arbitrary: fc.Arbitrary<T>, seed: number): T => {
	const [one] = fc.sample(arbitrary, { seed, numRuns: 1 });
	return one as T;
};

/** A service of its own, and what stands before it; for many runs, one after the other. */
export class Target {
	private constructor(private readonly worlds: Record<Service, { world: World; hostile: Hostile }>) {}

	static async start(): Promise<Target> {
		const open = async (service: Service) => {
			const world = await World.start(service);
			const { threatConnectApi: tc, attackForgeApi: af } = world.credentials;
			const baseUrl = String((tc ?? af)?.baseUrl);
			const valid: Record<string, string> = tc
				? { authorization: `TC-Token ${String(tc.apiToken)}` }
				: { 'x-ssapi-key': String(af?.apiKey) };
			return { world, hostile: await startHostile(baseUrl, valid) };
		};
		const [threatConnect, attackForge] = await Promise.all([open('threatConnect'), open('attackForge')]);
		return new Target({ threatConnect, attackForge });
	}

	async stop(): Promise<void> {
		for (const { world, hostile } of Object.values(this.worlds)) {
			await hostile.close();
			await world.stop();
		}
	}

	/** @returns what was found, and what the run was */
	async run(seed: number): Promise<{ findings: Finding[]; title: string }> {
		const given = draw(input, seed);
		const { world, hostile } = this.worlds[given.service];
		const secrets = [given.secret];
		hostile.plan(given.moves, secrets);
		let title: string = given.call;
		const running = (async (): Promise<Shown> => {
			if (given.call === 'list') return await callList(given, hostile);
			if (given.call === 'credential test') return await callTest(given, hostile);
			if (given.call === 'poll') return await callPoll(given, hostile);
			await world.reset();
			const { operation, shown } = runOperation(given, { world, hostile }, seed);
			title = operation.name;
			return await shown;
		})();
		const shown = await inTime(running);
		if (shown === undefined) {
			return { findings: [{ kind: 'crash', where: 'hang', what: JSON.stringify(given) }], title };
		}
		return { findings: judge(shown, [...secrets, ...hostile.signatures]), title };
	}
}

async function inTime(running: Promise<Shown>): Promise<Shown | undefined> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<undefined>((resolve) => {
		timer = setTimeout(() => resolve(undefined), HANGS_AFTER_MS);
	});
	try {
		return await Promise.race([running.catch((thrown: unknown) => ({ ...NOTHING(), thrown })), late]);
	} finally {
		clearTimeout(timer);
	}
}

const NOTHING = (): Shown => ({ stored: {}, rendered: {} });

function credentialsFor({ service, auth, secret }: Input, baseUrl: string): Credentials {
	if (service === 'attackForge') return { attackForgeApi: { baseUrl, apiKey: secret } };
	return auth === 'hmac'
		? { threatConnectHmacApi: { baseUrl, accessId: '11112222333344445555', secretKey: secret } }
		: { threatConnectApi: { baseUrl, apiToken: secret } };
}

const authentication = ({ service, auth }: Input): INodeParameters =>
	service === 'threatConnect' ? { authentication: auth } : {};

/** What n8n's editor renders of an error. */
const renderedOf = (error: unknown) => {
	const { message, description } = (error ?? {}) as { message?: unknown; description?: unknown };
	return { message, description };
};

function runOperation(
	given: Input,
	{ world, hostile }: { world: World; hostile: Hostile },
	seed: number,
): { operation: Operation; shown: Promise<Shown> } {
	const own = OPERATIONS.filter(({ service }) => service === given.service);
	const operation = draw(fc.constantFrom(...own), seed);
	const mode = draw(fc.constantFrom(...operation.modes), seed);
	const locator = draw(fc.constantFrom(...operation.locators), seed);
	const said = draw(fc.array(saidFor(operation, locator), { minLength: 1, maxLength: 3 }), seed);
	const one = caseOf(operation, mode, locator, said, { timeout: 2 });
	const parameters = JSON.parse(
		JSON.stringify(one.parameters).replaceAll(OWN, hostile.url),
	) as INodeParameters;
	const items = one.items.map((item, index) => ({ ...said[index]?.more, ...item }));
	const progress: string[] = [];
	const execute = async (): Promise<Shown> => {
		let timer: NodeJS.Timeout | undefined;
		try {
			const result = await world.run(
				{ ...one, parameters: { ...parameters, ...authentication(given) }, items },
				{
					credentials: credentialsFor(given, hostile.url),
					onError: given.onError,
					mode: 'manual',
					onMessage: (message) => progress.push(message),
					onStart: (cancel) => {
						timer = setTimeout(cancel, CANCEL_AFTER_MS);
					},
				},
			);
			const { error, errors, hints, status } = result;
			const failed = [...errors, ...result.items].flatMap(({ json }) =>
				typeof json.error === 'string' && typeof json.details === 'object' ? [json.error] : [],
			);
			return {
				stored: {
					items: result.items,
					'binary data': bytesOf(result.items),
					'error items': errors,
					error,
					hints,
					'context data': result.contextData,
				},
				rendered: { progress, hint: hints.map(({ message }) => message), error: renderedOf(error) },
				// n8n refuses a workflow whose required parameters are empty, and a cancelled one ends in its own way.
				thrown: status === 'refused' || status === 'canceled' ? undefined : error,
				messages: failed,
			};
		} finally {
			clearTimeout(timer);
		}
	};
	return { operation, shown: execute() };
}

const bytesOf = (items: Array<{ binary?: Record<string, { data: string }> }>) =>
	items.flatMap(({ binary = {} }) =>
		Object.values(binary).map(({ data }) => Buffer.from(data, 'base64').toString('latin1')),
	);

type Named = Record<string, (this: ILoadOptionsFunctions, filter?: string) => Promise<unknown>>;

async function callList(given: Input, { url }: Hostile): Promise<Shown> {
	const credentials = credentialsFor(given, url);
	const { context, type } = await loadOptions(`${given.service}Group`, credentials, authentication(given));
	const lists = { ...type.methods?.listSearch, ...type.methods?.loadOptions } as Named;
	const all = Object.values(lists);
	try {
		const list = await all[given.pick % all.length]?.call(context, given.filter);
		const entries = ((list as { results?: unknown }).results ?? list) as Array<Record<string, unknown>>;
		const rendered = entries.map(({ name, description }) => ({ name, description }));
		return { stored: { list }, rendered: { 'drop-down': rendered } };
	} catch (error) {
		return { stored: { error }, rendered: { error: renderedOf(error) }, thrown: error };
	}
}

type TestFunction = (
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
) => Promise<INodeCredentialTestResult>;

async function callTest(given: Input, { url }: Hostile): Promise<Shown> {
	const [[name, data] = []] = Object.entries(credentialsFor(given, url));
	const { ours } = await load();
	const { methods } = ours.nodeTypes[`${given.service}Group`]?.type as INodeType;
	const test = { threatConnectApi: 'tokenTest', threatConnectHmacApi: 'hmacTest', attackForgeApi: 'keyTest' };
	const tests = methods?.credentialTest as Record<string, TestFunction>;
	const context = new CredentialTestContext({} as IWorkflowExecuteAdditionalData);
	const result = await tests[test[name as keyof typeof test]]?.call(context, {
		id: '1',
		name: 'The credential',
		type: String(name),
		data: data as ICredentialDataDecryptedObject,
	});
	return { stored: { result }, rendered: { result: result?.message }, messages: [result?.message ?? ''] };
}

async function callPoll(given: Input, { url }: Hostile): Promise<Shown> {
	const since = { start: 'since', since: '2020-01-01T00:00:00Z' };
	const parameters: INodeParameters =
		given.service === 'threatConnect'
			? {
					event: ['created', 'updated', 'createdOrUpdated'][given.pick % 3] ?? 'created',
					filters: {},
					...since,
				}
			: { events: ['created', 'changed', 'removed'], start: 'existing' };
	const staticData: IDataObject = {};
	const stored: Record<string, unknown> = { staticData };
	for (const mode of given.pick % 2 === 0 ? (['trigger', 'trigger'] as const) : (['manual'] as const)) {
		try {
			stored[`items ${mode}`] = await poll({
				type: `${given.service}GroupTrigger`,
				parameters: { ...authentication(given), ...parameters, options: { timeout: 2 } },
				credentials: credentialsFor(given, url),
				staticData,
				mode,
				budget: 4000,
				// Polls of one node do not overlap.
				nodeId: url,
			});
		} catch (error) {
			return { stored: { ...stored, error }, rendered: { error: renderedOf(error) }, thrown: error };
		}
	}
	return { stored, rendered: {} };
}
