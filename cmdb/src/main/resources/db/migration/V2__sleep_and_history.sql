-- What was true when, and who changed it; and wakes by the clock. Only adds to V1: a controller of the
-- version before works on this schema.

-- The history -----------------------------------------------------------------------------------------
-- Triggers write it, so that a change by plain SQL is recorded like one by the API. All that one
-- transaction changes about one app is one numbered change set.
create table change_sets (
  number bigint generated always as identity primary key,
  -- No reference: the set is written while the app's row may be on its way out.
  app_guid text not null,
  transaction_id bigint not null,
  -- user:NAME, sql:DATABASE USER, or platform for what the controller does by itself.
  actor text not null,
  -- The set that this one took back, and the one that took back this one.
  undoes bigint,
  undone_by bigint,
  created_at timestamptz not null default now()
);
-- The time is part of it: a restored database counts its transactions anew.
create unique index change_sets_once on change_sets (app_guid, transaction_id, created_at);
create index change_sets_of_app on change_sets (app_guid, number);
create index change_sets_age on change_sets (created_at);

create table change_rows (
  position bigint generated always as identity primary key,
  change_number bigint not null references change_sets on delete cascade,
  kind text not null check (kind in ('app', 'process', 'placement')),
  -- The row's guid or id.
  key text not null,
  -- 1 for the first that is recorded of this row.
  version bigint not null,
  was jsonb,
  became jsonb
);
create index change_rows_of_set on change_rows (change_number, position);
create unique index change_rows_once on change_rows (kind, key, version);

-- Our own sessions have bellows.actor = platform and set it to the caller for a transaction; other
-- sessions do not know it.
create function change_actor() returns text language sql stable as $$
  select coalesce(nullif(current_setting('bellows.actor', true), ''), 'sql:' || session_user)
$$;

create function record_change(app text, of_kind text, of_key text, before jsonb, after jsonb)
returns void language plpgsql as $$
declare
  set_number bigint;
begin
  -- With an app goes its history.
  if not exists (select 1 from apps where guid = app) then
    return;
  end if;
  select number into set_number from change_sets
    where app_guid = app and transaction_id = txid_current() and created_at = now();
  if set_number is null then
    insert into change_sets (app_guid, transaction_id, actor)
      values (app, txid_current(), change_actor())
      returning number into set_number;
  end if;
  insert into change_rows (change_number, kind, key, version, was, became)
    select set_number, of_kind, of_key, coalesce(max(version), 0) + 1, before, after
    from change_rows where kind = of_kind and key = of_key;
  -- Told at the commit, once however often it is said: whoever listens looks at the tables again.
  perform pg_notify('bellows_desired', app);
end
$$;

create function app_facts(app apps) returns jsonb language sql immutable as $$
  select jsonb_build_object('name', app.name, 'desired_state', app.desired_state,
                            'droplet_guid', app.droplet_guid)
$$;

create function record_app() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform record_change(new.guid, 'app', new.guid, null, app_facts(new));
  elsif tg_op = 'DELETE' then
    delete from change_sets where app_guid = old.guid;
  elsif app_facts(old) is distinct from app_facts(new) then
    perform record_change(new.guid, 'app', new.guid, app_facts(old), app_facts(new));
  end if;
  return null;
end
$$;
create trigger apps_history after insert or update or delete on apps
  for each row execute function record_app();

-- Without the command: it may hold a secret.
create function process_facts(process processes) returns jsonb language sql immutable as $$
  select jsonb_build_object('type', process.type, 'instances', process.instances,
                            'memory_mb', process.memory_mb, 'disk_mb', process.disk_mb,
                            'droplet_guid', process.droplet_guid, 'version', process.version,
                            'deployment_guid', process.deployment_guid)
$$;

create function record_process() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform record_change(new.app_guid, 'process', new.guid, null, process_facts(new));
  elsif tg_op = 'DELETE' then
    perform record_change(old.app_guid, 'process', old.guid, process_facts(old), null);
  elsif process_facts(old) is distinct from process_facts(new) then
    perform record_change(new.app_guid, 'process', new.guid, process_facts(old), process_facts(new));
  end if;
  return null;
end
$$;
create trigger processes_history after insert or update or delete on processes
  for each row execute function record_process();

-- Placements: to edit a row is enough -------------------------------------------------------------------
-- A row that does not know its address yet has the empty one, and a negative port until it has one of
-- its own on its host; the controller fills in both.
create sequence placement_ports_wanted;

