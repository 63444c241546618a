import type { INodeParameters, IPollFunctions } from 'n8n-workflow';

import { InvalidInput } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { inQuotes, optionalSwitch, readEntries } from '../../shared/core/readValue';
import { readConnectionOptions } from '../../shared/execution/options';
import { oneOf } from '../../shared/fields/fieldTypes';
import {
	compare,
	type Difference,
	emptySnapshot,
	type Listed,
	readSnapshot,
	shortHash,
	type Snapshot,
	snapshotOf,
} from '../../shared/polling/fingerprints';
import { fingerprintOf, readMaxItems } from '../../shared/polling/parameters';
import type { PollRun, Trigger } from '../../shared/polling/poll';
import type { AttackForge, CustomFieldFilter, Scope } from '../api/client';
import { connectAttackForge } from '../api/connect';
import { normalizeGroup, simplifyGroup } from '../fields/receivedGroup';
import { readKeys } from '../operations/parameters';

type Kind = Difference['kind'];

type State = {
	/** Of what is looked at. A change begins anew. */
	lookedAt: string;
	snapshot: Snapshot;
};

const LOOKED_AT = ['scope', 'start', 'allow', 'block'];

/** How many groups Fetch Test Event shows. */
const SAMPLES = 3;

type Settings = ReturnType<typeof readSettings>;

/** @throws InvalidInput */
function readSettings(context: IPollFunctions) {
	const options = context.getNodeParameter('options', {}) as JsonObject;
	return {
		kinds: readKinds(context.getNodeParameter('events', [])),
		scope: oneOf<Scope>(context.getNodeParameter('scope', 'all'), '"Groups" (scope)', 'all', 'mine'),
		withExisting:
			oneOf(context.getNodeParameter('start', 'now'), '"Start" (start)', 'now', 'existing') === 'existing',
		simplify: optionalSwitch(context.getNodeParameter('simplify', true), '"Simplify" (simplify)', true),
		filter: {
			allow: readKeys(options.cf_key_allowlist, '"Only Custom Fields"'),
			block: readKeys(options.cf_key_blocklist, '"Without Custom Fields"'),
		} satisfies CustomFieldFilter,
		maxItems: readMaxItems(options),
		lookedAt: lookedAtOf(context.getNode().parameters),
	};
}

/** What a change begins anew. Other events do not: all groups are remembered in any case. */
function lookedAtOf({ scope, start, options }: INodeParameters): INodeParameters {
	const { cf_key_allowlist: allow, cf_key_blocklist: block } = (options ?? {}) as INodeParameters;
	return { scope, start, allow, block };
}

function readKinds(given: unknown): Kind[] {
	const label = '"Events" (events)';
	const kinds = readEntries(given, label).map((one) =>
		oneOf<Kind>(one, label, 'created', 'changed', 'removed'),
	);
	if (kinds.length > 0) return kinds;
	throw new InvalidInput(`${label} cannot be ${inQuotes(given)}`, 'Choose what starts the workflow.');
}

/** Reads the node's parameters and connects. */
export async function prepareTrigger(context: IPollFunctions): Promise<Trigger> {
	const settings = readSettings(context);
	const { timeout } = context.getNodeParameter('options', {}) as JsonObject;
	const connection = readConnectionOptions({ timeout: timeout as number, maxConcurrentRequests: 1 });
	return new GroupTrigger(await connectAttackForge(context, connection), settings);
}

class GroupTrigger implements Trigger {
	readonly nothingFound = new InvalidInput(
		'AttackForge lists no group',
		'Create one, or check whose groups the key of the credential may list. The trigger itself works.',
	);

	constructor(
		private readonly api: AttackForge,
		private readonly settings: Settings,
	) {}

	async sample(): Promise<JsonObject[]> {
		const { kinds } = this.settings;
		const [kind = 'created'] = kinds;
		// Nothing tells which are the newest: AttackForge lists the oldest first.
		return (await this.list()).slice(-SAMPLES).map(({ id, record }) =>
			this.output({
				kind,
				id,
				count: 1,
				...(kind === 'changed' && { keys: ['name'] }),
				...(kind !== 'removed' && { record }),
			}),
		);
	}

	async poll(kept: unknown, run: PollRun): Promise<{ events: JsonObject[]; state: JsonObject }> {
		const { kinds, maxItems, withExisting } = this.settings;
		const lookedAt = fingerprintOf(this.settings.lookedAt, LOOKED_AT, this.api.root);
		const listed = await this.list();
		const known = readState(kept);
		let before = known?.lookedAt === lookedAt ? known.snapshot : undefined;
		if (!before) {
			if (kept !== undefined) run.log('Begins anew, because its parameters have changed');
			if (!withExisting) {
				return { events: [], state: { lookedAt, snapshot: snapshotOf(listed) } satisfies State };
			}
			before = emptySnapshot();
		}
		const { differences, after } = compare(before, listed, kinds, maxItems);
		return {
			events: differences.map((difference) => this.output(difference)),
			state: { lookedAt, snapshot: after } satisfies State,
		};
	}

	private async list(): Promise<Listed[]> {
		const groups = await this.api.getGroups(this.settings.scope, this.settings.filter);
		return groups.map((group) => {
			const record = normalizeGroup(group);
			return { id: String(record.id), record };
		});
	}

	/** The item that comes out. Its `eventId` is the same whenever the same event comes out. */
	private output({ kind, id, count, keys, record }: Difference): JsonObject {
		const number = count === 1 ? '' : `-${count}`;
		const content = kind === 'changed' && record ? `-${shortHash(record)}` : '';
		const time = new Date(this.api.toServiceTime(Date.now()));
		return {
			event: kind,
			eventId: `${id}-${kind}${number}${content}`,
			eventTime: `${time.toISOString().slice(0, 19)}Z`,
			...(keys && { changedKeys: keys }),
			...(record ? (this.settings.simplify ? simplifyGroup(record) : record) : { id }),
		};
	}
}

function readState(kept: unknown): State | undefined {
	const { lookedAt, snapshot } = (isJsonObject(kept) ? kept : {}) as Partial<State>;
	const read = readSnapshot(snapshot);
	return typeof lookedAt === 'string' && read ? { lookedAt, snapshot: read } : undefined;
}
