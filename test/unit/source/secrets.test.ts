import { describe, expect, test } from '@jest/globals';
import { findSecret } from '../../../src/source/secrets.js';

describe('literal secrets are found', () => {
  test.each([
    'rest:https://user:hunter2@host:8000/x',
    'curl -f http://admin:admin@127.0.0.1/',
    'mysqladmin ping --password=hunter2',
    'mysqladmin ping --password hunter2 -h db',
    'PGPASSWORD=hunter2 psql',
    'redis-cli --api-key="abc"',
    'http://127.0.0.1/health?token=abc',
    'host=db password=hunter2',
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----',
    'AKIAIOSFODNN7EXAMPLE',
    `ghp_${'a1'.repeat(18)}`,
    `glpat-${'x'.repeat(20)}`,
  ])('%s', (text) => {
    expect(findSecret(text)).not.toBeNull();
  });
});

describe('what only names a secret, or looks like one, is not', () => {
  test.each([
    'rest:http://backup-gateway:8000/infra',
    'sftp:user@host:/srv/restic',
    's3:https://s3.example.org/bucket',
    'postgres://app:${PASSWORD}@db/app',
    'mysqladmin ping --password=$MYSQL_ROOT_PASSWORD',
    'mysqladmin ping --password="${MYSQL_ROOT_PASSWORD}"',
    'mysqladmin ping --password=\\"$MYSQL_ROOT_PASSWORD\\"',
    'PGPASSWORD=$(cat /run/secrets/db) psql',
    'RESTIC_PASSWORD_FILE=/etc/restic/password',
    'app --password-file=/run/secrets/x --token-file x',
    'PASSWORD=/run/secrets/db',
    'app --password --verbose',
    'https://example.org:8443/a@b',
    '/srv/password/data',
    '**/*.token',
    '/srv/secrets/token cache',
    '',
  ])('%s', (text) => {
    expect(findSecret(text)).toBeNull();
  });
});
