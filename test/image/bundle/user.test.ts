import { expect, it, test } from 'vitest';
import { userOf } from '../../../src/image/bundle/user.ts';
import type { User } from '../../../src/spec/types.ts';

const FILES: Readonly<Record<string, string>> = {
  '/etc/passwd': [
    '# users',
    'root:x:0:0:root:/root:/bin/sh',
    '1000:x:0:0:a name that is a number:/:/bin/sh',
    'app:x:1000:1001::/home/app:/bin/sh',
    'app:x:0:0:a second one:/:/bin/sh',
    'far:x:4294967294:7::/:/bin/sh',
    'over:x:4294967296:0::/:/bin/sh',
    'minus:x:-1:0::/:/bin/sh',
    'short:x',
    ':x:5:5::/:/bin/sh',
    '+::::::',
    'dos:x:12:13::/:/bin/sh\r',
  ].join('\n'),
  '/etc/group': [
    'root:x:0:',
    'staff:x:50:app,far',
    'app:x:1001:app',
    'wheel:x:10:other,app',
    'wheel2:x:10:app',
    'bad:x:99999999999:far',
    '50:x:0:',
  ].join('\n'),
};

const read = (path: string): Promise<string | undefined> => Promise.resolve(FILES[path]);
const resolved = (text: string): Promise<User> => userOf(text, read, 'image: config.User');

it.each<[string, User]>([
  ['', { uid: 0, gid: 0 }],
  ['root', { uid: 0, gid: 0 }],
  ['app', { uid: 1000, gid: 1001, additionalGids: [50, 10] }],
  ['app:staff', { uid: 1000, gid: 50 }],
  ['app:50', { uid: 1000, gid: 50 }],
  ['1000', { uid: 1000, gid: 1001 }],
  ['1000:0', { uid: 1000, gid: 0 }],
  ['1000:staff', { uid: 1000, gid: 50 }],
  ['77', { uid: 77, gid: 0 }],
  ['007', { uid: 7, gid: 0 }],
  ['0:0', { uid: 0, gid: 0 }],
  ['2147483648:0', { uid: 2_147_483_648, gid: 0 }],
  ['4294967294', { uid: 4_294_967_294, gid: 7 }],
  ['dos', { uid: 12, gid: 13 }],
])('%j is %j', async (text, user) => {
  expect(await resolved(text)).toEqual(user);
});

it.each([
  ['4294967295', '4294967295 is no user id'],
  ['4294967296', '4294967296 is no user id'],
  ['18446744073709551616', '18446744073709551616 is no user id'],
  ['0:4294967295', '4294967295 is no group id'],
  ['+1', '"+1" is neither a number nor a user\'s name'],
  ['-1', '"-1" is neither a number nor a user\'s name'],
  ['0x1', '"0x1" is neither a number nor a user\'s name'],
  ['1e1', '"1e1" is neither a number nor a user\'s name'],
  [' 1', '" 1" is neither a number nor a user\'s name'],
  ['١', '"١" is neither a number nor a user\'s name'],
  ['1:', '"" is neither a number nor a group\'s name'],
  [':2', '"" is neither a number nor a user\'s name'],
  [':', '"" is neither a number nor a user\'s name'],
  ['1:2:3', 'more than USER:GROUP'],
  ['nobody', '/etc/passwd of the image has no user nobody'],
  ['app:nobody', '/etc/group of the image has no group nobody'],
  ['nobody:0', '/etc/passwd of the image has no user nobody'],
])('%j is refused: %s', async (text, why) => {
  await expect(resolved(text)).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
    message: `image: config.User: ${JSON.stringify(text)}: ${why}`,
  });
});

it.each([
  ['over', 'image: /etc/passwd: over: "4294967296" is no id'],
  ['minus', 'image: /etc/passwd: minus: "-1" is no id'],
  ['short', 'image: /etc/passwd: short: "" is no id'],
  ['far', 'image: /etc/group: bad: "99999999999" is no id'],
  ['0:bad', 'image: /etc/group: bad: "99999999999" is no id'],
])('%j is refused where a file of the image has no id for it, and not taken for 0', async (text, message) => {
  await expect(resolved(text)).rejects.toMatchObject({ code: 'INVALID_CONFIG', message });
});

const nothing = (): Promise<undefined> => Promise.resolve(undefined);
const refused = (): Promise<never> => Promise.reject(new Error('was read'));

test('numbers need no file, names do', async () => {
  expect(await userOf('5', nothing, 'user')).toEqual({ uid: 5, gid: 0 });
  await expect(userOf('root', nothing, 'user')).rejects.toThrow('has no user root');
  expect(await userOf('5:6', refused, 'user')).toEqual({ uid: 5, gid: 6 });
});
