import { RuntsError } from '../../errors.ts';
import { shortDigest } from '../digest.ts';
import type { ReportProgress } from '../progress.ts';
import type { Digest } from '../types.ts';
import { hasBlob } from './blobs.ts';
import { dropBlob, faultOfBlob } from './check-blob.ts';
import { faultOfLayer } from './check-layer.ts';
import type { LayerFault } from './check-layer.ts';
import type { StoreContext } from './context.ts';
import { findImage, readNames } from './images.ts';
import { contentsOf } from './in-use.ts';
import { withStage } from './ingest.ts';
import type { Stage } from './ingest.ts';
import { condemnLayer, findLayer } from './layers.ts';
import { withLock } from './lock.ts';
import { announce } from './needs.ts';
import { diffOf, layerDirectory } from './paths.ts';
import { readStored } from './stored.ts';
import type { StoredDocuments } from './stored.ts';
import { readUses } from './uses.ts';

export interface Verified {
  /** How many were looked at. */
  readonly images: number;
  readonly layers: number;
  readonly blobs: number;
  readonly faults: readonly Fault[];
}

export interface Fault {
  /** `blob sha256:...`, `layer sha256:...` (its chain id) or `image sha256:...`. */
  readonly thing: string;
  readonly problem: string;
  /** What has it, by name, or digest without one. Loading one of these again puts it right. */
  readonly images: readonly string[];
}

/** What is known so far of each thing: what is wrong with it, or undefined. */
interface Findings {
  readonly images: Map<Digest, Found>;
  readonly layers: Map<Digest, Found>;
  readonly blobs: Map<Digest, Found>;
}

interface Found {
  readonly problem: string | undefined;
  readonly images: Set<string>;
}

interface Verification {
  readonly context: StoreContext;
  readonly stage: Stage;
  readonly findings: Findings;
  readonly progress: ReportProgress | undefined;
}

/**
 * Holds images, all or those that are wanted, against their digests: each document and blob, and each unpacked layer against
 * what its blob unpacks to once more. What is damaged counts as missing from then on, so that loading an image again puts it
 * right; containers that run keep what they have.
 * @throws {RuntsError} NOT_FOUND, INVALID_ARGUMENT for the beginning of several digests.
 */
export async function verifyImages(
  context: StoreContext,
  wanted: readonly string[],
  progress?: ReportProgress,
): Promise<Verified> {
  const digests = wanted.length === 0 ? allImages(context) : wanted.map((name) => findImage(context, name));
  const findings: Findings = { images: new Map(), layers: new Map(), blobs: new Map() };
  await withStage(context, async (stage) => {
    const verification = { context, stage, findings, progress };
    for (const digest of new Set(digests)) await verifyImage(verification, digest);
  });
  const { images, layers, blobs } = findings;
  const faults = [...faultsOf('image', images), ...faultsOf('layer', layers), ...faultsOf('blob', blobs)];
  return { images: images.size, layers: layers.size, blobs: blobs.size, faults };
}

/** Those that bundles use may have lost their names. */
function allImages(context: StoreContext): Digest[] {
  return [...readNames(context).map(({ digest }) => digest), ...readUses(context).map(({ image }) => image)];
}

function faultsOf(kind: string, found: ReadonlyMap<Digest, Found>): Fault[] {
  return [...found].flatMap(([digest, { problem, images }]) =>
    problem === undefined ? [] : [{ thing: `${kind} ${digest}`, problem, images: [...images] }],
  );
}

async function verifyImage(verification: Verification, digest: Digest): Promise<void> {
  const { context, stage, findings } = verification;
  const names = namesOf(context, digest);
  const { blobs, layers } = contentsOf({ ...context, warn: () => {} }, digest);
  await announce(context, stage, { blobs: [...blobs], layers: [...layers] });
  const stored = documentsOf(context, digest);
  note(findings.images, digest, typeof stored === 'string' ? stored : undefined, names);
  if (typeof stored === 'string') return;
  await verifyLayers(verification, stored, names);
  for (const blob of blobs) await verifyBlob(verification, blob, names);
}

function namesOf(context: StoreContext, digest: Digest): readonly string[] {
  const names = readNames(context).filter((image) => image.digest === digest);
  return names.length === 0 ? [digest] : names.map(({ name }) => name);
}

/** Or what is wrong with them. */
function documentsOf(context: StoreContext, digest: Digest): StoredDocuments | string {
  try {
    return readStored(context, digest);
  } catch (error) {
    if (error instanceof RuntsError && error.code !== 'HOST_FAILED') return error.message;
    throw error;
  }
}

function note(
  found: Map<Digest, Found>,
  digest: Digest,
  problem: string | undefined,
  names: readonly string[],
): void {
  const known = found.get(digest) ?? { problem, images: new Set<string>() };
  for (const name of names) known.images.add(name);
  found.set(digest, known);
}

/** Up to the first that is damaged: those above take from it what their archives do not name, and would seem so too. */
async function verifyLayers(
  verification: Verification,
  stored: StoredDocuments,
  names: readonly string[],
): Promise<void> {
  for (const [at, chainId] of stored.chainIds.entries()) {
    await verifyLayer(verification, stored, at, names);
    if (verification.findings.layers.get(chainId)?.problem !== undefined) return;
  }
}

async function verifyLayer(
  verification: Verification,
  { chainIds }: StoredDocuments,
  at: number,
  names: readonly string[],
): Promise<void> {
  const { layers, blobs } = verification.findings;
  const chainId = chainIds[at]!;
  if (layers.has(chainId)) return note(layers, chainId, undefined, names);
  const fault = await checkLayer(verification, chainId, chainIds.slice(0, at));
  note(layers, chainId, fault?.of === 'layer' ? fault.problem : undefined, names);
  const blob = findLayer(verification.context, chainId)?.digest;
  if (fault?.of === 'blob') note(blobs, fault.digest, fault.problem, names);
  else if (blob !== undefined) note(blobs, blob, undefined, names);
}

/** What is damaged is put aside at once. */
async function checkLayer(
  { context, stage, progress }: Verification,
  chainId: Digest,
  below: readonly Digest[],
): Promise<LayerFault | undefined> {
  const record = findLayer(context, chainId);
  if (record === undefined) return { of: 'layer', problem: 'is not in the store' };
  const part = { part: `layer ${shortDigest(chainId)}`, size: record.size };
  const fault = await faultOfLayer(context, stage, {
    record,
    lower: below.map((lower) => diffOf(layerDirectory(context.paths, lower))).reverse(),
    progress: (done) => progress?.({ ...part, done }),
  });
  progress?.({ ...part, done: part.size, outcome: fault === undefined ? 'whole' : 'damaged' });
  if (fault?.of === 'layer') await withLock(context, () => condemnLayer(context, chainId));
  if (fault?.of === 'blob') await dropBlob(context, fault.digest);
  return fault;
}

async function verifyBlob(
  { context, findings: { blobs } }: Verification,
  digest: Digest,
  names: readonly string[],
): Promise<void> {
  if (blobs.has(digest)) return note(blobs, digest, undefined, names);
  const isThere = hasBlob(context, digest);
  const problem = isThere ? await faultOfBlob(context, digest) : 'is not in the store';
  if (isThere && problem !== undefined) await dropBlob(context, digest);
  note(blobs, digest, problem, names);
}
