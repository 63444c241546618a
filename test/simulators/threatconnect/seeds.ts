import { GROUP_TYPES, type GroupType } from './fields';

export type Owner = { id: string; name: string; type: 'Organization' | 'Community' | 'Source' };
export type Permission = 'FULL' | 'READ';
export type ApiUser = {
	id: string;
	userName: string;
	firstName: string;
	lastName: string;
	pseudonym: string;
	/** The user's Organization, which is the default owner. */
	owner: string;
	systemRole: string;
	/** Permissions by the owner's name. The user cannot see an owner that is absent. */
	permissions: Record<string, Permission>;
	/** Whether the user may not read the lists from which clients fill their drop-downs. */
	cannotList?: true;
};
export type AttributeType = {
	id: string;
	name: string;
	description: string;
	maxSize: number;
	allowMarkdown: boolean;
	groupTypes: readonly GroupType[];
	/** If absent, valid in every owner. */
	ownerName?: string;
	selectOne?: readonly string[];
};
export type SecurityLabel = {
	id: string;
	name: string;
	description: string;
	color: string;
	owner: string;
	dateAdded: string;
};
/** A record of any kind that belongs to an owner. */
export type Entity = { id: string; ownerName: string; [field: string]: unknown };

// The identifiers of a multi-tenant service are shard * 2^50 + n, so they exceed 2^53 from shard 8 on.
export const OWNERS: readonly Owner[] = [
	{ id: '2', name: 'Demo Organization', type: 'Organization' },
	{ id: '1125899906842631', name: 'Demo Community', type: 'Community' },
	{ id: '9007199254740995', name: 'Read-Only Source', type: 'Source' },
	{ id: '9007199254740997', name: 'Private Source', type: 'Source' },
	{ id: '7', name: 'Partner Organization', type: 'Organization' },
];

const ORGANIZATION = 'Demo Organization';
const COMMUNITY = 'Demo Community';
const SOURCE = 'Read-Only Source';

/** Values for tests in the form of real ones. No service knows them. */
export const CREDENTIALS = {
	apiToken: 'APIV2:430:c8mTcH:1924905600000:c2ltdWxhdG9yLW9ubHktYXBpLXRva2VuLW5vdC1hLXNlY3JldA==',
	accessId: '11112222333344445555',
	secretKey: 'Simulator!Only$Secret^Key&NotReal(0123456789)[abcdefghij]{ABCDE}',
	readOnlyToken: 'APIV2:431:r3aD0n:1924905600000:c2ltdWxhdG9yLW9ubHktcmVhZC1vbmx5LXRva2VuLWZha2U=',
	expiredToken: 'APIV2:430:3xP1rD:1577836800000:c2ltdWxhdG9yLW9ubHktZXhwaXJlZC10b2tlbi1mYWtlLTE=',
	noOwnersToken: 'APIV2:432:n00wNr:1924905600000:c2ltdWxhdG9yLW9ubHktbm8tb3duZXJzLXRva2VuLWZha2U=',
	twoOrganizationsToken:
		'APIV2:434:tW00rg:1924905600000:c2ltdWxhdG9yLW9ubHktdHdvLW9yZ2FuaXphdGlvbnMtdG9rZW4=',
	cannotListToken: 'APIV2:433:n0L1sT:1924905600000:c2ltdWxhdG9yLW9ubHktY2Fubm90LWxpc3QtdG9rZW4tZmFrZQ==',
} as const;

export const API_USER: ApiUser = {
	id: '3',
	userName: CREDENTIALS.accessId,
	firstName: 'John',
	lastName: 'Smith',
	pseudonym: 'jsmithAPI',
	owner: ORGANIZATION,
	systemRole: 'Api User',
	permissions: { [ORGANIZATION]: 'FULL', [COMMUNITY]: 'FULL', [SOURCE]: 'READ' },
};

export const READ_ONLY_USER: ApiUser = {
	id: '4',
	userName: '22223333444455556666',
	firstName: 'Rita',
	lastName: 'Reader',
	pseudonym: 'rreaderAPI',
	owner: ORGANIZATION,
	systemRole: 'Api User',
	permissions: { [ORGANIZATION]: 'READ', [COMMUNITY]: 'READ', [SOURCE]: 'READ' },
};

