import type { INodeParameters, IPollFunctions } from 'n8n-workflow';

import { InvalidInput, ServiceFailure } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { inQuotes, isUnset, optionalSwitch, readEntries } from '../../shared/core/readValue';
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
} from '../../shared/polling/snapshotDiff';
import {
	readMaxItems,
	readOverlap,
	readPollConnection,
	settingsHash,
	startsOver,
} from '../../shared/polling/parameters';
import type { PollRun, Trigger } from '../../shared/polling/poll';
import type { AttackForge, CustomFieldFilter, Scope } from '../api/client';
import { connectAttackForge } from '../api/connect';
import { normalizeGroup, simplifyGroup } from '../fields/receivedGroup';
import { checkId } from '../fields/ids';
import { readKeys } from '../operations/parameters';
import {
	pollVulnerabilities,
	readVulnerabilityState,
	sampleVulnerabilities,
	VULNERABILITY_EVENTS,
	type VulnerabilityEvent,
	vulnerabilityItem,
	type VulnerabilitySettings,
	type VulnerabilityState,
} from './vulnerabilities';

type Kind = Difference['kind'];

type State = {
	/** A fingerprint of what the trigger looks at. If it changes, the trigger starts over from that moment. */
	lookedAt: string;
	/** Whether the trigger began with what was there already. This is not emitted again when other parameters change. */
	withExisting?: boolean;
	/** Of the list of groups, where their events are chosen. */
	snapshot?: Snapshot;
	/** Of the groups whose vulnerabilities are looked at. If they change, the trigger starts over from that moment. */
	lookedIn?: string;
	vulnerabilities?: VulnerabilityState;
};

const LOOKED_AT = ['scope', 'start', 'allow', 'block'];
const LOOKED_IN = ['vulnerabilityGroups', 'start'];

/** How many groups, and how many vulnerabilities, Fetch Test Event shows. */
const SAMPLES = 3;

type Settings = ReturnType<typeof readSettings>;

/** @throws InvalidInput */
function readSettings(context: IPollFunctions) {
	const options = context.getNodeParameter('options', {}) as JsonObject;
	const chosen = readEvents(context.getNodeParameter('events', []));
	const kinds = chosen.filter((one): one is Kind => !isOfVulnerabilities(one));
	const events = chosen.filter(isOfVulnerabilities);
	const withExisting =
		oneOf(context.getNodeParameter('start', 'now'), '"Start" (start)', 'now', 'existing') === 'existing';
	return {
		kinds,
		scope: oneOf<Scope>(context.getNodeParameter('scope', 'all'), '"Groups" (scope)', 'all', 'mine'),
		withExisting,
		simplify: optionalSwitch(context.getNodeParameter('simplify', true), '"Simplify" (simplify)', true),
		filter: {
			allow: readKeys(options.cf_key_allowlist, '"Only Custom Fields"'),
			block: readKeys(options.cf_key_blocklist, '"Without Custom Fields"'),
		} satisfies CustomFieldFilter,
		maxItems: readMaxItems(options),
		options,
		vulnerabilities: {
			events,
			groups: events.length > 0 ? readGroups(context.getNodeParameter('vulnerabilityGroups', [])) : [],
			overlap: readOverlap(options),
		} satisfies VulnerabilitySettings,
		parameters: context.getNode().parameters,
	};
}

/** The parameters whose change makes the trigger start over. Other events of groups do not, because all groups are remembered in any case. */
function lookedAtOf({ scope, start, options }: INodeParameters): INodeParameters {
	const { cf_key_allowlist: allow, cf_key_blocklist: block } = (options ?? {}) as INodeParameters;
	return { scope, start, allow, block };
}

type Event = Kind | VulnerabilityEvent;

const isOfVulnerabilities = (event: Event): event is VulnerabilityEvent =>
	VULNERABILITY_EVENTS.includes(event as VulnerabilityEvent);

function readEvents(given: unknown): Event[] {
	const label = '"Events" (events)';
	const events = readEntries(given, label).map((one) =>
		oneOf<Event>(one, label, 'created', 'changed', 'removed', ...VULNERABILITY_EVENTS),
	);
	if (events.length > 0) return [...new Set(events)];
	throw new InvalidInput(`${label} cannot be ${inQuotes(given)}`, 'Choose what starts the workflow.');
}

/** @returns their IDs */
function readGroups(given: unknown): string[] {
	const label = '"Group Names or IDs" (vulnerabilityGroups)';
	const ids = readEntries(given, label).map((one) => checkId(one, label));
	if (ids.length > 0) return [...new Set(ids)];
	throw new InvalidInput(`${label} is empty`, 'Choose the groups whose vulnerabilities start the workflow.');
}

/** Reads the node's parameters and connects. */
export async function prepareTrigger(context: IPollFunctions): Promise<Trigger> {
	const settings = readSettings(context);
	const connection = readPollConnection(settings.options);
	return new GroupTrigger(await connectAttackForge(context, connection), settings);
}

class GroupTrigger implements Trigger {
	constructor(
		private readonly api: AttackForge,
		private readonly settings: Settings,
	) {}

	get nothingFound(): InvalidInput {
		return this.settings.kinds.length > 0
			? new InvalidInput(
					'AttackForge lists no group',
					'Create one, or check whose groups the key of the credential may list. The trigger itself works.',
				)
			: new InvalidInput(
					'AttackForge lists no vulnerability of the chosen groups',
					'Choose groups that have some, of which the user of the key is a member. The trigger itself works.',
				);
	}

