const nodesBase = require('eslint-plugin-n8n-nodes-base');
const { parser } = require('typescript-eslint');

/**
 * Every rule of eslint-plugin-n8n-nodes-base, also those that `n8n-node lint` leaves out; but for three, which demand
 * the opposite of its own rules.
 */
module.exports = [
	{
		files: ['credentials/**/*.ts'],
		languageOptions: { parser },
		plugins: { 'n8n-nodes-base': nodesBase },
		rules: {
			...nodesBase.configs.credentials.rules,
			// For n8n's own nodes, whose documentation is a name; a community node's is an address.
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
		},
	},
	{
		files: ['nodes/**/*.ts'],
		languageOptions: { parser },
		plugins: { 'n8n-nodes-base': nodesBase },
		rules: {
			...nodesBase.configs.nodes.rules,
			// @n8n/community-nodes/node-connection-type-literal demands NodeConnectionTypes.Main.
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
		},
	},
	{
		files: ['package.json'],
		languageOptions: { parser, parserOptions: { extraFileExtensions: ['.json'] } },
		plugins: { 'n8n-nodes-base': nodesBase },
		rules: nodesBase.configs.community.rules,
	},
];
