package bellows.router.routes;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What serves one host: a single pool, or several by path. */
abstract sealed class HostRoutes implements Probing.Hashed permits Pool, PathPools {
  private final int hash;

  /** The host, for a pool with the path behind it: a million of them are kept, so no strings. */
  private final byte[] key;

  HostRoutes(int hash, byte[] key) {
    this.hash = hash;
    this.key = key;
  }

  /** Of the host. */
  @Override
  public final int hash() {
    return hash;
  }

  final byte[] key() {
    return key;
  }

  final String text() {
    return new String(key, StandardCharsets.ISO_8859_1);
  }

  /** Whether this is {@code *} and what follows from {@code dot} on. */
  final boolean servesWildcard(String host, int dot) {
    if (key.length != host.length() - dot + 1 || key[0] != '*') {
      return false;
    }
    for (int i = 1; i < key.length; i++) {
      if (key[i] != host.charAt(dot + i - 1)) {
        return false;
      }
    }
    return true;
  }

  /** The pool for a path; see {@link RouteTable#find}. */
  abstract @Nullable Pool find(RouteTable.PathSource path);

  /** The pool of exactly this path, empty for the host's own. */
  abstract @Nullable Pool exactly(String path);

  abstract void forEach(Consumer<Pool> visitor);

  /** With one more pool, of a path that has none yet. */
  abstract HostRoutes with(Pool pool);

  /** Null when nothing is left. */
  abstract @Nullable HostRoutes without(Pool pool);
}