	async sample(): Promise<JsonObject[]> {
		const { kinds, simplify, vulnerabilities } = this.settings;
		const found = await sampleVulnerabilities(this.api, vulnerabilities, SAMPLES);
		const items = found.map((one) => vulnerabilityItem(one, simplify));
		const [kind] = kinds;
		if (kind === undefined) return items;
		// The list has no dates and no documented order. New groups probably come last.
		const groups = (await this.list()).slice(-SAMPLES);
		return [
			...items,
			...groups.map(({ id, record }) =>
				this.output({
					kind,
					id,
					count: 1,
					...(kind === 'changed' && { keys: ['name'] }),
					...(kind !== 'removed' && { record }),
				}),
			),
		];
	}

	async poll(kept: unknown, run: PollRun): Promise<{ events: JsonObject[]; state: JsonObject }> {
		const { kinds, maxItems, options, simplify, vulnerabilities, withExisting } = this.settings;
		const state = readState(kept, vulnerabilities.events);
		const isStartedOver = state !== undefined && startsOver(options, run.isActivation);
		if (isStartedOver) run.log('Starts over, because the workflow was inactive');
		else if (kept !== undefined && !this.isAsBefore(state)) {
			run.log('Starts over, because its parameters have changed');
		}
		const isFromNow = isStartedOver || !withExisting || state?.withExisting === true;
		const events: JsonObject[] = [];
		const after: State = { lookedAt: this.lookedAt, lookedIn: this.lookedIn, withExisting };
		if (vulnerabilities.events.length > 0) {
			const known = state?.lookedIn === this.lookedIn && !isStartedOver ? state.vulnerabilities : undefined;
			const polled = await pollVulnerabilities(this.api, vulnerabilities, known, {
				isFromNow,
				maxItems,
				run,
			});
			events.push(...polled.events.map((one) => vulnerabilityItem(one, simplify)));
			after.vulnerabilities = polled.state;
		}
		if (kinds.length > 0) {
			const known = state?.lookedAt === this.lookedAt && !isStartedOver ? state.snapshot : undefined;
			const { differences, snapshot } = await this.pollGroups(known, isFromNow, maxItems - events.length);
			events.push(...differences.map((difference) => this.output(difference)));
			after.snapshot = snapshot;
		}
		return { events, state: after };
	}

	private get lookedAt(): string {
		return settingsHash(lookedAtOf(this.settings.parameters), LOOKED_AT, this.api.root);
	}

	private get lookedIn(): string {
		return settingsHash(this.settings.parameters, LOOKED_IN, this.api.root);
	}

	private isAsBefore(state: State | undefined): boolean {
		const { kinds, vulnerabilities } = this.settings;
		if (kinds.length > 0 && (state?.lookedAt !== this.lookedAt || !state.snapshot)) return false;
		return (
			vulnerabilities.events.length === 0 || (state?.lookedIn === this.lookedIn && !!state.vulnerabilities)
		);
	}

	private async pollGroups(
		known: Snapshot | undefined,
		isFromNow: boolean,
		most: number,
	): Promise<{ differences: Difference[]; snapshot: Snapshot }> {
		const { kinds } = this.settings;
		const listed = await this.list();
		// A list that is empty by mistake must not take access away, nor make each group a new one when it is whole again.
		const before = Object.keys(known?.prints ?? {}).length;
		if (known && listed.length === 0 && before > 1) {
			if (kinds.includes('removed')) throw emptied(before);
			return { differences: [], snapshot: known };
		}
		if (!known && isFromNow) {
			return { differences: [], snapshot: await snapshotOf(listed) };
		}
		const { differences, after } = await compare(known ?? emptySnapshot(), listed, kinds, most);
		return { differences, snapshot: after };
	}

	/** Each group once. */
	private async list(): Promise<Listed[]> {
		const groups = await this.api.getGroups(this.settings.scope, this.settings.filter);
		const listed = new Map<string, Listed>();
		for (const group of groups) {
			const record = normalizeGroup(group);
			if (isUnset(record.id)) throw withoutId();
			const id = String(record.id);
			listed.set(id, { id, record });
		}
		return [...listed.values()];
	}

	/** The output item of an event. Its `eventId` is the same whenever the same event is emitted. */
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

const emptied = (before: number) =>
	new ServiceFailure(
		`AttackForge lists no group any more, although it listed ${before} before`,
		'Nothing has been handed over. Check whose groups the key of the credential may list. If all of them are really gone, choose other Groups or another Start in the trigger: it then starts over.',
	);

const withoutId = () =>
	new ServiceFailure(
		'AttackForge listed a group without its ID',
		'Nothing has been handed over. Report the version of AttackForge to the maintainers of this node.',
	);

/** @returns `undefined` for what another version of this node has left */
function readState(kept: unknown, events: readonly VulnerabilityEvent[]): State | undefined {
	const { lookedAt, withExisting, lookedIn, snapshot, vulnerabilities } = (
		isJsonObject(kept) ? kept : {}
	) as Partial<State>;
	if (typeof lookedAt !== 'string') return undefined;
	return {
		lookedAt,
		withExisting,
		lookedIn,
		snapshot: readSnapshot(snapshot),
		vulnerabilities: readVulnerabilityState(vulnerabilities, events),
	};
}
