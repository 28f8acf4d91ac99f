package bellows.cloudcontroller.spaces;

import org.jdbi.v3.core.Handle;

/** Something that lives in spaces and must be ended, not only forgotten, before its space goes. */
@FunctionalInterface
public interface SpaceContents {
  /** Removes all of it inside the transaction that deletes the space. */
  void delete(Handle db, String spaceGuid);
}
