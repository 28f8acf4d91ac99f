insert into uaa_users (id, username, email, password_hash) values ('u1', 'ann', 'ann@example.org', 'hash');
insert into uaa_login_failures values ('eve', 3, now());
insert into uaa_groups values ('u1', 'openid');
insert into uaa_clients (id, grant_types, scopes) values ('cf', '{password}', '{openid}');
insert into uaa_keys (kid, private_key_secret, public_key) values ('key-1', '\x01', 'pem');
insert into uaa_refresh_tokens (token_hash, jti, client_id, user_id, scopes, expires_at)
  values ('hash', 'jti', 'cf', 'u1', '{openid}', now());
insert into uaa_revoked_tokens values ('jti', now());

insert into organization_quotas (guid, name) values ('q1', 'default');
insert into organizations (guid, name, quota_guid) values ('o1', 'Org', 'q1');
insert into spaces (guid, name, organization_guid) values ('s1', 'dev', 'o1');
insert into users (guid, username, origin) values ('u1', 'ann', 'uaa');
insert into roles (guid, type, user_guid, space_guid) values ('r1', 'space_developer', 'u1', 's1');
insert into domains (guid, name) values ('d1', 'example.org');
insert into domain_shares values ('d1', 'o1');
insert into routes (guid, space_guid, domain_guid, host) values ('rt1', 's1', 'd1', 'shop');

insert into buildpacks (guid, name, position) values ('b1', 'node', 1);
insert into stacks (guid, name) values ('st1', 'debian');
insert into apps (guid, name, space_guid, stack, environment_secret) values ('a1', 'shop', 's1', 'debian', '\x01');
insert into processes (guid, app_guid, type, version, instances, memory_mb, disk_mb, log_rate_bytes_per_second)
  values ('p1', 'a1', 'web', 'v1', 1, 64, 512, -1);
insert into route_destinations (guid, route_guid, app_guid) values ('rd1', 'rt1', 'a1');
insert into packages (guid, app_guid) values ('pk1', 'a1');
insert into droplets (guid, app_guid, package_guid, state) values ('dr1', 'a1', 'pk1', 'STAGED');
update apps set droplet_guid = 'dr1';
insert into builds (guid, app_guid, package_guid, droplet_guid, stack, memory_mb, disk_mb,
    created_by_guid, created_by_name, created_by_email)
  values ('bd1', 'a1', 'pk1', 'dr1', 'debian', 1024, 4096, 'u1', 'ann', 'ann@example.org');
insert into staging_tasks (build_guid, task_id, app_guid, request_secret) values ('bd1', 't1', 'a1', '\x01');
insert into deployments (guid, app_guid, state, status_value, status_reason)
  values ('dp1', 'a1', 'DEPLOYING', 'ACTIVE', 'DEPLOYING');
insert into tasks (guid, app_guid, sequence_id, name, command_secret, memory_mb, disk_mb,
    log_rate_bytes_per_second, droplet_guid)
  values ('tk1', 'a1', 1, 'migrate', '\x01', 64, 512, -1, 'dr1');
insert into placements (id, process_guid, instance_index, host, address, port, version, droplet_guid, memory_mb, disk_mb)
  values ('pl1', 'p1', 0, 'host-1', '10.254.0.1', 61001, 'v1', 'dr1', 64, 512);

insert into jobs (guid, operation, user_guid, work_secret) values ('j1', 'app.delete', 'u1', '\x01');
insert into audit_events (guid, type, actor_guid, actor_type, actor_name, target_guid, target_type, target_name)
  values ('e1', 'audit.app.create', 'u1', 'user', 'ann', 'a1', 'app', 'shop');
insert into feature_flags (name, enabled) values ('diego_docker', false);
insert into resources (organization_guid, sha1, size_bytes) values ('o1', 'sha', 1);
insert into leader_terms values ('health-manager', 1, 'host-1', now());
