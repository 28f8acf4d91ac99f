package bellows.cloudcontroller.users;

import java.util.List;
import java.util.Optional;

/** What UAA knows about users and clients: who has which id. */
public interface UserDirectory {
  /**
   * @param guid UAA's id
   * @param origin the identity provider, {@code uaa} for UAA's own users
   */
  record Entry(String guid, String username, String origin) {}

  Optional<Entry> find(String guid);

  /** The users of this name, one for each origin. */
  List<Entry> named(String username);
}
