import { openGrpc } from './grpc.ts';
import type { Grpc } from './grpc.ts';
import { messages, number, text } from './protobuf.ts';
import type { Message } from './protobuf.ts';

/** The calls of a kubelet (api.proto of k8s.io/cri-api, runtime.v1): the numbers are those of its fields. */
export interface Cri {
  /** What containerd makes of `features` for the handler. */
  handlerFeatures: (handler: string) => Promise<{ readOnlyMounts: boolean; userNamespaces: boolean }>;
  runPod: (handler: string, pod: Message) => Promise<string>;
  createContainer: (pod: string, config: Message, podConfig: Message) => Promise<string>;
  startContainer: (container: string) => Promise<void>;
  execSync: (container: string, command: readonly string[]) => Promise<Executed>;
  update: (container: string, resources: Message) => Promise<void>;
  exitCode: (container: string) => Promise<number>;
  stopContainer: (container: string) => Promise<void>;
  removeContainer: (container: string) => Promise<void>;
  stopPod: (pod: string) => Promise<void>;
  removePod: (pod: string) => Promise<void>;
}

export interface Executed {
  status: number;
  stdout: string;
  stderr: string;
}

/** NamespaceMode. */
export const OF_CONTAINER = 1;
export const OF_NODE = 2;

const TIMEOUT_SECONDS = 30;

/** PodSandboxConfig with a NamespaceOption. */
export const podConfig = (name: string, namespaces: Message): Message => ({
  1: { 1: name, 2: `${name}-uid`, 3: 'default' },
  8: { 2: { 1: namespaces } },
});

/** ContainerConfig with a LinuxContainerConfig and with Mounts. */
export const containerConfig = (
  name: string,
  image: string,
  command: readonly string[],
  { linux, mounts }: { linux: Message; mounts: readonly Message[] },
): Message => ({ 1: { 1: name }, 2: { 1: image }, 3: command, 7: mounts, 15: linux });

export function openCri(socket: string): Cri {
  const grpc = openGrpc(socket, 'runtime.v1.RuntimeService');
  return {
    ...podCalls(grpc),
    ...containerCalls(grpc),
    handlerFeatures: async (handler) => {
      const handlers = messages(await grpc.call('Status', {}), 3);
      const features = handlers
        .filter((each) => text(each, 1) === handler)
        .flatMap((each) => messages(each, 2))[0];
      if (features === undefined) throw new Error(`containerd has no handler ${handler}`);
      return { readOnlyMounts: number(features, 1) === 1, userNamespaces: number(features, 2) === 1 };
    },
  };
}

type PodCalls = Pick<Cri, 'runPod' | 'stopPod' | 'removePod'>;
type ContainerCalls = Omit<Cri, keyof PodCalls | 'handlerFeatures'>;

const podCalls = ({ call }: Grpc): PodCalls => ({
  runPod: async (handler, pod) => text(await call('RunPodSandbox', { 1: pod, 2: handler }), 1),
  stopPod: async (pod) => void (await call('StopPodSandbox', { 1: pod })),
  removePod: async (pod) => void (await call('RemovePodSandbox', { 1: pod })),
});

const containerCalls = ({ call }: Grpc): ContainerCalls => ({
  createContainer: async (pod, config, ofPod) =>
    text(await call('CreateContainer', { 1: pod, 2: config, 3: ofPod }), 1),
  startContainer: async (container) => void (await call('StartContainer', { 1: container })),
  execSync: async (container, command) => {
    const answer = await call('ExecSync', { 1: container, 2: command, 3: TIMEOUT_SECONDS });
    return { status: number(answer, 3), stdout: text(answer, 1), stderr: text(answer, 2) };
  },
  update: async (container, resources) =>
    void (await call('UpdateContainerResources', { 1: container, 2: resources })),
  exitCode: async (container) =>
    messages(await call('ContainerStatus', { 1: container }), 1).map((status) => number(status, 7))[0] ?? -1,
  stopContainer: async (container) => void (await call('StopContainer', { 1: container, 2: 0 })),
  removeContainer: async (container) => void (await call('RemoveContainer', { 1: container })),
});
