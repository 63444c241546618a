import type { IBinaryData } from 'n8n-workflow';

import { asError, errorMessage, InvalidInput, ServiceFailure } from '../../shared/core/errors';
import type { Item } from '../../shared/execution/item';
import { FileOutput } from '../../shared/execution/operation';
import { cancelSignal } from '../../shared/http/connection';
import { seconds } from '../../shared/http/networkErrors';
import { MAX_ATTEMPTS, retryDelay, TIME_BUDGET_MS } from '../../shared/http/retry';
import { sleepUntilCancelled } from '../../shared/http/sleep';
import { fetchBytes } from '../../shared/http/fileTransfers';
import { isUnset } from '../../shared/core/readValue';
import { failure } from '../api/responses';
import type { ThreatConnect } from '../api/client';
import { type GroupReference, groupPath, ownerQuery } from '../api/references';
import { FILE_TYPES, PDF_TYPES, refuseOtherTypes } from '../fields/groupTypes';

/**
 * The file of a Document or Report.
 *
 * @param field the output's binary field
 * @throws InvalidInput when the group cannot have a file
 */
export async function downloadFile(
	api: ThreatConnect,
	given: GroupReference,
	item: Item,
	field: string,
): Promise<FileOutput> {
	const reference = await api.withOwner(given);
	const group = await api.getGroup(reference, {});
	refuseOtherTypes(group, FILE_TYPES, 'file', 'Only a Document or a Report has one.');
	if (group.status === 'Awaiting Upload') {
		throw new InvalidInput(
			`The ${String(group.type)} "${String(group.name)}" has no file yet: its status is Awaiting Upload`,
			'Upload one first.',
		);
	}
	// The response does not name the file, but the group does.
	const name = isUnset(group.fileName) ? safeName(String(group.name)) : String(group.fileName);
	const binary = await fetchFile(api, reference, 'download', item, name);
	return new FileOutput(group, { [field]: binary });
}

/**
 * ThreatConnect's PDF report of a group.
 *
 * @param field the output's binary field
 * @throws InvalidInput for a type that has no report
 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html#retrieve-pdf-report
 */
export async function downloadReport(
	api: ThreatConnect,
	given: GroupReference,
	item: Item,
	field: string,
): Promise<FileOutput> {
	const reference = await api.withOwner(given);
	const group = await api.getGroup(reference, {});
	refuseOtherTypes(group, PDF_TYPES, 'PDF report', `These types have one: ${PDF_TYPES.join(', ')}.`);
	const name = `${safeName(String(group.name))}.pdf`;
	const binary = await fetchFile(api, reference, 'pdf', item, name);
	return new FileOutput(group, { [field]: binary });
}

/** A group's name may contain characters that a file name must not contain. */
const safeName = (name: string) => name.replace(/[\\/:*?"<>|\p{Cc}]/gu, '_').slice(0, 200);

/** Fetches a file. A file that is cut off is fetched again from its beginning, within the time for all attempts. */
async function fetchFile(
	{ connection }: ThreatConnect,
	reference: GroupReference,
	what: 'download' | 'pdf',
	item: Item,
	name: string,
): Promise<IBinaryData> {
	const request = { method: 'GET' as const, path: groupPath(reference, what), query: ownerQuery(reference) };
	const signal = cancelSignal(connection);
	const end = Date.now() + TIME_BUDGET_MS;
	for (let attempts = 1; ; attempts++) {
		try {
			return await fetchOnce(connection, request, item, name);
		} catch (error) {
			if (!(error instanceof CutOff) || attempts === MAX_ATTEMPTS || Date.now() > end) throw asError(error);
			await sleepUntilCancelled(retryDelay(attempts), signal);
			if (signal?.aborted) throw asError(error);
		}
	}
}

/** The response began, but its end was lost. */
class CutOff extends ServiceFailure {}

async function fetchOnce(
	connection: ThreatConnect['connection'],
	request: Parameters<typeof fetchBytes>[1],
	item: Item,
	name: string,
): Promise<IBinaryData> {
	const response = await fetchBytes(connection, request);
	if (!response.stream) throw failure(response);
	let binary: IBinaryData;
	try {
		binary = await item.helpers.prepareBinaryData(response.stream, name);
	} catch (error) {
		if (error instanceof InvalidInput) throw asError(error);
		const duration = response.lateAfter?.();
		if (duration === undefined) throw cutOff(errorMessage(error), response.request);
		throw late(seconds(duration), response.request);
	}
	const announced = response.headers['content-length'];
	if (announced !== undefined && binary.bytes !== undefined && Number(announced) !== binary.bytes) {
		throw cutOff(`${binary.bytes} of ${String(announced)} bytes came`, response.request);
	}
	// n8n says text/plain of each type that it does not know. It is kept only for names of text files.
	const keepsType = binary.mimeType !== 'text/plain' || /\.(txt|text|log|conf|ini|list)$/i.test(name);
	return keepsType ? binary : { ...binary, mimeType: 'application/octet-stream', fileType: undefined };
}

const AGAIN = 'Run it again for this item.';

const brokenOff = (why: string) => `The download broke off: ${why}`;

const cutOff = (why: string, request: string) => new CutOff(brokenOff(why), AGAIN, { request });

/** Not fetched again, because the file would take as long again. */
const late = (time: string, request: string) =>
	new ServiceFailure(
		brokenOff(`it had not ended after ${time}`),
		`Raise Options > Timeout if the line is slow. ${AGAIN}`,
		{ request },
	);
