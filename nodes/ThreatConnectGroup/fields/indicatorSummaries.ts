/** The summaries of indicators as ThreatConnect stores them (documentation, Common Errors), made of texts as people write them. */

/** Endings of file names that are no top-level domain. `zip`, `sh`, `py`, `mov` and `com` are both, and are taken for hosts. */
const FILE_ENDINGS = new Set(
	[
		'ace,apk,appx,ashx,asmx,asp,aspx,bak,bash,bat,bin,bmp,cer,cfg,cfm,cgi,chm,class,cmd,conf,cpl,crt,crx,csv,dat,db',
		'deb,dll,dmg,dmp,doc,docb,docm,docx,dot,dotm,dotx,dylib,elf,eml,evtx,exe,gif,gz,hta,htm,html,ico,ics,img,inf,ini',
		'iqy,iso,jar,jks,jnlp,jpeg,jpg,js,jse,json,jsp,jspx,kdbx,ksh,lnk,log,lst,lua,lzh,mdb,mht,mhtml,mjs,msg,msi,msix',
		'msp,nupkg,ocx,odt,onepkg,ost,ova,pcap,pdf,pem,pfx,php,phtml,pif,pkg,plist,png,potx,ppam,pps,ppsx,ppt,pptm,pptx',
		'psd,pst,pyc,pyd,pyw,rar,rdp,reg,rpm,rtf,scr,sct,sfx,shtml,sql,svg,swf,sys,tar,tgz,tif,tiff,tmp,torrent,tsv,ttf',
		'txt,udf,url,vbe,vbs,vcf,vhd,vhdx,vmdk,vsdx,war,wav,webp,wim,wmf,wsc,wsf,wsh,xhtml,xlam,xll,xls,xlsb,xlsm,xlsx',
		'xltm,xltx,xml,xps,xsl,xz,yaml,yar,yara,yml',
	].flatMap((endings) => endings.split(',')),
);

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const HOST = /^(?=.{4,253}$)(?:(?!-)[\p{L}\p{N}_-]{1,63}(?<!-)\.)+(?:\p{L}{2,63}|xn--[a-z0-9-]{2,59})$/iu;
export const URL_WITH_SCHEME = /^(https?|ftps?|sftp):\/\/([^\s/?#]+)([^\s"<>]*)$/i;
const HASH_LENGTHS = [32, 40, 64];

/** A host in the letters that ThreatConnect takes. */
const inAscii = (host: string): string =>
	/^[\x21-\x7e]+$/.test(host) || !URL.canParse(`http://${host}`) ? host : new URL(`http://${host}`).hostname;

/** ThreatConnect writes each of the eight groups, without leading zeros (documentation, Common Errors). */
function wholeIpv6(text: string): string | undefined {
	if (!/^[\da-f:.]+$/i.test(text) || !URL.canParse(`http://[${text}]`)) return undefined;
	const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
	if (tail === undefined) return head;
	const [before, after] = [head, tail].map((part) => (part === '' ? [] : part.split(':')));
	const zeros = Array<string>(8 - (before?.length ?? 0) - (after?.length ?? 0)).fill('0');
	return [...(before ?? []), ...zeros, ...(after ?? [])].join(':');
}

const addressOf = (text: string): string | undefined => (IPV4.test(text) ? text : wholeIpv6(text));

export const isFileName = (text: string): boolean =>
	FILE_ENDINGS.has(/\.([a-z]+)$/i.exec(text)?.[1]?.toLowerCase() ?? '');

export const isHost = (text: string): boolean => HOST.test(text) && !isFileName(text);

function blockOf(text: string): string | undefined {
	const [, range = '', length = ''] = /^(.+)\/(\d{1,3})$/.exec(text) ?? [];
	const address = addressOf(range);
	const most = IPV4.test(range) ? 32 : 128;
	return address !== undefined && Number(length) <= most ? `${address}/${Number(length)}` : undefined;
}

function urlOf(text: string): string | undefined {
	const [, scheme = '', authority = '', rest = ''] = URL_WITH_SCHEME.exec(text) ?? [];
	if (authority === '' || !URL.canParse(text)) return undefined;
	// The host of a URL must be in lower case. What stands before an @ is no part of the host.
	const at = authority.lastIndexOf('@') + 1;
	const [, host = '', port = ''] = /^(.*?)(:\d*)?$/.exec(authority.slice(at)) ?? [];
	return `${scheme.toLowerCase()}://${authority.slice(0, at)}${inAscii(host).toLowerCase()}${port}${rest}`;
}

function fileOf(text: string): string | undefined {
	const hashes = text.split(':');
	const isEach = hashes.every((hash) => /^[0-9a-f]+$/i.test(hash) && HASH_LENGTHS.includes(hash.length));
	const isOnce = new Set(hashes.map(({ length }) => length)).size === hashes.length;
	return isEach && isOnce ? hashes.join(' : ') : undefined;
}

/** Each type with the summary of a text of that type; `undefined` for any other text. */
export const SUMMARIES: Readonly<Record<string, (text: string) => string | undefined>> = {
	Address: addressOf,
	// People write AS204288, and ThreatConnect ASN204288.
	ASN: (text) => (/^ASN?\d{1,10}$/i.test(text) ? `ASN${text.replace(/\D+/, '')}` : undefined),
	CIDR: blockOf,
	// A local part may hold a slash or a bar, but `t.me/@name.example` and `host|mail` are no addresses.
	EmailAddress: (text) => {
		const [, , host = ''] = /^((?!')[\p{L}\p{N}.!#$%&'*+?^_{}~-]+)@([^@]+)$/u.exec(text) ?? [];
		return isHost(host) ? text : undefined;
	},
	File: fileOf,
	Host: (text) => (isHost(text) ? inAscii(text) : undefined),
	URL: urlOf,
};

/** The summary of an indicator of a known type. Where it does not look like that type, ThreatConnect decides about it. */
export const storedSummary = (type: string, text: string): string =>
	(Object.hasOwn(SUMMARIES, type) ? SUMMARIES[type]?.(text.trim()) : undefined) ?? text;