export const NO_OWNERS_USER: ApiUser = {
	id: '5',
	userName: '33334444555566667777',
	firstName: 'Nora',
	lastName: 'Nowhere',
	pseudonym: 'nnowhereAPI',
	owner: ORGANIZATION,
	systemRole: 'Api User',
	permissions: {},
};

/** The user's own Organization is not the first one that the user sees. */
export const TWO_ORGANIZATIONS_USER: ApiUser = {
	id: '8',
	userName: '55556666777788889999',
	firstName: 'Toni',
	lastName: 'Twofold',
	pseudonym: 'ttwofoldAPI',
	owner: 'Partner Organization',
	systemRole: 'Api User',
	permissions: { [ORGANIZATION]: 'FULL', 'Partner Organization': 'FULL', [COMMUNITY]: 'FULL' },
};

export const CANNOT_LIST_USER: ApiUser = {
	id: '6',
	userName: '44445555666677778888',
	firstName: 'Liam',
	lastName: 'Listless',
	pseudonym: 'llistlessAPI',
	owner: ORGANIZATION,
	systemRole: 'Api User',
	permissions: { [ORGANIZATION]: 'FULL', [COMMUNITY]: 'FULL', [SOURCE]: 'READ' },
	cannotList: true,
};

const person = (id: string, userName: string, firstName: string, lastName: string): ApiUser => ({
	id,
	userName,
	firstName,
	lastName,
	pseudonym: userName,
	owner: ORGANIZATION,
	systemRole: 'User',
	permissions: { [ORGANIZATION]: 'FULL' },
});

/** Every user of the Organization. `12` and the one beyond 2^53 are people, to whom a Task can be assigned. */
export const USERS: readonly ApiUser[] = [
	API_USER,
	READ_ONLY_USER,
	NO_OWNERS_USER,
	CANNOT_LIST_USER,
	person('12', 'asmith', 'Alice', 'Smith'),
	person('9007199254741013', 'bjones', 'Bob', 'Jones'),
];

export const USER_GROUPS = [
	{ id: '71', name: 'Analysts', description: 'The analysts of the Organization' },
	{ id: '9007199254741015', name: 'Responders', description: 'Those on call' },
];

export const ATTRIBUTE_TYPES: readonly AttributeType[] = [
	{
		id: '21',
		name: 'Description',
		description: 'A description of the object',
		maxSize: 65535,
		allowMarkdown: true,
		groupTypes: GROUP_TYPES,
	},
	{
		id: '22',
		name: 'Source',
		description: 'Where the information comes from',
		maxSize: 65535,
		allowMarkdown: true,
		groupTypes: GROUP_TYPES,
	},
	{
		id: '23',
		name: 'Tactics and Techniques',
		description: 'The tactics and techniques used',
		maxSize: 500,
		allowMarkdown: false,
		groupTypes: ['Adversary', 'Campaign', 'Incident', 'Intrusion Set', 'Threat'],
	},
	{
		id: '24',
		name: 'Additional Analysis and Context',
		description: 'Relevant research and analysis',
		maxSize: 65535,
		allowMarkdown: true,
		groupTypes: GROUP_TYPES.filter((type) => type !== 'Task'),
	},
	{
		id: '25',
		name: 'Phase of Intrusion',
		description: 'The phase of the intrusion',
		maxSize: 100,
		allowMarkdown: false,
		groupTypes: ['Event', 'Incident', 'Threat'],
		selectOne: ['Reconnaissance', 'Delivery', 'Exploitation', 'Installation', 'C2', 'Actions on Objectives'],
	},
	{
		id: '9007199254741003',
		name: 'Ticket Number',
		description: 'The number of a ticket',
		maxSize: 20,
		allowMarkdown: false,
		groupTypes: ['Event', 'Incident', 'Task'],
	},
	{
		id: '27',
		name: 'Community Reference',
		description: 'A reference used in the Community',
		maxSize: 250,
		allowMarkdown: false,
		groupTypes: GROUP_TYPES,
		ownerName: COMMUNITY,
	},
];

/** docs: `default` is for Attributes of the types Description and Source. */
export const DEFAULTABLE_ATTRIBUTES = ['Description', 'Source'];

const label = (id: string, name: string, color: string, description: string): SecurityLabel => ({
	id,
	name,
	description,
	color,
	owner: 'System',
	dateAdded: '2016-08-31T00:00:00Z',
});

