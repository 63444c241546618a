import type { INodeProperties } from 'n8n-workflow';

import type { JsonObject } from '../../shared/core/json';
import { optionalSwitch, readNumber } from '../../shared/core/readValue';
import { runOptions } from '../../shared/execution/options';
import { DEFAULT_MAX_BYTES } from '../batch/packJobs';
import type { JobOptions } from '../flows/runBatchJob';

/** What can be chosen for each batch job, whatever it does with its groups. */

const DEFAULT_TIME_LIMIT_SECONDS = 3600;

export const jobOptions: INodeProperties[] = [
	{
		displayName: 'Halt on Error',
		name: 'haltOnError',
		type: 'boolean',
		default: false,
		description:
			'Whether a job stops at its first error, so that what comes after it in the file is left as it is. Jobs after it are not started. Otherwise only what is at fault is left out.',
	},
	{
		displayName: 'Max Bytes per Job',
		name: 'maxBytes',
		type: 'number',
		typeOptions: { minValue: 1000 },
		default: DEFAULT_MAX_BYTES,
		description:
			'Size above which the groups are sent in several jobs. A smaller limit of the server is found by itself.',
	},
	{
		displayName: 'Time Limit',
		name: 'timeLimit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: DEFAULT_TIME_LIMIT_SECONDS,
		description: 'How many seconds to wait for the end of one job',
	},
	// Jobs run one after the other.
	...runOptions.filter(({ name }) => name === 'timeout'),
];

/** @throws InvalidInput */
export const readJobOptions = ({ haltOnError, maxBytes, timeLimit }: JsonObject): JobOptions => ({
	haltOnError: optionalSwitch(haltOnError, '"Halt on Error" (haltOnError)', false),
	maxBytes: readNumber(maxBytes ?? DEFAULT_MAX_BYTES, '"Max Bytes per Job" (maxBytes)', 1),
	timeLimit: 1000 * readNumber(timeLimit ?? DEFAULT_TIME_LIMIT_SECONDS, '"Time Limit" (timeLimit)', 0),
});
