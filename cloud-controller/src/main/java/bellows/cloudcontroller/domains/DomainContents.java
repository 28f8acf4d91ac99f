package bellows.cloudcontroller.domains;

import org.jdbi.v3.core.Handle;

/** What lies under domains and must be ended before its domain goes. */
@FunctionalInterface
public interface DomainContents {
  /** Removes all of it inside the transaction that deletes the domain. */
  void deleteUnder(Handle db, String domainGuid);
}
