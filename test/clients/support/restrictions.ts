/** Options that docker and podman share; a tmpfs on /data, which they write differently, belongs to them. */
export const RESTRICTIONS = [
  ...['--read-only', '--cap-drop', 'all', '--cap-add', 'chown', '--security-opt', 'no-new-privileges'],
  ...[
    '--ulimit',
    'nofile=100:200',
    '--sysctl',
    'net.ipv4.ip_default_ttl=99',
    '--device',
    '/dev/null:/dev/nil',
  ],
  ...['--volume', '/etc:/host:ro', '--shm-size', '1m'],
] as const;

/** A script that tells what became of them. */
export const LOOK = [
  'touch /x 2>/dev/null || echo readonly',
  'touch /data/x /dev/shm/x && echo writable',
  'touch /host/x 2>/dev/null || echo bound',
  'grep -E "CapEff|NoNewPrivs|^Seccomp:" /proc/self/status',
  'ulimit -Sn; ulimit -Hn; cat /proc/sys/net/ipv4/ip_default_ttl; stat -c %t:%T /dev/nil',
].join(';');

/** Its lines, with spaces for tabulators. */
export const SEEN = [
  ...['readonly', 'writable', 'bound'],
  ...['CapEff: 0000000000000001', 'NoNewPrivs: 1', 'Seccomp: 2'],
  ...['100', '200', '99', '1:3', ''],
] as const;
