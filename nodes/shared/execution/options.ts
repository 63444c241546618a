import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { ConnectionOptions } from '../http/connection';
import { MAX_TIMER_MS } from '../http/deadline';
import { InvalidInput } from '../core/errors';
import { isBlank, optionalSwitch, readNumber, readSwitch } from '../core/readValue';

const DEFAULT_CONCURRENT_REQUESTS = 32;
const DEFAULT_TIMEOUT_SECONDS = 60;

/** The options that every operation has, for its `options` collection. */
export const runOptions: INodeProperties[] = [
	{
		displayName: 'Include Input',
		name: 'includeInput',
		type: 'boolean',
		default: false,
		description:
			'Whether the output keeps the fields and files of the input item. Where the result has a field or file of the same name, that of the result is kept. A failed item keeps its fields only at the error output.',
	},
	{
		displayName: 'Max Concurrent Requests',
		name: 'maxConcurrentRequests',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: DEFAULT_CONCURRENT_REQUESTS,
		description:
			'The most requests under way at the same time. The node starts with few, and finds how many the service can take. 1 sends one after the other, in order. Items for the same record always keep their order.',
	},
	{
		displayName: 'Timeout',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: DEFAULT_TIMEOUT_SECONDS,
		description: 'How many seconds to wait for the answer to one request',
	},
];

/**
 * Options that hold for all items of a run, from the `options` collection.
 *
 * @throws InvalidInput
 */
export function readConnectionOptions({
	maxConcurrentRequests,
	timeout,
}: IDataObject = {}): ConnectionOptions {
	const most = maxConcurrentRequests ?? DEFAULT_CONCURRENT_REQUESTS;
	const seconds = readNumber(timeout ?? DEFAULT_TIMEOUT_SECONDS, '"Timeout" (timeout)', 0);
	return {
		maxConcurrentRequests: Math.floor(
			readNumber(most, '"Max Concurrent Requests" (maxConcurrentRequests)', 1),
		),
		timeout: Math.min((seconds || DEFAULT_TIMEOUT_SECONDS) * 1000, MAX_TIMER_MS),
	};
}

/**
 * Whether an item's result keeps what the item had.
 *
 * @throws InvalidInput
 */
export const readIncludeInput = (includeInput: unknown): boolean =>
	optionalSwitch(includeInput, '"Include Input" (includeInput)', false);

/** The way to send what no parameter covers. */
export const extraJsonOption: INodeProperties = {
	displayName: 'Additional Fields (JSON)',
	name: 'additionalJson',
	type: 'json',
	default: '{}',
	description:
		'JSON that is merged over the body of the request last and sent unchecked: for fields that the node does not know',
};

/** For operations that write: what an item would do, and nothing is done. */
export const previewOption: INodeProperties = {
	displayName: 'Preview',
	name: 'preview',
	type: 'boolean',
	// Whoever adds the option wants it. Without the option, items are written.
	default: true,
	description:
		'Whether to only say what would be created, changed or left, in <code>_outcome</code> and <code>_changes</code> of each item. Nothing is written.',
};

const PREVIEW = '"Preview" (preview)';

/**
 * @param preview of an item whose options hold it
 * @throws InvalidInput also where it is blank: whoever asks for a preview must not get a write
 */
export function readPreview(preview: unknown): boolean {
	if (!isBlank(preview)) return readSwitch(preview, PREVIEW);
	throw new InvalidInput(
		`${PREVIEW} has no value`,
		'Its expression gives nothing for this item: it must give true to see what would be done, or false to do it.',
	);
}

/** The `options` collection of an operation, its entries in alphabetical order. */
export function optionsCollection(...own: INodeProperties[]): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [...own, ...runOptions].sort((a, b) => a.displayName.localeCompare(b.displayName)),
	};
}