export const SECURITY_LABELS: readonly SecurityLabel[] = [
	label('31', 'TLP:RED', 'FF0033', 'Not for disclosure, restricted to participants only.'),
	label('32', 'TLP:AMBER', 'FFC000', 'Limited disclosure, restricted to the organizations of participants.'),
	label('33', 'TLP:GREEN', '33FF00', 'Limited disclosure, restricted to the community.'),
	label('34', 'TLP:WHITE', 'FFFFFF', 'Disclosure is not limited.'),
	label('9007199254741009', 'Internal Use Only', '0033FF', 'For use inside the organization.'),
];

/** The ATT&CK techniques that the service knows, by their ID. */
export const TECHNIQUES: Record<string, string> = {
	T1027: 'Obfuscated Files or Information',
	T1059: 'Command and Scripting Interpreter',
	T1110: 'Brute Force',
	T1486: 'Data Encrypted for Impact',
	T1566: 'Phishing',
};

export const TAGS: readonly Entity[] = [
	{ id: '41', ownerName: ORGANIZATION, name: 'Ransomware', lastUsed: '2026-01-05T10:00:00Z' },
	{ id: '42', ownerName: ORGANIZATION, name: 'Robbery', lastUsed: '2026-01-05T10:00:00Z' },
	{ id: '43', ownerName: COMMUNITY, name: 'Shared', lastUsed: '2026-01-05T10:00:00Z' },
];

export const INDICATORS: readonly Entity[] = [
	{ id: '101', ownerName: ORGANIZATION, type: 'Host', summary: 'badguy.com', hostName: 'badguy.com' },
	{ id: '102', ownerName: ORGANIZATION, type: 'Address', summary: '203.0.113.7', ip: '203.0.113.7' },
	{ id: '103', ownerName: COMMUNITY, type: 'Host', summary: 'shared.example', hostName: 'shared.example' },
	{
		id: '9007199254741011',
		ownerName: ORGANIZATION,
		type: 'URL',
		summary: 'https://badguy.com/kit',
		text: 'https://badguy.com/kit',
	},
];

export const CASES: readonly Entity[] = [
	{
		id: '301',
		ownerName: ORGANIZATION,
		name: 'Phishing wave',
		severity: 'High',
		status: 'Open',
		xid: 'case-phishing-wave',
	},
	{ id: '302', ownerName: ORGANIZATION, name: 'Stolen laptop', severity: 'Low', status: 'Closed' },
];

/** Workflow tasks, on which an Artifact can be created instead of a Case. */
export const WORKFLOW_TASKS: readonly Entity[] = [
	{ id: '401', ownerName: ORGANIZATION, name: 'Collect the mails', caseId: '301', xid: 'task-collect-mails' },
];

export const ARTIFACTS: readonly Entity[] = [
	{ id: '201', ownerName: ORGANIZATION, summary: 'badguy.com', type: 'Host', caseId: '301' },
];

/** The type of the indicator that an artifact of a type represents. */
export const ARTIFACT_INDICATORS: Record<string, string> = {
	ASN: 'ASN',
	'Email Address': 'EmailAddress',
	'Email Subject': 'EmailSubject',
	'File Hash': 'File',
	Host: 'Host',
	'IP Address': 'Address',
	URL: 'URL',
};

/** Artifact types that hold a file need `fileData`. */
export const ARTIFACT_TYPES: Record<string, 'String' | 'File'> = {
	ASN: 'String',
	'Certificate File': 'File',
	Domain: 'String',
	'Email Address': 'String',
	'Email Attachment File': 'File',
	'Email Subject': 'String',
	'File Hash': 'String',
	Host: 'String',
	'IP Address': 'String',
	'Log File': 'File',
	'Screenshot Image': 'File',
	URL: 'String',
};

export const VICTIMS: readonly Entity[] = [
	{ id: '601', ownerName: ORGANIZATION, name: 'Carol Victim' },
	{ id: '602', ownerName: COMMUNITY, name: 'Shared Victim' },
];

export const VICTIM_ASSETS: readonly Entity[] = [
	{
		id: '501',
		ownerName: ORGANIZATION,
		type: 'EmailAddress',
		address: 'carol@victim.example',
		victimId: '601',
	},
	{ id: '502', ownerName: ORGANIZATION, type: 'Phone', phone: '0123456789', victimId: '601' },
];
