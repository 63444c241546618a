import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { requireWrite, type Context } from './context';
import { formatDate } from './dates';
import { refusal } from './errors';
import { PDF_TYPES } from './fields';
import type { FileStore, ReceivedFile, StoredFile } from './fileStore';
import { laterThan } from './groups';
import { pdfOf } from './pdf';
import { parameter } from './queries';
import { contextOf, findGroup, forFiles, serve, type Service } from './service';
import type { GroupRow } from './state';

/** The `documentType` of each extension. docs: a file without a name is "Unrecognized". */
const DOCUMENT_TYPES: Record<string, string> = {
	csv: 'CSV',
	doc: 'MSWord',
	docx: 'MSWord',
	pdf: 'PDF',
	txt: 'Text',
	xls: 'MSExcel',
	xlsx: 'MSExcel',
	zip: 'Zip',
};

const documentType = (fileName: unknown) =>
	DOCUMENT_TYPES[/\.([^.]+)$/.exec(String(fileName ?? ''))?.[1]?.toLowerCase() ?? ''] ?? 'Unrecognized';

/** The first bytes of every ZIP archive that holds a file. */
const ZIP_MAGIC = Buffer.from('PK\x03\x04', 'latin1');

function checkHasFile({ type }: GroupRow): void {
	if (type === 'Document' || type === 'Report') return;
	throw refusal('BadRequest', `A group of the type "${type}" has no file: only a Document and a Report have`);
}

function fileNameOf(request: FastifyRequest): string | undefined {
	const name = parameter(request, 'filename');
	if (name === undefined || (name !== '' && [...name].length <= 255)) return name;
	throw refusal('BadRequest', 'The parameter "filename" must be between 1-255 characters in length');
}

function isTrue(request: FastifyRequest, name: string): boolean {
	const text = parameter(request, name);
	if (text === undefined || text === 'true' || text === 'false') return text === 'true';
	throw refusal('BadRequest', `The parameter "${name}" must be true or false`);
}

/** docs: retrieve_upload_update_document. */
function checkUpload(request: FastifyRequest, present: ReceivedFile | undefined): void {
	const mayUpdate = isTrue(request, 'updateIfExists');
	// docs (v2): 401 for a POST to a group that has a file; v3's answer is not documented.
	if (request.method === 'POST' && present && !mayUpdate) throw refusal('Unauthorized');
	// Not documented: an update needs a file to replace.
	if (request.method === 'PUT' && !present) throw refusal('NotFound');
}

/** docs: a Document with `malware` is a password-protected ZIP file. */
function statusAfterProcessing({ fields }: GroupRow, { start }: ReceivedFile): string {
	return fields.malware === true && !start.equals(ZIP_MAGIC) ? 'Failed' : 'Success';
}

function setStatus({ state }: Service, groupId: string, file: ReceivedFile, files: FileStore): void {
	const group = state.groups.get(groupId);
	if (!group || files.get(groupId) !== file) return;
	const status = statusAfterProcessing(group, file);
	state.groups.put({ ...group, fields: { ...group.fields, status } });
}

/** docs: processing continues after the response to the upload. */
function attach(
	service: Service,
	group: GroupRow,
	file: ReceivedFile,
	fileName: string | undefined,
	{ now, processing }: { now: string; processing: number },
): void {
	const { state, files, timers } = service;
	const name = fileName ?? group.fields.fileName;
	state.groups.put({
		...group,
		fields: {
			...group.fields,
			...(name !== undefined && { fileName: name }),
			fileSize: file.size,
			documentType: documentType(name),
			documentDateAdded: now,
			status: 'In Progress',
		},
		lastModified: laterThan(group.lastModified, now),
	});
	timers.after(processing, () => setStatus(service, group.id, file, files));
}

async function upload(service: Service, request: FastifyRequest): Promise<unknown> {
	const { state, files } = service;
	const context = contextOf(service, request);
	const group = findGroup(context, request);
	requireWrite(context.user, group.ownerName);
	checkHasFile(group);
	const fileName = fileNameOf(request);
	checkUpload(request, files.get(group.id));
	const file = await files.receive(request.body as Readable);
	if (file.bytes) request.logged.body = file.bytes.toString('latin1');
	// Another client may have deleted the group in the meantime.
	const current = state.groups.get(group.id);
	if (!current) {
		await files.discard(file);
		throw refusal('NotFound');
	}
	await files.put(group.id, file);
	const { processing } = context.behaviour;
	attach(service, current, file, fileName, { now: context.now, processing });
	return { message: 'Upload successful', status: 'Success' };
}

function download({ files }: Service, context: Context, request: FastifyRequest, reply: FastifyReply) {
	const group = findGroup(context, request);
	checkHasFile(group);
	const file = files.get(group.id);
	if (!file) throw refusal('NotFound');
	// Not documented: a file is not available until it has been processed.
	if (group.fields.status !== 'Success') {
		throw refusal(
			'BadRequest',
			`The file of this group cannot be downloaded: ${String(group.fields.status)}`,
		);
	}
	reply.header('content-length', file.size);
	return reply.type('application/octet-stream').send(files.read(file));
}

/** docs: retrieve_pdf_report. */
function pdf(context: Context, request: FastifyRequest, reply: FastifyReply) {
	const group = findGroup(context, request);
	if (!PDF_TYPES.includes(group.type)) {
		throw refusal('BadRequest', `There is no PDF report of a group of the type "${group.type}"`);
	}
	return reply.type('application/pdf').send(pdfOf(group.name));
}

export function serveFiles(service: Service): void {
	const write = async (request: FastifyRequest) => await upload(service, request);
	forFiles(service, (app) =>
		serve(app, '/groups/:segment/upload', { POST: write, PUT: write }, { file: true }),
	);
	serve(service.app, '/groups/:segment/download', {
		GET: async (request, reply) => await download(service, contextOf(service, request), request, reply),
	});
	serve(service.app, '/groups/:segment/pdf', {
		GET: async (request, reply) => await pdf(contextOf(service, request), request, reply),
	});
}

export function storedFile({ state, files }: Service, groupId: string): StoredFile | undefined {
	const [group, file] = [state.groups.get(groupId), files.get(groupId)];
	if (!group || !file) return undefined;
	const { size, sha256, bytes, path } = file;
	const { fileName } = group.fields;
	return {
		...(typeof fileName === 'string' && { fileName }),
		size,
		sha256,
		...(path ? { path } : { bytes }),
	};
}

/** Gives a group a file without the API. */
export async function seedFile(
	service: Service,
	groupId: string,
	bytes: Buffer,
	fileName?: string,
): Promise<void> {
	const group = service.state.groups.get(groupId);
	if (!group) throw new Error(`No group has the ID ${groupId}`);
	const file = await service.files.receive(Readable.from([bytes]));
	await service.files.put(groupId, file);
	attach(service, group, file, fileName, { now: formatDate(service.now()), processing: 0 });
}
