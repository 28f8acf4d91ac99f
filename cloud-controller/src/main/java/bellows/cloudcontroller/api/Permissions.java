package bellows.cloudcontroller.api;

import bellows.http.CfError;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Which roles allow what (reference/api.md, 4.1 "visibility"): what a caller may not see is not
 * found, what it may see but not touch is not authorized.
 *
 * <p>The {@code visible...} methods give SQL conditions for lists; they use the parameter {@code
 * :caller}.
 */
public final class Permissions {
  private static final List<String> SPACE_READERS =
      List.of("space_developer", "space_manager", "space_auditor", "space_supporter");

  private static final String ROLE =
      """
      select exists (
        select 1 from roles r
        where r.user_guid = :caller and r.type = any(:types)
          and (r.space_guid = :space or r.organization_guid =
               (select organization_guid from spaces where guid = :space)))\
      """;

  private Permissions() {}

  public static boolean readsSpace(Handle db, Caller caller, String spaceGuid) {
    return caller.readsEverything()
        || hasRole(db, caller, spaceGuid, "organization_manager", SPACE_READERS);
  }

  /** Sees the environment and the credentials of the space's apps. */
  public static boolean readsSecrets(Handle db, Caller caller, String spaceGuid) {
    return caller.readsAllSecrets() || hasRole(db, caller, spaceGuid, "space_developer", List.of());
  }

  public static boolean readsOrganization(Handle db, Caller caller, String organizationGuid) {
    return caller.readsEverything()
        || exists(
            db,
            "select exists (select 1 from organizations o where o.guid = :guid and "
                + visibleOrganization("o.guid")
                + ")",
            caller,
            organizationGuid);
  }

  public static boolean managesOrganization(Handle db, Caller caller, String organizationGuid) {
    return caller.isAdmin()
        || exists(
            db,
            """
            select exists (select 1 from roles where user_guid = :caller
              and organization_guid = :guid and type = 'organization_manager')\
            """,
            caller,
            organizationGuid);
  }

  /** Holds that role in that space, or is an administrator. */
  public static boolean managesSpace(Handle db, Caller caller, String spaceGuid) {
    return caller.isAdmin()
        || hasRole(db, caller, spaceGuid, "organization_manager", List.of("space_manager"));
  }

  public static boolean developsSpace(Handle db, Caller caller, String spaceGuid) {
    return caller.isAdmin() || hasRole(db, caller, spaceGuid, "space_developer", List.of());
  }

  /** Developers, and supporters where these may help: start, stop, routes. */
  public static boolean supportsSpace(Handle db, Caller caller, String spaceGuid) {
    return caller.isAdmin()
        || hasRole(db, caller, spaceGuid, "space_developer", List.of("space_supporter"));
  }

  /**
   * @param kind for instance {@code App}, for the text {@code App not found}
   * @throws CfError 404 when the caller may not see what lies in this space
   */
  public static void requireReadableSpace(Handle db, Caller caller, String spaceGuid, String kind) {
    if (!readsSpace(db, caller, spaceGuid) || !isThere(db, "spaces", spaceGuid)) {
      throw notFound(kind);
    }
  }

  /** Who reads everything reads what is not there as well. */
  private static boolean isThere(Handle db, String table, String guid) {
    return db.createQuery("select exists (select 1 from <table> where guid = :guid)")
        .define("table", table)
        .bind("guid", guid)
        .mapTo(Boolean.class)
        .one();
  }

  /** As {@link #requireReadableSpace} for what belongs to an org. */
  public static void requireReadableOrganization(
      Handle db, Caller caller, String organizationGuid, String kind) {
    if (!readsOrganization(db, caller, organizationGuid)
        || !isThere(db, "organizations", organizationGuid)) {
      throw notFound(kind);
    }
  }

  /**
   * @throws CfError 404 when the caller may not see the space, 403 when it may not develop there or
   *     its org is suspended
   */
  public static void requireDeveloper(Handle db, Caller caller, String spaceGuid, String kind) {
    requireReadableSpace(db, caller, spaceGuid, kind);
    require(developsSpace(db, caller, spaceGuid));
    requireActiveSpace(db, caller, spaceGuid);
  }

