import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Tests, simulators and tooling never ship, so that n8n's rules for what runs inside n8n do not apply to them. */
export default tseslint.config(
	{ ignores: ['e2e/node_modules', 'e2e/.cache', 'e2e/report'] },
	{
		files: ['**/*.ts'],
		extends: [js.configs.recommended, tseslint.configs.recommended],
		rules: {
			'@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
		},
	},
);
