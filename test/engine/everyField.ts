/** Values for each field of ThreatConnect's groups, for tests that must not leave one out. */

const common = {
	given: {
		firstSeen: '2026-01-02',
		lastSeen: '2026-01-03T10:00:00+01:00',
		externalDateAdded: '2026-01-04 12:00:00',
		externalDateExpires: 1796083200,
		externalLastModified: 'Jan 6, 2026',
	},
	stored: {
		firstSeen: '2026-01-02T00:00:00Z',
		lastSeen: '2026-01-03T09:00:00Z',
		externalDateAdded: '2026-01-04T11:00:00Z',
		externalDateExpires: '2026-12-01T00:00:00Z',
		externalLastModified: '2026-01-06T00:00:00Z',
	},
};
const date = { given: '2026-05-01T12:00:00', stored: '2026-05-01T10:00:00Z' };
const dates = (...names: string[]) => ({
	given: Object.fromEntries(names.map((name) => [name, date.given])),
	stored: Object.fromEntries(names.map((name) => [name, date.stored])),
});
const same = (fields: Record<string, unknown>) => ({ given: fields, stored: fields });
const both = (...parts: Array<{ given: object; stored: object }>) => ({
	given: Object.assign({}, ...parts.map(({ given }) => given)) as Record<string, unknown>,
	stored: Object.assign({}, ...parts.map(({ stored }) => stored)) as Record<string, unknown>,
});

const ownFields: Record<string, { given: Record<string, unknown>; stored: Record<string, unknown> }> = {
	Document: same({ fileName: 'sample.zip', malware: true, password: 'infected' }),
	Email: same({ subject: 'Invoice', from: 'a@example.com', header: 'X-Mailer: x', body: 'Dear "you"\n' }),
	Event: both(dates('eventDate'), same({ eventType: 'Breach', status: 'Needs Review' })),
	Incident: both(dates('eventDate'), same({ status: 'Containment Achieved' })),
	Report: both(dates('publishDate'), same({ fileName: 'report.pdf' })),
	Signature: same({ fileName: 'a.yar', fileType: 'YARA', fileText: 'rule a {\n\tcondition: true\n}' }),
	Task: dates('dueDate', 'escalationDate', 'reminderDate'),
};

const lists = {
	tags: { list: { name: 'Robbery, Ransomware', techniqueId: 'T1566' } },
	description: 'What it is',
	source: 'https://example.com/feed',
	attributes: {
		list: {
			data: {
				attribute: [
					{
						type: 'Description',
						value: 'Another one',
						default: false,
						pinned: true,
						source: 'analyst',
						securityLabels: 'TLP:AMBER',
					},
				],
			},
		},
	},
	securityLabels: { list: { name: 'TLP:GREEN' } },
	associatedArtifacts: { list: { id: '201' } },
	associatedCases: {
		list: { id: '301', data: { case: [{ name: 'New case', severity: 'High', status: 'Open' }] } },
	},
	associatedGroups: { list: { data: { group: [{ name: 'New threat', type: 'Threat' }] } } },
	associatedIndicators: {
		list: { id: '101', data: { indicator: [{ type: 'Address', summary: '203.0.113.7' }] } },
	},
	associatedVictimAssets: { list: { id: '501' } },
};

const perType: Record<string, Record<string, unknown>> = {
	Report: { reviews: { list: { data: { review: [{ rating: 4, reviewHelpful: true, comments: 'Good' }] } } } },
	Task: { assignments: { list: { data: { assignment: [{ type: 'Assigned', user: '12' }] } } } },
};

/** Every field of a type, as a user gives it, and as the service must have it. */
export const everyField = (type: string) => {
	const own = ownFields[type] ?? { given: {}, stored: {} };
	return both(common, own, { given: { ...lists, ...perType[type] }, stored: {} });
};
