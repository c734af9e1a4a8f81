-- Before, the records were resources of types that no endpoint serves. Both databases read JSON by `->>`.

INSERT INTO host_secret (name, value)
SELECT document ->> 'name', document ->> 'value' FROM scim_resource WHERE resource_type = 'HostSecret';

INSERT INTO host_tenant
  (name, closing, version, enabled, with_groups, quota_gb, department_groups, orphans, access)
SELECT
  document ->> 'name',
  CASE WHEN CAST(document ->> 'closing' AS TEXT) IN ('true', '1') THEN 1 ELSE 0 END,
  CAST(document ->> 'version' AS BIGINT),
  CASE WHEN CAST(document ->> 'enabled' AS TEXT) IN ('true', '1') THEN 1 ELSE 0 END,
  CASE WHEN CAST(document ->> 'groups' AS TEXT) IN ('true', '1') THEN 1 ELSE 0 END,
  CAST(document ->> 'quotaGb' AS BIGINT),
  CASE WHEN CAST(document ->> 'departmentGroups' AS TEXT) IN ('true', '1') THEN 1 ELSE 0 END,
  document ->> 'orphans',
  document ->> 'access'
FROM scim_resource WHERE resource_type = 'HostTenant';

INSERT INTO host_token (hash, kind, id, tenant, can_read, can_write, created, expires, last_used)
SELECT
  document ->> 'hash',
  CASE resource_type WHEN 'HostToken' THEN 'bearer' ELSE 'access' END,
  document ->> 'token',
  document ->> 'tenant',
  CASE WHEN CAST(document ->> 'read' AS TEXT) IN ('true', '1') THEN 1 ELSE 0 END,
  CASE WHEN CAST(document ->> 'write' AS TEXT) IN ('true', '1') THEN 1 ELSE 0 END,
  document ->> 'created',
  document ->> 'expires',
  document ->> 'lastUsed'
FROM scim_resource WHERE resource_type IN ('HostToken', 'HostAccessToken');

-- A token that a client got for itself was looked up by the client, any other by its grant.
UPDATE host_token
SET client = access.document ->> 'client', grant_id = NULLIF(access.document ->> 'externalId', access.document ->> 'client')
FROM scim_resource access
WHERE access.resource_type = 'OAuthAccess' AND host_token.kind = 'access'
  AND host_token.tenant = access.tenant AND host_token.id = access.document ->> 'token';

INSERT INTO host_account (tenant, subject, origin, quota_gb)
SELECT tenant, document ->> 'subject', COALESCE(document ->> 'origin', 'IDP'), CAST(document ->> 'quotaGb' AS BIGINT)
FROM scim_resource WHERE resource_type = 'HostAccount';

INSERT INTO host_membership (tenant, group_id, member_id, origin)
SELECT tenant, document ->> 'group', document ->> 'member', document ->> 'origin'
FROM scim_resource WHERE resource_type = 'HostMembership'
ON CONFLICT DO NOTHING;

INSERT INTO oauth_client (id, tenant, secret, redirects, created, last_used)
SELECT document ->> 'clientId', tenant, document ->> 'secret', COALESCE(document ->> 'redirects', '[]'),
  document ->> 'created', document ->> 'lastUsed'
FROM scim_resource WHERE resource_type = 'OAuthClient';

INSERT INTO oauth_grant (id, tenant, client, secret, expires, redeemed, redirect, names_redirect, challenge)
SELECT
  document ->> 'key',
  tenant,
  document ->> 'externalId',
  document ->> 'current',
  document ->> 'expires',
  CASE WHEN CAST(document ->> 'redeemed' AS TEXT) IN ('true', '1') THEN 1 ELSE 0 END,
  document ->> 'redirect',
  CASE WHEN CAST(document ->> 'namesRedirect' AS TEXT) IN ('true', '1') THEN 1 ELSE 0 END,
  document ->> 'challenge'
FROM scim_resource WHERE resource_type = 'OAuthGrant';

DELETE FROM scim_key WHERE resource_type IN
  ('HostSecret', 'HostTenant', 'HostToken', 'HostAccessToken', 'HostAccount', 'HostMembership', 'OAuthClient', 'OAuthGrant', 'OAuthAccess');
DELETE FROM scim_resource WHERE resource_type IN
  ('HostSecret', 'HostTenant', 'HostToken', 'HostAccessToken', 'HostAccount', 'HostMembership', 'OAuthClient', 'OAuthGrant', 'OAuthAccess');
DELETE FROM scim_count WHERE resource_type IN
  ('HostSecret', 'HostTenant', 'HostToken', 'HostAccessToken', 'HostAccount', 'HostMembership', 'OAuthClient', 'OAuthGrant', 'OAuthAccess');
DELETE FROM scim_type WHERE resource_type IN
  ('HostSecret', 'HostTenant', 'HostToken', 'HostAccessToken', 'HostAccount', 'HostMembership', 'OAuthClient', 'OAuthGrant', 'OAuthAccess');
