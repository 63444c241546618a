/** The input that names security labels. */
export const labelInputs = [
	{
		key: 'name',
		control: {
			displayName: 'Security Labels',
			name: 'securityLabels',
			required: true,
			placeholder: 'e.g. TLP:AMBER',
			description: 'Names of labels of the instance: comma-separated, or an array from an expression',
		},
	},
] as const;
