import fc from 'fast-check';

/** Values as items of a workflow hold them, by kind. Each kind is checked and reported separately. */

export type Kinds<Value> = Readonly<Record<string, fc.Arbitrary<Value>>>;

/** Values that say nothing. */
export const BLANKS: Kinds<unknown> = {
	absent: fc.constantFrom<unknown>(undefined, null, ''),
	white: fc.constantFrom(' ', '\t', '\u00a0', '\u200b', ' \n '),
	commas: fc.constantFrom(',', ' , '),
	hollow: fc.constantFrom<unknown>([], {}, [null], ['']),
};

/** Integers that JavaScript rounds, so that an item no longer holds what its source had. */
export const UNSAFE = fc.constantFrom(
	9007199254740994,
	Number('7615917337495251231'),
	4.9e22,
	-9007199254740994,
);

/** A text with white space as spreadsheets and web pages leave it. */
const padded = (text: string) =>
	fc.constantFrom(` ${text}`, `${text} `, `\t${text}`, `${text}\u00a0`, ` ${text} `);

const word = fc.constantFrom('Alpha', 'Ünïcode 👾', 'a "quoted" \\ word', 'x'.repeat(90), '007', '../groups');

/** The records of ThreatConnect that items name, and some that only seem to be named. */
export const TC = {
	acme: '1125899906842650',
	cafe: '1125899906842651',
	report: '1125899906842660',
	/** IDs that the page of another record, or a rounded number, may hold. */
	lookalikes: ['3', '4', '5', '8', '4711', '9007199254740992', '9007199254740994'],
	otherCase: '1125899906842670',
	otherOwner: '1125899906842671',
	post: '1125899906842680',
	otherPost: '1125899906842681',
};

export const AF = {
	acme: '5eab99471e18050942c7607a',
	cafe: '5eab99471e18050942c7607b',
	otherCase: '5eab99471e18050942c7607c',
	numbered: '5eab99471e18050942c7607d',
	listed: '5eab99471e18050942c7607e',
	project: '5f63da8b4a7e3f0018d3ce1b',
	otherProject: '5f63da8b4a7e3f0018d3ce1c',
	john: '668ba6b1be6510000f78f79e',
	paul: '66d2308ba99324532079e111',
};

/**
 * How an item names a record: the value of the parameter, and the record that it names. `'new'` means a record that
 * does not exist yet, and `undefined` means that it names no record.
 */
export type Reference = { value: unknown; names?: string };
const naming = (names: string | undefined, values: fc.Arbitrary<unknown>): fc.Arbitrary<Reference> =>
	values.map((value) => ({ value, names }));

/** The same way to name a record, of the record beside it. `undefined` where there is none. */
export function neighborOf(
	service: 'threatConnect' | 'attackForge',
	{ value, names }: Reference,
): Reference | undefined {
	if (service === 'attackForge' && names === AF.project)
		return { value: AF.otherProject, names: AF.otherProject };
	const { acme, cafe } = service === 'threatConnect' ? TC : AF;
	if (names !== acme) return undefined;
	const written = new Map<unknown, string>([
		['INC-1', 'INC-2'],
		['ACME', 'Café'],
	]);
	return { value: written.get(value) ?? cafe, names: cafe };
}

const NO_ID = fc.constantFrom<unknown>(
	'',
	' ',
	'abc',
	'../groups',
	'1,2',
	'3;',
	'4.5',
	'3?x=',
	{},
	[],
	true,
	-3,
);

/** @param id the ID of a group, because the operation addresses a group */
export const groupIds = (id: string): Kinds<Reference> => ({
	id: naming(id, fc.constantFrom<unknown>(id, Number(id))),
	'padded id': naming(id, padded(id)),
	'no id': naming(undefined, NO_ID),
	'number beyond 2^53': naming(undefined, UNSAFE),
});

/** `OWN` stands for the credential's host. */
export const OWN = 'http://own';

