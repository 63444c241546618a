import { createHash } from 'crypto';
import type { INodeParameters, INodeProperties, IPollFunctions } from 'n8n-workflow';

import { InvalidInput } from '../core/errors';
import { isJsonObject, type JsonObject } from '../core/json';
import { isUnset, readNumber, unlocated } from '../core/readValue';
import { date, oneOf } from '../fields/fieldTypes';
import { readConnectionOptions, runOptions } from '../execution/options';

/** Parameters of triggers that poll. */

/** Where a trigger begins when it polls for the first time. */
export const startParameters: INodeProperties[] = [
	{
		displayName: 'Start',
		name: 'start',
		type: 'options',
		options: [
			{
				name: 'From Now On',
				value: 'now',
				description: 'What is there already when the workflow is activated is not emitted',
			},
			{
				name: 'Since a Date',
				value: 'since',
				description: 'What is there already is emitted too, from a date on, in order',
			},
		],
		default: 'now',
		description:
			'Where to begin when the workflow is activated for the first time. Later the trigger goes on where it was, also after days without a poll. When the event or the filters change, it starts over from that moment.',
	},
	{
		displayName: 'Since',
		name: 'since',
		type: 'dateTime',
		default: '',
		required: true,
		description: "In the workflow's time zone unless it names one",
		displayOptions: { show: { start: ['since'] } },
	},
];

/** @returns milliseconds since the epoch; `undefined` means from now on */
export function readStart(context: IPollFunctions): number | undefined {
	const start = oneOf(context.getNodeParameter('start', 'now'), '"Start" (start)', 'now', 'since');
	if (start === 'now') return undefined;
	const given: unknown = context.getNodeParameter('since', '');
	const label = '"Since" (since)';
	if (isUnset(given)) throw new InvalidInput(`${label} is empty`, 'Give a date, or choose From Now On.');
	const read = date().read(given, { label, operation: 'create', zone: context.getTimezone() });
	return Date.parse(String(read));
}

const DEFAULT_MAX_ITEMS = 1000;

const maxItemsOption: INodeProperties = {
	displayName: 'Max Items per Poll',
	name: 'maxItems',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: DEFAULT_MAX_ITEMS,
	description: 'The most items that one poll hands over. What is left comes with the next polls, in order.',
};

const DEFAULT_OVERLAP_MINUTES = 5;
const MAX_OVERLAP_MINUTES = 24 * 60;

export const overlapOption: INodeProperties = {
	displayName: 'Overlap (Minutes)',
	name: 'overlap',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: MAX_OVERLAP_MINUTES },
	default: DEFAULT_OVERLAP_MINUTES,
	description:
		'How many minutes each poll looks back, for records that become visible late. What has been emitted is not emitted again.',
};

const reactivationOption: INodeProperties = {
	displayName: 'When Activated Again',
	name: 'reactivation',
	type: 'options',
	options: [
		{
			name: 'Go On Where It Was',
			value: 'goOn',
			description: 'What happened while the workflow was inactive is emitted, in order',
		},
		{
			name: 'From Now On',
			value: 'now',
			description: 'What happened while the workflow was inactive is not emitted',
		},
	],
	default: 'goOn',
	description:
		'Whether to emit what happened while somebody had deactivated the workflow. A restart of n8n is no deactivation.',
};

/** Whether a poll starts over because the workflow was inactive. @throws InvalidInput */
export const startsOver = ({ reactivation }: JsonObject, isActivation: boolean): boolean =>
	oneOf(reactivation ?? 'goOn', '"When Activated Again" (reactivation)', 'goOn', 'now') === 'now' &&
	isActivation;

/** The `options` collection of a trigger, its entries in alphabetical order. */
export const pollOptions = (...own: INodeProperties[]): INodeProperties => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	options: [
		...own,
		maxItemsOption,
		reactivationOption,
		...runOptions.filter(({ name }) => name === 'timeout'),
	].sort((a, b) => a.displayName.localeCompare(b.displayName)),
});

/** A poll sends one request after the other. @throws InvalidInput */
export const readPollConnection = ({ timeout }: JsonObject) =>
	readConnectionOptions({ timeout: timeout as number, maxConcurrentRequests: 1 });

export const readMaxItems = ({ maxItems }: JsonObject): number =>
	Math.floor(readNumber(maxItems ?? DEFAULT_MAX_ITEMS, '"Max Items per Poll" (maxItems)', 1));

/** @returns milliseconds */
export function readOverlap({ overlap }: JsonObject): number {
	const minutes = readNumber(overlap ?? DEFAULT_OVERLAP_MINUTES, '"Overlap (Minutes)" (overlap)', 0);
	return Math.min(minutes, MAX_OVERLAP_MINUTES) * 60_000;
}

/**
 * A fingerprint of what a trigger looks for, which shows whether the user has changed it. It is made of the parameters
 * as written, because an expression may give another value each time.
 *
 * @param place the address of the service
 */
export function settingsHash(parameters: INodeParameters, names: readonly string[], place: string): string {
	const written = names.map((name) => [name, withoutCache(parameters[name])]);
	return createHash('sha256')
		.update(JSON.stringify([place, written]))
		.digest('hex')
		.slice(0, 16);
}

/** Removes the name that n8n's editor keeps beside the value of a resource locator. */
function withoutCache(value: unknown): unknown {
	const plain = unlocated(value);
	if (!isJsonObject(plain)) return plain;
	return Object.fromEntries(Object.entries(plain).map(([name, one]) => [name, unlocated(one)]));
}
