import type { ThreatConnectSimulator } from '../simulators/threatconnect';
import { byId, byName, fromList } from './locators';
import type { ThreatConnectExamples } from './threatconnect';

/** Examples of the operations on files of ThreatConnect Group, for its page in docs/. */

const REPORT = '1125899906842660';
const PDF = Buffer.from('%PDF-1.4\n%%EOF\n');

const seedReport = (server: ThreatConnectSimulator) =>
	server.seedGroup({
		id: REPORT,
		type: 'Report',
		name: 'Weekly threat report',
		xid: 'report:2026-09',
		fields: { fileName: 'report-2026-09.pdf', status: 'Awaiting Upload' },
		dateAdded: '2026-03-01T08:20:00Z',
	});

const seedReportWithFile = async (server: ThreatConnectSimulator) => {
	seedReport(server);
	await server.seedFile(REPORT, PDF, 'report-2026-09.pdf');
};

const report = fromList(REPORT, 'Weekly threat report');
const groupId = byId('={{ $json.id }}');

export const fileExamples: ThreatConnectExamples = {
	'file/upload': {
		purpose:
			'Puts a file from the workflow into a group of the type Document or Report, for instance the PDF of a report.',
		parameters: {
			findBy: 'xid',
			groupXid: '=report:{{ $json.week }}',
			groupOwner: byName('Demo Organization'),
			inputField: 'data',
			ifFileExists: 'refuse',
			waitUntilProcessed: true,
			processingLimit: 300,
		},
		items: [{ week: '2026-09' }],
		file: { name: 'report-2026-09.pdf', type: 'application/pdf', content: PDF },
		before: seedReport,
		notes: [
			'The file is streamed, so that its size is no matter. An existing file is replaced only if you say so, a malware document must be a ZIP file, and Upload can wait until ThreatConnect has processed the file.',
		],
		failures: [
			{
				what: 'The group has a file already',
				before: async (server) => await server.seedFile(REPORT, PDF, 'report-2026-08.pdf'),
			},
			{
				what: 'The item has no such file',
				parameters: { inputField: 'attachment' },
			},
		],
	},

	'file/download': {
		purpose:
			'Gets the file of a Document or Report into the workflow, for instance to mail it or to keep it elsewhere.',
		parameters: { findBy: 'id', groupId: report, outputField: 'data' },
		items: [{}],
		before: seedReportWithFile,
		notes: [
			'The file is streamed, so that its size is no matter. It is returned in the binary field that you name, beside the fields of the group.',
		],
		failures: [
			{
				what: 'The group has no file yet',
				parameters: { groupId },
				items: [{ id: '1125899906842661' }],
				before: (server) =>
					server.seedGroup({
						id: '1125899906842661',
						type: 'Report',
						name: 'Monthly threat report',
						fields: { fileName: 'month.pdf', status: 'Awaiting Upload' },
					}),
			},
			{
				what: 'Groups of this type have no files',
				parameters: { groupId },
				items: [{ id: '1125899906842662' }],
				before: (server) =>
					server.seedGroup({ id: '1125899906842662', type: 'Incident', name: 'Phishing mail opened' }),
			},
		],
	},

	'file/downloadPdf': {
		purpose:
			'Gets the PDF report that ThreatConnect itself makes of a group, with its details, for somebody who has no access to ThreatConnect.',
		parameters: { findBy: 'id', groupId, outputField: 'report' },
		items: [{ id: '1125899906842662' }],
		before: (server) =>
			server.seedGroup({ id: '1125899906842662', type: 'Incident', name: 'Phishing mail opened' }),
		notes: ['All types have one but Document, Email, Signature and Task.'],
		failures: [
			{
				what: 'Groups of this type have no PDF report',
				items: [{ id: '1125899906842663' }],
				before: (server) =>
					server.seedGroup({
						id: '1125899906842663',
						type: 'Document',
						name: 'Sample',
						fields: { fileName: 'sample.zip', status: 'Success' },
					}),
			},
		],
	},
};