export const groupPages = (id: string): Kinds<Reference> => ({
	'own page': naming(
		id,
		fc.constantFrom(`${OWN}/#/details/groups/${id}/overview`, ` ${OWN}/#/details/groups/${id}`),
	),
	...Object.fromEntries(
		Object.entries({
			'page of a victim': `${OWN}/auth/victim/victim.xhtml?victim=3`,
			'page of an indicator, formerly': `${OWN}/auth/indicators/details/url.xhtml?orgid=4`,
			'page of a user': `${OWN}/auth/profile/user.xhtml?id=4`,
			'page of a task': `${OWN}/auth/task/task.xhtml?task=5`,
			'page of a task in a workflow': `${OWN}/auth/workflow/task.xhtml?task=5`,
			'page of an indicator': `${OWN}/#/details/indicators/8/overview`,
		}).map(([kind, page]) => [kind, naming(undefined, fc.constant(page))]),
	),
	'page of another host': naming(
		undefined,
		fc.constantFrom(
			`https://other.example/#/details/groups/${id}/overview`,
			'https://other.example/#/details/groups/8',
			'https://other.example/auth/incident/incident.xhtml?incident=8',
		),
	),
});

export const xids = (xid: string, id: string): Kinds<Reference> => ({
	xid: naming(id, fc.constant(xid)),
	'padded xid': naming(id, padded(xid)),
	'xid of none': naming(
		undefined,
		fc.constantFrom<unknown>(
			'4711',
			4711,
			'../groups/3',
			`${xid}?owner=Demo Community`,
			`${xid}#`,
			'',
			' ',
			'.',
		),
	),
	'xid beyond 2^53': naming(undefined, UNSAFE),
});

export const names = (service: 'threatConnect' | 'attackForge'): Kinds<Reference> => {
	const { acme, cafe, otherCase } = service === 'threatConnect' ? TC : AF;
	return {
		name: naming(acme, fc.constant('ACME')),
		'padded name': naming(acme, padded('ACME')),
		'decomposed name': naming(cafe, fc.constant('Cafe\u0301')),
		'name in another case': naming(otherCase, fc.constant('acme')),
		'new name': naming('new', fc.constantFrom('Café 2', 'ACM', 'ACME"', 'ACME" or typeName = "Incident')),
		'no name': naming(undefined, fc.constantFrom<unknown>('', undefined, null, ' ', [], {})),
	};
};

export const hexIds = (id: string): Kinds<Reference> => ({
	id: naming(id, fc.constantFrom(id, id.toUpperCase())),
	'padded id': naming(id, padded(id)),
	'no id': naming(
		undefined,
		fc.constantFrom<unknown>('', ' ', 'ACME', `${id}0`, `../${id}`, [], {}, [id], 5),
	),
});

/** Values of the custom field `client_code`, by which groups are matched. */
export const codes: Kinds<Reference> = {
	'custom field': naming(AF.acme, fc.constant('C1')),
	'padded custom field': naming(AF.acme, padded('C1')),
	'number as text': naming(AF.numbered, fc.constantFrom<unknown>('42', 42)),
	'custom field in a list': naming(AF.listed, fc.constantFrom<unknown>('L1')),
	'new custom field': naming('new', fc.constantFrom('C9', 'c1', '042')),
	'number beyond 2^53': naming(undefined, UNSAFE),
	'no custom field': naming(undefined, fc.constantFrom<unknown>('', null, ' ', [], {})),
};

/** Values of the fields of ThreatConnect's groups of the type Incident. */
export const tcFields: Kinds<unknown> = {
	status: fc.constantFrom('Open', 'Closed'),
	eventDate: fc.constantFrom<unknown>('2026-03-01T08:15:00Z', '2026-03-02', 1772352900000),
	description: word,
	source: word,
	tags: fc.constantFrom<unknown>('Alpha, Beta', ['Alpha', 'Gamma'], [{ name: 'Delta' }]),
	securityLabels: fc.constantFrom<unknown>('TLP:RED', [{ name: 'TLP:RED' }]),
	attributes: fc.constantFrom<unknown>([{ type: 'Ticket Number', value: '4711' }]),
	associatedIndicators: fc.constantFrom<unknown>([{ type: 'Host', summary: 'badguy.com' }]),
};

/** The name of a group that items associate, and that does not exist yet. */
export const ACTOR = 'FIN7';

