-- What is desired, and where it is placed. Times are timestamptz; guids are text, as the API takes any
-- string of 1 to 200 characters. Columns named *_secret hold values sealed by SecretBox.

-- UAA -----------------------------------------------------------------------------------------------
create table uaa_users (
  id text primary key,
  username text not null,
  origin text not null default 'uaa',
  email text not null,
  given_name text not null default '',
  family_name text not null default '',
  password_hash text,
  active boolean not null default true,
  version int not null default 0,
  -- Grows when the password changes; tokens of an earlier generation are revoked.
  token_generation int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index uaa_users_name on uaa_users (lower(username), origin);

-- Counted by name whether or not there is such a user, so that a lock tells nobody who exists.
create table uaa_login_failures (
  username text primary key,
  failures int not null,
  last_failure timestamptz not null
);
create index uaa_login_failures_age on uaa_login_failures (last_failure);

create table uaa_groups (
  user_id text not null references uaa_users on delete cascade,
  scope text not null,
  primary key (user_id, scope)
);

create table uaa_clients (
  id text primary key,
  secret_hash text,
  grant_types text[] not null,
  scopes text[] not null,
  authorities text[] not null default '{}',
  access_token_seconds int not null default 1200,
  refresh_token_seconds int not null default 2592000,
  created_at timestamptz not null default now()
);

create table uaa_keys (
  kid text primary key,
  private_key_secret bytea not null,
  public_key text not null,
  active boolean not null default true,
  created_at timestamptz not null default now()
);

-- Refresh tokens by hash; an access token is only looked up when it is revoked before its time.
create table uaa_refresh_tokens (
  token_hash text primary key,
  jti text not null,
  client_id text not null references uaa_clients on delete cascade,
  user_id text references uaa_users on delete cascade,
  scopes text[] not null,
  -- When the password was given, however often the token was used since.
  authenticated_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index uaa_refresh_tokens_expiry on uaa_refresh_tokens (expires_at);
create index uaa_refresh_tokens_of_user on uaa_refresh_tokens (user_id);
create index uaa_refresh_tokens_jti on uaa_refresh_tokens (jti);

create table uaa_revoked_tokens (
  jti text primary key,
  expires_at timestamptz not null
);
create index uaa_revoked_tokens_expiry on uaa_revoked_tokens (expires_at);

-- Orgs, spaces, people ------------------------------------------------------------------------------
create table organization_quotas (
  guid text primary key,
  name text not null unique,
  total_memory_mb int,
  per_process_memory_mb int,
  total_instances int,
  per_app_tasks int,
  log_rate_bytes_per_second bigint,
  paid_services_allowed boolean not null default true,
  total_service_instances int,
  total_service_keys int,
  total_routes int,
  total_reserved_ports int,
  total_domains int,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table organizations (
  guid text primary key,
  name text not null,
  suspended boolean not null default false,
  quota_guid text not null references organization_quotas,
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index organizations_name on organizations (lower(name));
create index organizations_of_quota on organizations (quota_guid);

create table spaces (
  guid text primary key,
  name text not null,
  organization_guid text not null references organizations on delete cascade,
  ssh_allowed boolean not null default true,
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index spaces_name on spaces (organization_guid, lower(name));

-- The controller's view of a user or client; guid is UAA's id. UAA's tables are never read for it.
create table users (
  guid text primary key,
  username text,
  origin text,
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table roles (
  guid text primary key,
  type text not null,
  user_guid text not null references users on delete cascade,
  organization_guid text references organizations on delete cascade,
  space_guid text references spaces on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((organization_guid is null) <> (space_guid is null))
);
create unique index roles_once on roles (type, user_guid, coalesce(organization_guid, space_guid));
create index roles_of_user on roles (user_guid);
create index roles_of_organization on roles (organization_guid);
create index roles_of_space on roles (space_guid);

-- Domains and routes --------------------------------------------------------------------------------
create table domains (
  guid text primary key,
  name text not null unique,
  internal boolean not null default false,
  organization_guid text references organizations on delete cascade,
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index domains_of_organization on domains (organization_guid);

create table domain_shares (
  domain_guid text not null references domains on delete cascade,
  organization_guid text not null references organizations on delete cascade,
  primary key (domain_guid, organization_guid)
);
create index domain_shares_of_organization on domain_shares (organization_guid);

create table routes (
  guid text primary key,
  space_guid text not null references spaces on delete cascade,
  domain_guid text not null references domains,
  host text not null,
  path text not null default '',
  options jsonb,
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index routes_once on routes (domain_guid, lower(host), lower(path));
create index routes_of_space on routes (space_guid);

-- Apps ----------------------------------------------------------------------------------------------
create table buildpacks (
  guid text primary key,
  name text not null,
  stack text,
  lifecycle text not null default 'buildpack',
  position int not null,
  enabled boolean not null default true,
  locked boolean not null default false,
  filename text,
  sha256 text,
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index buildpacks_once on buildpacks (name, coalesce(stack, ''), lifecycle);

create table stacks (
  guid text primary key,
  name text not null unique,
  description text,
  is_default boolean not null default false,
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table apps (
  guid text primary key,
  name text not null,
  space_guid text not null references spaces on delete cascade,
  desired_state text not null default 'STOPPED' check (desired_state in ('STARTED', 'STOPPED')),
  buildpacks text[] not null default '{}',
  stack text not null,
  droplet_guid text,
  environment_secret bytea,
  ssh_enabled boolean not null default true,
  revisions_enabled boolean not null default true,
  deleting boolean not null default false,
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index apps_name on apps (space_guid, lower(name));

create table processes (
  guid text primary key,
  app_guid text not null references apps on delete cascade,
  type text not null,
  -- Changes whenever what runs must be replaced; 'version' on the bus.
  version text not null,
  droplet_guid text,
  -- A rolling deployment gives the new web process its own row; the old one is gone when it ends.
  deployment_guid text,
  command text,
  detected_command text,
  username text,
  instances int not null,
  memory_mb int not null,
  disk_mb int not null,
  log_rate_bytes_per_second bigint not null,
  health_check_type text not null default 'port',
  health_check_endpoint text,
  health_check_timeout int,
  health_check_invocation_timeout int,
  health_check_interval int,
  readiness_type text not null default 'process',
  readiness_endpoint text,
  readiness_invocation_timeout int,
  readiness_interval int,
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index processes_once on processes (app_guid, type, coalesce(deployment_guid, ''));

create table route_destinations (
  guid text primary key,
  route_guid text not null references routes on delete cascade,
  app_guid text not null references apps on delete cascade,
  process_type text not null default 'web',
  port int,
  protocol text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index route_destinations_once
  on route_destinations (route_guid, app_guid, process_type, coalesce(port, 0));
create index route_destinations_of_app on route_destinations (app_guid);

create table packages (
  guid text primary key,
  app_guid text not null references apps on delete cascade,
  type text not null default 'bits',
  state text not null default 'AWAITING_UPLOAD',
  error text,
  sha256 text,
  size_bytes bigint,
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index packages_of_app on packages (app_guid, created_at);

create table droplets (
  guid text primary key,
  app_guid text not null references apps on delete cascade,
  -- A droplet outlives the package it was made from.
  package_guid text references packages on delete set null deferrable initially deferred,
  state text not null,
  error text,
  sha1 text,
  sha256 text,
  size_bytes bigint,
  stack text,
  buildpacks jsonb not null default '[]',
  process_types jsonb not null default '{}',
  execution_metadata text not null default '',
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index droplets_of_app on droplets (app_guid, created_at);
create index droplets_of_package on droplets (package_guid);

-- The two tables refer to each other, so the app's side comes last.
alter table apps add constraint apps_current_droplet
  foreign key (droplet_guid) references droplets on delete set null deferrable initially deferred;
create index apps_of_droplet on apps (droplet_guid);

create table builds (
  guid text primary key,
  app_guid text not null references apps on delete cascade,
  package_guid text not null,
  droplet_guid text references droplets on delete set null deferrable initially deferred,
  state text not null default 'STAGING',
  error text,
  buildpacks text[] not null default '{}',
  stack text not null,
  memory_mb int not null,
  disk_mb int not null,
  log_rate_bytes_per_second bigint not null default -1,
  created_by_guid text not null,
  created_by_name text not null,
  created_by_email text not null,
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index builds_of_app on builds (app_guid, created_at);
create index builds_of_package on builds (package_guid);
create index builds_of_droplet on builds (droplet_guid);
create index builds_open on builds (created_at) where state = 'STAGING';

-- The stager's queue: written by the controller together with the build, worked on by a stager,
-- harvested by the controller. A claim that is not renewed is free again, so a dead stager loses none.
create table staging_tasks (
  build_guid text primary key references builds on delete cascade,
  task_id text not null,
  app_guid text not null,
  -- What the droplet will be called: there is no row of it before it is staged.
  droplet_guid text,
  state text not null default 'QUEUED' check (state in ('QUEUED', 'CLAIMED', 'DONE')),
  attempts int not null default 0,
  claimed_by text,
  claimed_until timestamptz,
  -- StagingStart as JSON without addresses (they are signed when the task is sent), sealed: it holds
  -- the app's environment.
  request_secret bytea not null,
  -- StagingReply as JSON, once DONE.
  result jsonb,
  created_at timestamptz not null default now()
);
create index staging_tasks_open on staging_tasks (created_at) where state <> 'DONE';
create index staging_tasks_done on staging_tasks (created_at) where state = 'DONE';

create table deployments (
  guid text primary key,
  app_guid text not null references apps on delete cascade,
  state text not null,
  status_value text not null,
  status_reason text not null,
  strategy text not null default 'rolling',
  max_in_flight int not null default 1,
  droplet_guid text,
  previous_droplet_guid text,
  new_process_guid text,
  original_instances int not null default 1,
  error text,
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  last_status_change timestamptz not null default now(),
  last_healthy_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index deployments_of_app on deployments (app_guid, created_at);
create unique index deployments_one_active on deployments (app_guid) where status_value = 'ACTIVE';

create table tasks (
  guid text primary key,
  app_guid text not null references apps on delete cascade,
  sequence_id int not null,
  name text not null,
  command_secret bytea not null,
  state text not null default 'PENDING',
  memory_mb int not null,
  disk_mb int not null,
  log_rate_bytes_per_second bigint not null,
  failure_reason text,
  droplet_guid text not null,
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (app_guid, sequence_id)
);
create index tasks_open on tasks (created_at) where state in ('PENDING', 'RUNNING', 'CANCELING');

-- Placements: one row per index of a process, with a port of its own for as long as it lives
-- (design.md, section 2). Whoever changes host has moved the instance.
create table placements (
  id text primary key,
  process_guid text not null references processes on delete cascade,
  instance_index int not null,
  host text not null,
  address text not null,
  port int not null,
  version text not null,
  droplet_guid text not null,
  memory_mb int not null,
  disk_mb int not null,
  wanted text not null default 'RUNNING' check (wanted in ('RUNNING', 'STOPPED')),
  generation bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (host, port)
);
create unique index placements_once on placements (process_guid, instance_index);

-- Who called for what, in the controller's API --------------------------------------------------------
create table jobs (
  guid text primary key,
  operation text not null,
  state text not null default 'PROCESSING',
  resource_type text,
  resource_guid text,
  user_guid text not null,
  -- What is to be done, as JSON, sealed: a manifest may hold secrets.
  work_secret bytea not null,
  attempts int not null default 0,
  claimed_by text,
  claimed_until timestamptz,
  errors jsonb not null default '[]',
  warnings jsonb not null default '[]',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index jobs_open on jobs (created_at) where state = 'PROCESSING';

create table audit_events (
  guid text primary key,
  type text not null,
  actor_guid text not null,
  actor_type text not null,
  actor_name text not null,
  target_guid text not null,
  target_type text not null,
  target_name text not null,
  data jsonb not null default '{}',
  space_guid text,
  organization_guid text,
  created_at timestamptz not null default now()
);
create index audit_events_of_target on audit_events (target_guid, created_at);
create index audit_events_age on audit_events (created_at);
create index audit_events_of_space on audit_events (space_guid, created_at);
create index audit_events_of_organization on audit_events (organization_guid, created_at);

create table environment_groups (
  name text primary key check (name in ('running', 'staging')),
  var_secret bytea,
  updated_at timestamptz not null default now()
);
insert into environment_groups (name) values ('running'), ('staging');

create table feature_flags (
  name text primary key,
  enabled boolean not null,
  custom_error_message text,
  updated_at timestamptz not null default now()
);

-- Known files: a push need not send again what its org has sent before (resource matching).
create table resources (
  organization_guid text not null references organizations on delete cascade,
  sha1 text not null,
  size_bytes bigint not null,
  last_used_at timestamptz not null default now(),
  primary key (organization_guid, sha1)
);
create index resources_age on resources (last_used_at);

-- Who leads, of several processes of one kind. The advisory lock decides; the term grows with each new
-- leader, so that an old one that has not yet noticed is refused (LeaderLock).
create table leader_terms (
  name text primary key,
  term bigint not null,
  holder text not null,
  since timestamptz not null
);
