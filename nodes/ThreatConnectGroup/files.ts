import type { IBinaryData } from 'n8n-workflow';

import { pathOf } from '../shared/addresses';
import { cancelSignal } from '../shared/connection';
import { errorMessage, InvalidInput, ServiceFailure } from '../shared/errors';
import { FileOutput, type Item } from '../shared/items';
import type { JsonObject } from '../shared/json';
import { onceOnly } from '../shared/onceOnly';
import { type Bytes, fetchBytes, sendBytes } from '../shared/requests';
import { isUnset } from '../shared/values';
import { failure, type GroupReference, ownerQuery, readEnvelope, type ThreatConnect } from './api';
import { poll } from './polling';

/**
 * Files of groups.
 *
 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html#retrieve-upload-and-update-files-for-document-and-report-groups
 */

/** The types whose groups have a file. */
const FILE_TYPES = ['Document', 'Report'];

/** The types of which ThreatConnect makes a PDF report. */
const PDF_TYPES = [
	'Adversary',
	'Attack Pattern',
	'Campaign',
	'Course of Action',
	'Event',
	'Incident',
	'Intrusion Set',
	'Malware',
	'Report',
	'Tactic',
	'Threat',
	'Tool',
	'Vulnerability',
];

// --- upload ----------------------------------------------------------------------------------------------------------

/** A file of an input item. Each `open` begins at its first byte. */
export type InputFile = {
	name: string;
	open(): Promise<{ bytes: Bytes; length: number }>;
};

/**
 * The file in a binary field of the input; one that n8n keeps outside of the item is never in memory whole.
 *
 * @throws InvalidInput when there is none
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

export type Upload = {
	file: InputFile;
	/** In the place of the file's own. */
	fileName?: string;
	/** Whether the group's present file may be replaced. */
	replace: boolean;
	/** Milliseconds to wait until ThreatConnect has processed the file; absent: not at all. */
	processing?: number;
};

/**
 * Uploads a file to a Document or Report.
 *
 * @returns what is known of the group and its file, and whether it was uploaded or replaced
 * @throws InvalidInput when the group cannot take this file: nothing has been changed
 * @throws ServiceFailure when ThreatConnect refused it or could not process it
 */
