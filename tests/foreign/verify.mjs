// Verifies credentials with Digital Bazaar's libraries, which know nothing of Keur. Reads {now, documents, cases} from a
// file: every document that may be loaded, by its address; nothing is fetched. Writes {case: verified}.
import fs from 'node:fs';
const given = JSON.parse(fs.readFileSync(process.argv[2]));
const Real = Date;
const shift = Real.parse(given.now) - Real.now();
globalThis.Date = class extends Real {
  constructor(...parts) { parts.length ? super(...parts) : super(Real.now() + shift); }
  static now() { return Real.now() + shift; }
};
const vc = await import('@digitalbazaar/vc');
const {DataIntegrityProof} = await import('@digitalbazaar/data-integrity');
const {cryptosuite} = await import('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
const {checkStatus} = await import('@digitalbazaar/vc-bitstring-status-list');
const results = {};
for(const [name, one] of Object.entries(given.cases)) {
  const documents = {...given.documents, ...(one.documents ?? {})};
  const documentLoader = async url => {
    if(documents[url]) {
      return {contextUrl: null, documentUrl: url, document: documents[url]};
    }
    if(url in documents) {
      throw new Error('unreachable: ' + url);
    }
    return vc.defaultDocumentLoader(url);
  };
  const suite = new DataIntegrityProof({cryptosuite});
  const options = {documentLoader, suite, verifyBitstringStatusListCredential: true};
  const found = await vc.verifyCredential({
    credential: one.credential, suite, documentLoader, checkStatus: asked => checkStatus({...asked, ...options})
  });
  // The library says what the bit is and leaves it to whoever asked what that means: here, that it was revoked.
  const revoked = (found.statusResult?.results ?? []).some(result => result.status);
  results[name] = {verified: found.verified && !revoked, why: String(found.error?.errors?.[0]?.message ?? found.error?.message ?? '')};
}
fs.writeFileSync(process.argv[3], JSON.stringify(results));
