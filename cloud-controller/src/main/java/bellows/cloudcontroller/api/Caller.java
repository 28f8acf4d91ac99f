package bellows.cloudcontroller.api;

import java.util.Set;

/**
 * Whom a token speaks for.
 *
 * @param guid UAA's user id, or the client id when a client calls for itself
 * @param name what people see: the user name or the client id
 * @param email "" for a client
 */
public record Caller(String guid, String name, String email, Set<String> scopes) {
  private static final String ADMIN = "cloud_controller.admin";
  private static final String ADMIN_READ_ONLY = "cloud_controller.admin_read_only";
  private static final String GLOBAL_AUDITOR = "cloud_controller.global_auditor";

  public Caller {
    scopes = Set.copyOf(scopes);
  }

  /** How the history names whoever changed something: {@code user:NAME}. */
  public String actor() {
    return "user:" + name;
  }

  /** May do everything everywhere. */
  public boolean isAdmin() {
    return scopes.contains(ADMIN);
  }

  /** Sees all resources of all orgs. */
  public boolean readsEverything() {
    return isAdmin() || scopes.contains(ADMIN_READ_ONLY) || scopes.contains(GLOBAL_AUDITOR);
  }

  /** Sees the environment and credentials of all orgs too. */
  public boolean readsAllSecrets() {
    return isAdmin() || scopes.contains(ADMIN_READ_ONLY);
  }

  /** The token allows to read at all; roles decide what. */
  public boolean mayRead() {
    return readsEverything() || scopes.contains("cloud_controller.read");
  }

  /** The token allows to change things at all; roles decide which. */
  public boolean mayWrite() {
    return isAdmin() || scopes.contains("cloud_controller.write");
  }
}
