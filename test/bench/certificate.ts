import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** The certificate of the benchmark's server. The processes that are measured trust it as an authority. */

const KEY = 'server.key';
const CERTIFICATE = 'server.crt';

/** @returns the path of the certificate, for NODE_EXTRA_CA_CERTS */
export async function writeCertificate(folder: string): Promise<string> {
	const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
		keySize: 2048,
		extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
	});
	writeFileSync(join(folder, KEY), key);
	writeFileSync(join(folder, CERTIFICATE), cert);
	return join(folder, CERTIFICATE);
}

/** @returns what `writeCertificate` has written in the current folder */
export const readCertificate = (): { key: Buffer; cert: Buffer } => ({
	key: readFileSync(KEY),
	cert: readFileSync(CERTIFICATE),
});
