import type { IBinaryData } from 'n8n-workflow';

import { cancelSignal } from '../../shared/http/connection';
import { asError, errorMessage, InvalidInput, ServiceFailure } from '../../shared/core/errors';
import type { Item } from '../../shared/execution/item';
import type { JsonObject } from '../../shared/core/json';
import { onceOnly } from '../../shared/http/onceOnly';
import { type Bytes, sendBytes } from '../../shared/http/fileTransfers';
import { isUnset } from '../../shared/core/readValue';
import { readEnvelope } from '../api/responses';
import type { ThreatConnect } from '../api/client';
import { askUntilDone } from '../api/askUntilDone';
import { type GroupReference, groupPath, ownerQuery } from '../api/references';
import { FILE_TYPES, refuseOtherTypes } from '../fields/groupTypes';

/** A file of an input item. Each `open` begins at its first byte. */
type InputFile = {
	name: string;
	open(): Promise<{ bytes: Bytes; length: number }>;
};

/**
 * The file in a binary field of the input. A file that n8n keeps outside of the item is never completely in memory.
 *
 * @throws InvalidInput when there is no file
 */
export function inputFile(item: Item, field: unknown): InputFile {
	const { helpers, index } = item;
	let file: IBinaryData;
	try {
		file = helpers.assertBinaryData(index, field as string);
	} catch (error) {
		throw noFile(field, error);
	}
	const { fileName: name = '', id } = file;
	if (!id) {
		return {
			name,
			async open() {
				const bytes = await helpers.getBinaryDataBuffer(index, file);
				return { bytes, length: bytes.length };
			},
		};
	}
	return {
		name,
		async open() {
			const { fileSize } = await helpers.getBinaryMetadata(id);
			return { bytes: await helpers.getBinaryStream(id), length: fileSize };
		},
	};
}

const noFile = (field: unknown, error: unknown) =>
	new InvalidInput(
		isUnset(field)
			? '"Input Binary Field" (inputField) is empty'
			: `"Input Binary Field" (inputField): ${errorMessage(error).replace(/ \[item \d+\]$/, '')}`,
		'Give the name of the field that holds the file, as the node before this one shows it under Binary.',
	);

type Upload = {
	file: InputFile;
	/** Replaces the file's own name. */
	fileName?: string;
	/** Whether the group's present file may be replaced. */
	replace: boolean;
	createActivityLog?: boolean;
	/** Milliseconds to wait until ThreatConnect has processed the file; if absent, nothing waits. */
	processing?: number;
};

/**
 * Uploads a file to a Document or Report.
 *
 * @returns what is known of the group and its file, and whether the file was uploaded or replaced
 * @throws InvalidInput when the group cannot take this file; nothing has been changed then
 * @throws ServiceFailure when ThreatConnect refused the file or could not process it
 * @see
 *   https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html#retrieve-upload-and-update-files-for-document-and-report-groups
 */
export async function uploadFile(
	api: ThreatConnect,
	given: GroupReference,
	{ file, fileName, replace, processing, createActivityLog }: Upload,
): Promise<JsonObject> {
	const reference = await api.withOwner(given);
	const group = await api.getGroup(reference, {});
	refuseOtherTypes(group, FILE_TYPES, 'file', 'Only a Document or a Report has one.');
	const isThere = hasFile(group);
	if (isThere && !replace) {
		throw new InvalidInput(
			`The ${String(group.type)} "${String(group.name)}" has a file already${isUnset(group.fileName) ? '' : `: ${String(group.fileName)}`}`,
			'To replace it on purpose, set "If the Group Has a File Already" to Replace It.',
		);
	}
	const name = [fileName, file.name, group.fileName].find((one) => !isUnset(one));
	if (name === undefined) {
		throw new InvalidInput(
			'The file has no name',
			'Give it one in Options > File Name, with its extension: without it ThreatConnect does not recognize the type of the file.',
		);
	}
	if (group.malware === true) await refuseUnlessZip(file);
	const fileSize = await sendFile(api, reference, {
		file,
		name: String(name),
		isThere,
		replace,
		createActivityLog,
	});
	const status = processing === undefined ? undefined : await processed(api, reference, processing);
	return {
		...Object.fromEntries(
			['id', 'name', 'type', 'ownerName', 'xid'].flatMap((key) =>
				isUnset(group[key]) ? [] : [[key, group[key]]],
			),
		),
		fileName: name,
		fileSize,
		...(status !== undefined && { status }),
		_outcome: isThere ? 'replaced' : 'uploaded',
	};
}

type Sending = Pick<Upload, 'file' | 'replace' | 'createActivityLog'> & {
	name: string;
	/** Whether the group has a file, which this one is to replace. */
	isThere: boolean;
};

