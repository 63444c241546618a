import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '../..');
const COPIED = ['package.json', 'index.js', 'tsconfig.json', 'nodes', 'credentials', 'test'];
const LEFT_OUT = ['node_modules', '.cache', 'report'];

/**
 * A built copy of the package, its tests and this benchmark. The measured process is plain Node without a compiler, and
 * the sources may change meanwhile.
 */
export class Snapshot {
	private constructor(readonly folder: string) {}

	static async make(): Promise<Snapshot> {
		const folder = await mkdtemp(join(tmpdir(), 'n8n-bench-'));
		const filter = (path: string) => !LEFT_OUT.includes(basename(path));
		for (const name of COPIED) await cp(join(ROOT, name), join(folder, name), { recursive: true, filter });
		await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
		// Other commands check the types.
		await compile(folder, '--noCheck');
		await compile(folder, '--noCheck', '-p', 'test', '--noEmit', 'false', '--outDir', '.');
		await cp(join(folder, 'nodes'), join(folder, 'dist/nodes'), {
			recursive: true,
			filter: (path) => !/\.[jt]s$/.test(path),
		});
		return new Snapshot(folder);
	}

	/** A file of the benchmark, compiled. */
	bench(name: string): string {
		return join(this.folder, 'test/bench', `${name}.js`);
	}

	async remove(): Promise<void> {
		await rm(this.folder, { recursive: true, force: true });
	}
}

async function compile(folder: string, ...parameters: string[]): Promise<void> {
	const compiler = require.resolve('typescript/bin/tsc');
	try {
		await promisify(execFile)(process.execPath, [compiler, ...parameters], { cwd: folder });
	} catch (error) {
		throw new Error(`The package does not compile:\n${String((error as { stdout?: unknown }).stdout)}`);
	}
}
