import { expect, test } from 'vitest';
import { OVERLAY } from '../../src/plan/overlay.ts';
import { planOf, refusalOf, specOf, stepOf, stepsOf, usualSpec } from '../support/plan.ts';

const LAYERS = {
  [OVERLAY.lower]: 'layers/2:layers/1',
  [OVERLAY.upper]: 'upper',
  [OVERLAY.work]: '/scratch/work',
};

test('annotations put a root of layers together, on the host and never mounted there', () => {
  const plan = planOf(usualSpec({ annotations: { ...LAYERS, [OVERLAY.init]: 'init' } }));
  const overlay = stepOf(plan, 'overlay');
  expect(overlay).toMatchObject({
    on: 'host',
    lower: ['/bundle/init', '/bundle/layers/2', '/bundle/layers/1'],
    upper: '/bundle/upper',
    work: '/scratch/work',
    because: '/annotations/dev.runts.overlay.lower',
  });
  expect(stepOf(plan, 'root')).toMatchObject({ slot: overlay.slot, path: '/bundle/rootfs' });
  expect(stepsOf(plan, 'root-readonly')).toEqual([]);
});

test('without an upper layer the root is read-only; a single layer is no overlay', () => {
  const two = planOf(usualSpec({ annotations: { [OVERLAY.lower]: 'a:b' } }));
  expect(stepOf(two, 'overlay')).toMatchObject({ upper: '', work: '' });
  expect(stepOf(two, 'root-readonly').because).toBe('/annotations/dev.runts.overlay.lower');
  const one = planOf(usualSpec({ annotations: { [OVERLAY.lower]: 'a\\:b' } }));
  expect(stepsOf(one, 'overlay')).toEqual([]);
  expect(stepOf(one, 'open-tree').source).toBe('/bundle/a:b');
  expect(stepOf(one, 'root').slot).toBe(stepOf(one, 'open-tree').slot);
});

test('what layers say of other layers is not believed, whatever the kernel would do by default', () => {
  const { options } = stepOf(planOf(usualSpec({ annotations: LAYERS })), 'overlay');
  expect(options).toEqual(['redirect_dir=nofollow', 'metacopy=off', 'index=off']);
});

const layersOf = (count: number): string => Array.from({ length: count }, (_, i) => `l${i}`).join(':');

test('500 read-only layers are taken, the one for the runtime among them; one more is refused in words', () => {
  const lower = layersOf(499);
  const plan = planOf(usualSpec({ annotations: { [OVERLAY.lower]: lower, [OVERLAY.init]: 'init' } }));
  expect(stepOf(plan, 'overlay').lower).toHaveLength(500);
  const many = usualSpec({ annotations: { [OVERLAY.lower]: `${lower}:more`, [OVERLAY.init]: 'init' } });
  expect(refusalOf(() => planOf(many))).toMatchObject({
    code: 'UNSUPPORTED',
    message: 'annotations["dev.runts.overlay.lower"]: 501 read-only layers, and overlayfs takes 500 at most',
  });
});

test('layers are idmapped for a user namespace', () => {
  const plan = planOf(specOf(['user', 'mount'], { annotations: LAYERS }));
  expect(stepOf(plan, 'overlay').uidMappings).toEqual([{ inside: 0, outside: 100_000, size: 65_536 }]);
  expect(stepOf(planOf(usualSpec({ annotations: LAYERS })), 'overlay').uidMappings).toEqual([]);
});

const half = (annotations: Record<string, string>): string =>
  refusalOf(() => planOf(usualSpec({ annotations }))).message;

test("the root that a container manager has made is not replaced by layers: its annotations may be a pod's", () => {
  const spec = usualSpec({ annotations: { [OVERLAY.lower]: '/' }, root: { path: '/storage/merged' } });
  expect(refusalOf(() => planOf(spec))).toMatchObject({ code: 'UNSUPPORTED' });
});

test('halves of an overlay are refused, other annotations do nothing', () => {
  expect(half({ [OVERLAY.upper]: 'u', [OVERLAY.work]: 'w' })).toContain('there is nothing to lie over');
  expect(half({ [OVERLAY.lower]: 'a', [OVERLAY.upper]: 'u' })).toContain('go together');
  const plain = planOf(
    usualSpec({ annotations: { 'run.oci.handler': 'krun', 'org.systemd.property.X': 'y' } }),
  );
  expect(plain).toEqual(planOf(usualSpec()));
});