/** @returns how many bytes the file has */
async function sendFile(
	api: ThreatConnect,
	reference: GroupReference,
	{ file, name, isThere, replace, createActivityLog }: Sending,
): Promise<number> {
	let size = 0;
	const request = {
		// A PUT needs a file to replace. Without one, `updateIfExists` covers a file that another client uploads at the
		// same time.
		method: isThere ? ('PUT' as const) : ('POST' as const),
		path: groupPath(reference, 'upload'),
		query: [
			...ownerQuery(reference),
			['filename', name] as const,
			...(replace && !isThere ? [['updateIfExists', 'true'] as const] : []),
			...(createActivityLog ? [['createActivityLog', 'true'] as const] : []),
		],
		// Replacing a file twice by the same one is the same as replacing it once. A second upload would be refused.
		idempotent: replace,
	};
	const open = async () => {
		const opened = await file.open();
		size = opened.length;
		return opened;
	};
	const act = async () => readEnvelope(await sendBytes(api.connection, request, open));
	if (replace) await act();
	else {
		await onceOnly({
			signal: cancelSignal(api.connection),
			act,
			async find() {
				const now = await api.getGroup(reference, {});
				if (!hasFile(now)) return undefined;
				if (now.fileName === name && (isUnset(now.fileSize) || Number(now.fileSize) === size)) return now;
				throw new InvalidInput('the group has another file now', '');
			},
		});
	}
	return size;
}

/** The status tells it. If a server sends no status, the size does. */
function hasFile({ status, fileSize }: JsonObject): boolean {
	return ['Success', 'In Progress', 'Failed'].includes(String(status)) || Number(fileSize ?? 0) > 0;
}

/** The first bytes of every ZIP archive that holds a file. */
const ZIP = 'PK\x03\x04';

/**
 * The Malware Vault takes only password-protected ZIP archives. ThreatConnect would report this only after the upload.
 */
async function refuseUnlessZip(file: InputFile): Promise<void> {
	const { bytes } = await file.open();
	let start: Buffer = Buffer.alloc(0);
	if (Buffer.isBuffer(bytes)) start = bytes.subarray(0, ZIP.length);
	else {
		// Leaving the loop closes the stream.
		for await (const chunk of bytes) {
			start = Buffer.concat([start, chunk as Buffer]).subarray(0, ZIP.length);
			if (start.length === ZIP.length) break;
		}
	}
	if (start.toString('latin1') === ZIP) return;
	throw new InvalidInput(
		'The file is no ZIP archive, but the document is marked as malware',
		"Put the file into a ZIP archive that is protected by the document's password, and upload that archive.",
	);
}

/**
 * The file is there, so n8n's Retry On Fail must not send it again. A refusal of the second upload would hide the real
 * failure.
 */
const ARRIVED = {
	certainty: 'unknown' as const,
	doubt: 'The file has arrived: Retry On Fail does not upload it again.',
};

/** Waits until ThreatConnect has processed the file, which it goes on to do after its response to the upload. */
async function processed(api: ThreatConnect, reference: GroupReference, limit: number): Promise<string> {
	const signal = cancelSignal(api.connection);
	const status = await askUntilDone(
		async () => {
			const now = String((await statusOf(api, reference)) ?? 'unknown');
			return ['Awaiting Upload', 'In Progress'].includes(now) ? undefined : now;
		},
		{ limit, signal },
	);
	if (status === 'Failed') {
		throw new ServiceFailure(
			'The file was uploaded, but ThreatConnect could not process it: its status is Failed',
			'Check that the file is what its extension says; a document with malware must be a ZIP archive that its password opens. Then replace it.',
			{},
			ARRIVED,
		);
	}
	if (status !== undefined) return status;
	const isCancelled = signal?.aborted === true;
	throw new ServiceFailure(
		isCancelled
			? 'The file was uploaded, but the execution was canceled before ThreatConnect had processed it'
			: `The file was uploaded, but ThreatConnect had not processed it within ${limit / 1000} s`,
		`It goes on by itself: look at the status of the group later${isCancelled ? '' : ', or raise "Time Limit for Processing"'}. There is no need to upload the file again.`,
		{},
		ARRIVED,
	);
}

async function statusOf(api: ThreatConnect, reference: GroupReference): Promise<unknown> {
	try {
		return (await api.getGroup(reference, {})).status;
	} catch (error) {
		if (!(error instanceof ServiceFailure)) throw asError(error);
		throw error.inDoubt(
			`The file was uploaded, but it is not known whether ThreatConnect could process it. Look at the status of the group. ${ARRIVED.doubt}`,
		);
	}
}