/** Lists of ThreatConnect's groups whose rows it makes into new objects whenever it gets them. */
export const tcMade: Kinds<unknown> = {
	attributes: fc.constantFrom<unknown>(
		[{ type: 'Ticket Number', value: '4711' }],
		[
			{ type: 'Ticket Number', value: '4711' },
			{ type: 'Description', value: 'Other', source: 'Feed' },
		],
	),
	associatedGroups: fc.constantFrom<unknown>(
		[{ name: ACTOR, type: 'Adversary' }],
		[{ name: ACTOR, type: 'Adversary', xid: 'actor:1' }],
	),
	associatedVictimAssets: fc.constantFrom<unknown>([
		{ type: 'EmailAddress', victimId: '601', value: 'a@example.com' },
	]),
	associatedArtifacts: fc.constantFrom<unknown>([{ type: 'Host', summary: 'evil.example', caseId: '301' }]),
	associatedCases: fc.constantFrom<unknown>([{ name: 'A case', severity: 'Low', status: 'Open' }]),
};

export const afFields: Kinds<unknown> = {
	group_owner: word,
	primary_contact_name: word,
	primary_contact_number: fc.constantFrom<unknown>('(555) 1', 5551234),
	primary_contact_email: fc.constantFrom('p@example.com', 'o@example.com'),
	custom_fields: fc.constantFrom<unknown>({ region: 'APAC' }, { region: 'APAC', contract_notes: 'none' }),
	access: fc.constantFrom<unknown>({
		sso_1: [{ group_name: 'AD-9', project_access_level: 'view', project_request_access_level: 'none' }],
	}),
	auto_add_project_request: fc.constantFrom<unknown>(true, 'yes'),
	enable_project_team_notifications: fc.constantFrom<unknown>(true, 1),
};

/**
 * The same values in the types that other nodes use. A synchronization must find them unchanged after it has sent them.
 */
export const tcOddTypes: Kinds<unknown> = {
	attributes: fc.constantFrom<unknown>([{ type: 'Ticket Number', value: 4711 }]),
	description: fc.constantFrom(' padded ', 'plain'),
	tags: fc.constantFrom<unknown>(['Alpha'], ' Alpha , Beta'),
	eventDate: fc.constantFrom<unknown>(new Date('2026-03-01T08:15:00Z'), 1772352900000, '2026-03-01'),
};
export const afOddTypes: Kinds<unknown> = {
	custom_fields: fc.constantFrom<unknown>(
		{ contract_notes: 42 },
		{ contract_notes: true },
		{ contract_end: new Date('2026-03-01T00:00:00Z') },
		{ services: ['Red Team', 'Code Review'] },
		{ services: ' Red Team,Code Review ' },
		{ region: ' APAC ' },
	),
	group_owner: fc.constantFrom<unknown>(' John ', 42),
	auto_add_project_request: fc.constantFrom<unknown>(true, 'true', 1, 'no'),
	access: fc.constantFrom<unknown>({
		sso_1: [{ group_name: 'AD-9', project_access_level: 'view', project_request_access_level: 'none' }],
	}),
};

/**
 * Places where a blank may be: the field, and the value around the blank. An empty row may also be beside a full one.
 */
export const tcPlaces: Readonly<Record<string, Kinds<(blank: unknown) => unknown>>> = {
	text: Object.fromEntries(
		['status', 'eventDate', 'description', 'source'].map((field) => [field, fc.constant((blank) => blank)]),
	),
	list: Object.fromEntries(
		['tags', 'securityLabels', 'attributes', 'associatedIndicators'].map((field) => [
			field,
			fc.constantFrom<(blank: unknown) => unknown>((blank) => blank),
		]),
	),
	row: {
		attributes: fc.constant((value) => [{ type: 'Ticket Number', value }]),
		associatedIndicators: fc.constant((summary) => [{ type: 'Host', summary }]),
		tags: fc.constant((name) => [{ name }]),
	},
};
export const afPlaces: typeof tcPlaces = {
	text: Object.fromEntries(
		['group_owner', 'primary_contact_name', 'primary_contact_number', 'primary_contact_email'].map(
			(field) => [field, fc.constant((blank) => blank)],
		),
	),
	switch: { auto_add_project_request: fc.constant((blank) => blank) },
	list: {
		custom_fields: fc.constant((blank) => blank),
		access: fc.constant((blank) => blank),
	},
	'custom field': {
		custom_fields: fc.constantFrom<(blank: unknown) => unknown>(
			(client_code) => ({ client_code }),
			(contract_end) => ({ contract_end }),
		),
	},
	'access list': {
		access: fc.constantFrom<(blank: unknown) => unknown>(
			(sso_1) => ({ sso_1 }),
			(sso_1) => ({ sso_1, sso_2: sso_1 }),
			(member_admins) => ({ member_admins }),
		),
	},
};
