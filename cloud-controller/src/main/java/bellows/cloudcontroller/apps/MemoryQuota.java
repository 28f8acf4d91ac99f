package bellows.cloudcontroller.apps;

import bellows.http.CfError;
import org.jdbi.v3.core.Handle;

/** Holds started apps to the memory and the number of instances that their org may use. */
public final class MemoryQuota {
  private MemoryQuota() {}

  /**
   * To be called after the change, in its transaction: undone with it when it is too much.
   *
   * @throws CfError 422
   */
  public static void check(Handle db, String organization) {
    // Two changes at once would each see the other's memory as free.
    db.createQuery("select guid from organizations where guid = :org for no key update")
        .bind("org", organization)
        .mapTo(String.class)
        .findOne();
    record Use(long memoryMb, long instances, long memoryLimitMb, long instanceLimit) {}
    Use use =
        db.createQuery(
                """
                select coalesce(sum(p.memory_mb::bigint * p.instances), 0) as memory,
                       coalesce(sum(p.instances), 0) as instances,
                       coalesce(q.total_memory_mb, -1) as memory_limit,
                       coalesce(q.total_instances, -1) as instance_limit
                from organizations o
                  join organization_quotas q on q.guid = o.quota_guid
                  left join spaces s on s.organization_guid = o.guid
                  left join apps a on a.space_guid = s.guid and a.desired_state = 'STARTED'
                  left join processes p on p.app_guid = a.guid
                where o.guid = :org
                group by q.total_memory_mb, q.total_instances\
                """)
            .bind("org", organization)
            .map((row, _) ->
                new Use(
                    row.getLong("memory"),
                    row.getLong("instances"),
                    row.getLong("memory_limit"),
                    row.getLong("instance_limit")))
            .one();
    if (use.memoryLimitMb() >= 0 && use.memoryMb() > use.memoryLimitMb()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "memory quota_exceeded: the organization's started apps would use %d MB of its %d MB",
          use.memoryMb(), use.memoryLimitMb());
    }
    if (use.instanceLimit() >= 0 && use.instances() > use.instanceLimit()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "instances quota_exceeded: the organization would have %d instances of its %d",
          use.instances(), use.instanceLimit());
    }
  }
}
