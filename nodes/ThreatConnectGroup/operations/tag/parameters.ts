/** The inputs that name tags. */
export const tagInputs = [
	{
		key: 'name',
		control: {
			displayName: 'Tags',
			name: 'tags',
			placeholder: 'e.g. Targeted Attack, Robbery',
			description:
				'Names of the tags: comma-separated, or an array from an expression. Tags of ATT&CK techniques may be given below by ID too; both boxes count.',
		},
	},
	{
		key: 'techniqueId',
		control: {
			displayName: 'Technique IDs',
			name: 'techniqueIds',
			placeholder: 'e.g. T1566, T1059.001',
			description:
				'Tags of MITRE ATT&CK techniques, by their IDs: comma-separated, or an array from an expression',
		},
	},
] as const;
