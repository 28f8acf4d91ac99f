package bellows.cloudcontroller.organizations;

import org.jdbi.v3.core.Handle;

/** Something that belongs to orgs and must be ended before its org goes. */
@FunctionalInterface
public interface OrganizationContents {
  /** Removes all of it inside the transaction that deletes the org. */
  void delete(Handle db, String organizationGuid);
}
