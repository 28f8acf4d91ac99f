package bellows.cloudcontroller.testing;

import bellows.cloudcontroller.users.UserDirectory;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** UAA's users, as the test says. */
public final class FakeDirectory implements UserDirectory {
  private final List<Entry> entries = new CopyOnWriteArrayList<>();

  public void add(String guid, String username, String origin) {
    entries.add(new Entry(guid, username, origin));
  }

  @Override
  public Optional<Entry> find(String guid) {
    return entries.stream().filter(entry -> entry.guid().equals(guid)).findFirst();
  }

  @Override
  public List<Entry> named(String username) {
    return entries.stream().filter(entry -> entry.username().equals(username)).toList();
  }
}