create function complete_placement() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    select coalesce(new.version, p.version), coalesce(new.droplet_guid, p.droplet_guid),
           coalesce(new.memory_mb, p.memory_mb), coalesce(new.disk_mb, p.disk_mb)
      into new.version, new.droplet_guid, new.memory_mb, new.disk_mb
      from processes p where p.guid = new.process_guid;
    new.id := coalesce(new.id, gen_random_uuid()::text);
    new.instance_index := coalesce(new.instance_index, (
      select min(free) from generate_series(
          0, (select count(*)::int from placements where process_guid = new.process_guid)) free
        where not exists (select 1 from placements
          where process_guid = new.process_guid and instance_index = free)));
    new.address := coalesce(new.address, '');
    new.port := coalesce(new.port, -nextval('placement_ports_wanted'));
    return new;
  end if;
  if new is distinct from old then
    new.generation := old.generation + 1;
    new.updated_at := now();
  end if;
  if new.host <> old.host then
    if new.address = old.address then
      new.address := '';
    end if;
    if new.port = old.port then
      -- The port that it had there the last time, as its instance may still be on its way out there;
      -- else the one that it has.
      new.port := coalesce(
        (select (became ->> 'port')::int from change_rows
          where kind = 'placement' and key = new.id and became ->> 'host' = new.host
            and (became ->> 'port')::int > 0
          order by version desc limit 1),
        old.port);
      if exists (select 1 from placements where host = new.host and port = new.port) then
        new.port := -nextval('placement_ports_wanted');
      end if;
    end if;
  end if;
  return new;
end
$$;
create trigger placements_completed before insert or update on placements
  for each row execute function complete_placement();

-- Whoever adds a placement scales out, whoever deletes one scales in. The controller itself adds and
-- deletes placements because of the process's number, never the other way round.
create function record_placement() returns trigger language plpgsql as $$
declare
  app text;
begin
  if tg_op = 'DELETE' then
    select app_guid into app from processes where guid = old.process_guid;
    if app is null then
      -- Its process goes with it: only the history still knows the app.
      select s.app_guid into app from change_rows r join change_sets s on s.number = r.change_number
        where r.kind = 'placement' and r.key = old.id order by r.version desc limit 1;
    end if;
    perform record_change(app, 'placement', old.id, to_jsonb(old), null);
    if change_actor() <> 'platform' then
      update processes set instances = instances - 1, updated_at = now()
        where guid = old.process_guid and instances > 0;
    end if;
    return null;
  end if;
  select app_guid into app from processes where guid = new.process_guid;
  if tg_op = 'INSERT' then
    perform record_change(app, 'placement', new.id, null, to_jsonb(new));
    if change_actor() <> 'platform' then
      update processes set instances = new.instance_index + 1, updated_at = now()
        where guid = new.process_guid and instances <= new.instance_index;
    end if;
  elsif new is distinct from old then
    perform record_change(app, 'placement', new.id, to_jsonb(old), to_jsonb(new));
  end if;
  return null;
end
$$;
create trigger placements_history after insert or update or delete on placements
  for each row execute function record_placement();

-- Sleep -----------------------------------------------------------------------------------------------
-- What an instance was told about its sleep may be wrong after these changes.
create function tell_sleep() returns trigger language plpgsql as $$
begin
  if tg_table_name = 'apps' then
    perform pg_notify('bellows_sleep', new.guid);
  elsif tg_op = 'DELETE' then
    perform pg_notify('bellows_sleep', old.app_guid);
  else
    perform pg_notify('bellows_sleep', new.app_guid);
  end if;
  return null;
end
$$;
create trigger apps_sleep after update on apps
  for each row when (old.labels <> new.labels or old.annotations <> new.annotations)
  execute function tell_sleep();
create trigger processes_sleep after update on processes
  for each row when (old.labels <> new.labels or old.annotations <> new.annotations
                     or old.health_check_type <> new.health_check_type)
  execute function tell_sleep();
create trigger route_destinations_sleep after insert or update or delete on route_destinations
  for each row execute function tell_sleep();

-- Wakes by the clock. Whoever moves next_at on has the wake to do, so each is done by one controller.
create table scheduled_wakes (
  guid text primary key,
  app_guid text not null references apps on delete cascade,
  -- Five fields, in UTC.
  cron text not null,
  -- What to ask the app for; null only wakes it.
  path text,
  next_at timestamptz not null,
  last_at timestamptz,
  last_result text,
  created_by text not null,
  created_at timestamptz not null default now()
);
create index scheduled_wakes_due on scheduled_wakes (next_at);
create index scheduled_wakes_of_app on scheduled_wakes (app_guid);

-- What is there already begins its history here.
select record_change(guid, 'app', guid, null, app_facts(a)) from apps a;
select record_change(app_guid, 'process', guid, null, process_facts(p)) from processes p;
select record_change(p.app_guid, 'placement', pl.id, null, to_jsonb(pl))
  from placements pl join processes p on p.guid = pl.process_guid;
update change_sets set actor = 'platform';