export async function uploadFile(
	api: ThreatConnect,
	reference: GroupReference,
	{ file, fileName, replace, processing }: Upload,
): Promise<JsonObject> {
	const group = await api.getGroup(reference, {});
	refuseOtherTypes(group, FILE_TYPES, 'file', 'Only a Document or a Report has one.');
	const present = hasFile(group);
	if (present && !replace) {
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

	let length = 0;
	const send = async () =>
		readEnvelope(
			await sendBytes(
				api.connection,
				{
					// A PUT needs a file to replace. Without one, the parameter covers a file that another client uploads just now.
					method: present ? 'PUT' : 'POST',
					path: pathTo(reference, 'upload'),
					query: [
						...ownerQuery(reference),
						['filename', String(name)],
						...(replace && !present ? [['updateIfExists', 'true'] as const] : []),
					],
					// To replace a file twice by the same one is to replace it once; to upload it twice would be refused.
					idempotent: replace,
				},
				async () => {
					const opened = await file.open();
					({ length } = opened);
					return opened;
				},
			),
		);
	if (replace) await send();
	else {
		await onceOnly({
			signal: cancelSignal(api.connection),
			act: send,
			async find() {
				const now = await api.getGroup(reference, {});
				if (!hasFile(now)) return undefined;
				if (now.fileName === name && (isUnset(now.fileSize) || Number(now.fileSize) === length)) return now;
				throw new InvalidInput('the group has another file now', '');
			},
		});
	}
	const status = processing === undefined ? undefined : await processed(api, reference, processing);
	return {
		...Object.fromEntries(
			['id', 'name', 'type', 'ownerName', 'xid'].flatMap((key) =>
				isUnset(group[key]) ? [] : [[key, group[key]]],
			),
		),
		fileName: name,
		fileSize: length,
		...(status !== undefined && { status }),
		_outcome: present ? 'replaced' : 'uploaded',
	};
}

/** The status says it; where a server sends none, the size does. */
function hasFile({ status, fileSize }: JsonObject): boolean {
	return ['Success', 'In Progress', 'Failed'].includes(String(status)) || Number(fileSize ?? 0) > 0;
}

/** What every ZIP archive that holds a file begins with. */
const ZIP = 'PK\x03\x04';

/** The Malware Vault takes password-protected ZIP archives alone; ThreatConnect would say so only after the upload. */
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

/** Processing goes on after the upload has been answered. */
async function processed(api: ThreatConnect, reference: GroupReference, limit: number): Promise<string> {
	const status = await poll(
		async () => {
			const now = String((await api.getGroup(reference, {})).status ?? 'unknown');
			return ['Awaiting Upload', 'In Progress'].includes(now) ? undefined : now;
		},
		{ limit, signal: cancelSignal(api.connection) },
	);
	if (status === 'Failed') {
		throw new ServiceFailure(
			'The file was uploaded, but ThreatConnect could not process it: its status is Failed',
			'Check that the file is what its extension says; a document with malware must be a ZIP archive that its password opens. Then replace it.',
		);
	}
	if (status !== undefined) return status;
	throw new ServiceFailure(
		`The file was uploaded, but ThreatConnect had not processed it within ${limit / 1000} s`,
		'It goes on by itself: look at the status of the group later, or raise "Time Limit for Processing". There is no need to upload the file again.',
	);
}

// --- download --------------------------------------------------------------------------------------------------------

/**
 * The file of a Document or Report.
 *
 * @param field the output's binary field
 * @throws InvalidInput when the group cannot have one
 */
export async function downloadFile(
	api: ThreatConnect,
	reference: GroupReference,
	item: Item,
	field: string,
): Promise<FileOutput> {
	const group = await api.getGroup(reference, {});
	refuseOtherTypes(group, FILE_TYPES, 'file', 'Only a Document or a Report has one.');
	if (group.status === 'Awaiting Upload') {
		throw new InvalidInput(
			`The ${String(group.type)} "${String(group.name)}" has no file yet: its status is Awaiting Upload`,
			'Upload one first.',
		);
	}
	// The answer names no file: the group does.
	const name = isUnset(group.fileName) ? safeName(String(group.name)) : String(group.fileName);
	const binary = await fetchFile(api, reference, 'download', item, name);
	return new FileOutput(group, { [field]: binary });
}

/**
 * ThreatConnect's PDF report of a group.
 *
 * @param field the output's binary field
 * @throws InvalidInput for a type that has none
 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html#retrieve-pdf-report
 */
export async function downloadPdf(
	api: ThreatConnect,
	reference: GroupReference,
	item: Item,
	field: string,
): Promise<FileOutput> {
	const group = await api.getGroup(reference, {});
	refuseOtherTypes(group, PDF_TYPES, 'PDF report', `These types have one: ${PDF_TYPES.join(', ')}.`);
	const name = `${safeName(String(group.name))}.pdf`;
	const binary = await fetchFile(api, reference, 'pdf', item, name);
	return new FileOutput(group, { [field]: binary });
}

/** A group's name may hold what no file name may. */
const safeName = (name: string) => name.replace(/[\\/:*?"<>|\p{Cc}]/gu, '_').slice(0, 200);

async function fetchFile(
	{ connection }: ThreatConnect,
	reference: GroupReference,
	what: 'download' | 'pdf',
	item: Item,
	name: string,
): Promise<IBinaryData> {
	const reply = await fetchBytes(connection, {
		method: 'GET',
		path: pathTo(reference, what),
		query: ownerQuery(reference),
	});
	if (!reply.stream) throw failure(reply);
	let binary: IBinaryData;
	try {
		binary = await item.helpers.prepareBinaryData(reply.stream, name);
	} catch (error) {
		throw brokenOff(errorMessage(error), reply.request);
	}
	const announced = reply.headers['content-length'];
	if (announced !== undefined && binary.bytes !== undefined && Number(announced) !== binary.bytes) {
		throw brokenOff(`${binary.bytes} of ${String(announced)} bytes came`, reply.request);
	}
	// n8n calls anything it does not know text.
	const isText = binary.mimeType !== 'text/plain' || /\.(txt|text|log|conf|ini|list)$/i.test(name);
	return isText ? binary : { ...binary, mimeType: 'application/octet-stream', fileType: undefined };
}

const brokenOff = (why: string, request: string) =>
	new ServiceFailure(`The download broke off: ${why}`, 'Run it again for this item.', { request });

// --- both ------------------------------------------------------------------------------------------------------------

const pathTo = (reference: GroupReference, ...rest: string[]) =>
	pathOf('v3', 'groups', 'id' in reference ? reference.id : reference.xid, ...rest);

function refuseOtherTypes(group: JsonObject, types: readonly string[], what: string, wayOut: string): void {
	const type = String(group.type);
	if (types.includes(type)) return;
	throw new InvalidInput(
		`"${String(group.name)}" is of the type ${type}, whose groups have no ${what}`,
		wayOut,
	);
}