  /** As {@link #requireDeveloper}, for space supporters too. */
  public static void requireSupporter(Handle db, Caller caller, String spaceGuid, String kind) {
    requireReadableSpace(db, caller, spaceGuid, kind);
    require(supportsSpace(db, caller, spaceGuid));
    requireActiveSpace(db, caller, spaceGuid);
  }

  /**
   * @throws CfError 404, 403 as {@link #requireDeveloper}
   */
  public static void requireSpaceManager(Handle db, Caller caller, String spaceGuid, String kind) {
    requireReadableSpace(db, caller, spaceGuid, kind);
    require(managesSpace(db, caller, spaceGuid));
    requireActiveSpace(db, caller, spaceGuid);
  }

  /**
   * @throws CfError 404, 403 as {@link #requireDeveloper}
   */
  public static void requireOrganizationManager(
      Handle db, Caller caller, String organizationGuid, String kind) {
    requireReadableOrganization(db, caller, organizationGuid, kind);
    require(managesOrganization(db, caller, organizationGuid));
    requireActiveOrganization(db, caller, organizationGuid);
  }

  /**
   * @throws CfError 403
   */
  public static void requireAdmin(Caller caller) {
    require(caller.isAdmin());
  }

  /**
   * @throws CfError 403 when {@code allowed} is false
   */
  public static void require(boolean allowed) {
    if (!allowed) {
      throw CfError.Kind.NOT_AUTHORIZED.because(
          "You are not authorized to perform the requested action");
    }
  }

  /** Nothing but an administrator changes anything in a suspended org. */
  public static void requireActiveOrganization(Handle db, Caller caller, String organizationGuid) {
    boolean suspended =
        !caller.isAdmin()
            && db.createQuery("select suspended from organizations where guid = :guid")
                .bind("guid", organizationGuid)
                .mapTo(Boolean.class)
                .findOne()
                .orElse(false);
    if (suspended) {
      throw CfError.Kind.ORG_SUSPENDED.because("The organization is suspended");
    }
  }

  private static void requireActiveSpace(Handle db, Caller caller, String spaceGuid) {
    db.createQuery("select organization_guid from spaces where guid = :guid")
        .bind("guid", spaceGuid)
        .mapTo(String.class)
        .findOne()
        .ifPresent(organization -> requireActiveOrganization(db, caller, organization));
  }

  /** True for rows whose space, named by {@code column}, the caller sees by role. */
  public static String visibleSpace(String column) {
    return """
    (exists (select 1 from roles vr where vr.user_guid = :caller and vr.space_guid = %1$s)
     or exists (select 1 from spaces vs join roles vr
       on vr.organization_guid = vs.organization_guid and vr.type = 'organization_manager'
       where vs.guid = %1$s and vr.user_guid = :caller))\
    """
        .formatted(column);
  }

  /** True for rows whose org, named by {@code column}, the caller sees by role. */
  public static String visibleOrganization(String column) {
    return """
    (exists (select 1 from roles vr
       where vr.user_guid = :caller and vr.organization_guid = %1$s)
     or exists (select 1 from roles vr join spaces vs on vs.guid = vr.space_guid
       where vr.user_guid = :caller and vs.organization_guid = %1$s))\
    """
        .formatted(column);
  }

  /** The error for what is not there, or not to be seen. */
  public static CfError notFound(String kind) {
    return CfError.Kind.RESOURCE_NOT_FOUND.because("%s not found", kind);
  }

  private static boolean hasRole(
      Handle db, Caller caller, String spaceGuid, String type, List<String> others) {
    String[] types = new String[others.size() + 1];
    types[0] = type;
    for (int i = 0; i < others.size(); i++) {
      types[i + 1] = others.get(i);
    }
    return db.createQuery(ROLE)
        .bind("caller", caller.guid())
        .bind("types", types)
        .bind("space", spaceGuid)
        .mapTo(Boolean.class)
        .one();
  }

  private static boolean exists(Handle db, String sql, Caller caller, String guid) {
    return db.createQuery(sql)
        .bind("caller", caller.guid())
        .bind("guid", guid)
        .mapTo(Boolean.class)
        .one();
  }
}
