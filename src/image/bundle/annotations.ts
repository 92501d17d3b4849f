import type { ImageConfig } from '../types.ts';

/**
 * Names that some runtime, or a tool around one, acts on: what an image says under them is not said by who runs it
 * (CVE-2026-53488). A name ends here where the list has a whole one, and goes on where the entry ends in `.` or `/`.
 */
const ACTIVE: readonly string[] = [
  'bundle',
  'cdi.k8s.io/',
  'com.nvidia.',
  'com.github.containers.',
  'dev.gvisor.',
  'dev.runts.',
  'io.container.',
  'io.containerd.',
  'io.containers.',
  'io.cri-o.',
  'io.crun.',
  'io.katacontainers.',
  'io.kubernetes.',
  'io.podman.',
  'module.wasm.image/',
  'org.criu.',
  'org.opencontainers.runc.',
  'org.systemd.',
  'run.oci.',
];

export interface Annotated {
  readonly annotations: Readonly<Record<string, string>>;
  /** Names of labels that were left out. */
  readonly refused: readonly string[];
}

/** Labels and what else conversion.md makes annotations of; a label has the last word. */
export function annotationsOf(image: ImageConfig): Annotated {
  const labels = Object.entries(image.config?.Labels ?? {});
  const harmless = labels.filter(([name]) => !isActive(name));
  const implicit = Object.entries(implicitOf(image)).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  return {
    annotations: Object.fromEntries([...implicit, ...harmless]) as Record<string, string>,
    refused: labels.filter(([name]) => isActive(name)).map(([name]) => name),
  };
}

/** An annotation without a name is no annotation. */
function isActive(label: string): boolean {
  const name = label.trim().toLowerCase();
  return (
    name === '' || ACTIVE.some((active) => (/[./]$/.test(active) ? name.startsWith(active) : name === active))
  );
}

/** conversion.md, "Annotation Fields" and "Optional Fields". */
function implicitOf(image: ImageConfig): Readonly<Record<string, string | undefined>> {
  const { StopSignal, ExposedPorts = {} } = image.config ?? {};
  return {
    'org.opencontainers.image.os': image.os,
    'org.opencontainers.image.architecture': image.architecture,
    'org.opencontainers.image.variant': image.variant,
    'org.opencontainers.image.os.version': image['os.version'],
    'org.opencontainers.image.os.features': image['os.features']?.join(),
    'org.opencontainers.image.author': image.author,
    'org.opencontainers.image.created': image.created,
    'org.opencontainers.image.stopSignal': StopSignal,
    'org.opencontainers.image.exposedPorts': Object.keys(ExposedPorts).join(),
  };
}
