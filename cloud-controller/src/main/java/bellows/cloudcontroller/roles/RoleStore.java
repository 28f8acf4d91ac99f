package bellows.cloudcontroller.roles;

import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.ResourceTable;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.api.Where;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The SQL of roles. */
final class RoleStore {
  private static final ResourceTable<Role> ROLES = ResourceTable.of("roles", "r", RoleStore::role);

  Page<Role> list(Handle db, Caller caller, ListQuery query) {
    Where where =
        Where.of(query, "r")
            .in("r.type", query.values("types"))
            .in("r.user_guid", query.values("user_guids"))
            .in("r.organization_guid", query.values("organization_guids"))
            .in("r.space_guid", query.values("space_guids"));
    if (!caller.readsEverything()) {
      where
          .bind("caller", caller.guid())
          .and(
              Permissions.visibleOrganization("r.organization_guid")
                  + " or "
                  + Permissions.visibleSpace("r.space_guid"));
    }
    return ROLES.page(db, where);
  }

  Optional<Role> find(Handle db, String guid) {
    return ROLES.find(db, guid);
  }

  void insert(Handle db, Role role) {
    db.createUpdate(
            """
            insert into roles (guid, type, user_guid, organization_guid, space_guid)
            values (:guid, :type, :user, :organization, :space)\
            """)
        .bind("guid", role.guid())
        .bind("type", role.type().apiName())
        .bind("user", role.userGuid())
        .bind("organization", role.organizationGuid())
        .bind("space", role.spaceGuid())
        .execute();
  }

  void delete(Handle db, String guid) {
    ROLES.delete(db, guid);
  }

  /** Whether the user has any role in the org itself. */
  boolean inOrganization(Handle db, String userGuid, String organizationGuid) {
    return db.createQuery(
            """
            select exists (select 1 from roles
              where user_guid = :user and organization_guid = :organization)\
            """)
        .bind("user", userGuid)
        .bind("organization", organizationGuid)
        .mapTo(Boolean.class)
        .one();
  }

  /** Whether the user has a role in one of the org's spaces. */
  boolean inSpacesOf(Handle db, String userGuid, String organizationGuid) {
    return db.createQuery(
            """
            select exists (select 1 from roles r join spaces s on s.guid = r.space_guid
              where r.user_guid = :user and s.organization_guid = :organization)\
            """)
        .bind("user", userGuid)
        .bind("organization", organizationGuid)
        .mapTo(Boolean.class)
        .one();
  }

  private static Role role(ResultSet row, StatementContext context) throws SQLException {
    return new Role(
        row.getString("guid"),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"),
        RoleType.of(row.getString("type")),
        row.getString("user_guid"),
        row.getString("organization_guid"),
        row.getString("space_guid"));
  }
}
