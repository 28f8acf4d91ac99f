-- TCP routes: instead of host and path they have a port of the routers, below a domain that belongs
-- to a router group. Only adds, so that a controller of the version before works on this schema.
alter table domains add column router_group_guid text;

alter table routes add column port int check (port between 1 and 65535);
drop index routes_once;
create unique index routes_once on routes (domain_guid, lower(host), lower(path), coalesce(port, 0));
-- There is one router group, so a port leads to one route whatever its domain.
create unique index routes_port_once on routes (port) where port is not null;
