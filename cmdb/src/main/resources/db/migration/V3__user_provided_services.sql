-- Services that users run themselves, and the routes whose requests pass by them. Only adds to V2: a
-- controller of the version before works on this schema.

create table service_instances (
  guid text primary key,
  name text not null,
  space_guid text not null references spaces on delete cascade,
  -- A JSON object, sealed.
  credentials_secret bytea,
  syslog_drain_url text,
  route_service_url text,
  tags jsonb not null default '[]',
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index service_instances_name on service_instances (space_guid, name);

create table service_route_bindings (
  guid text primary key,
  instance_guid text not null references service_instances on delete cascade,
  route_guid text not null references routes on delete cascade,
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
-- Requests pass by one service at most.
create unique index service_route_bindings_of_route on service_route_bindings (route_guid);
create index service_route_bindings_of_instance on service_route_bindings (instance_guid);
