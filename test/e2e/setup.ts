import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { installN8n } from './install';
import { packPackage } from './tarball';

export const REPORT_FOLDER = resolve(__dirname, 'report');

/** Installs n8n and packs the package once for all files; they find the tarball in `E2E_TARBALL`. */
export default async function setup(): Promise<void> {
	await installN8n((line) => console.log(line));
	rmSync(REPORT_FOLDER, { recursive: true, force: true });
	mkdirSync(REPORT_FOLDER, { recursive: true });
	const folder = mkdtempSync(join(tmpdir(), 'n8n-e2e-package-'));
	process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
	process.env.E2E_TARBALL = await packPackage(folder);
}
