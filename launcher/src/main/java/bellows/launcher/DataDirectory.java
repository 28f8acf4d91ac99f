package bellows.launcher;

import bellows.base.files.AtomicFiles;
import bellows.base.ids.Ids;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one directory that holds all state of this machine, and the lock that one platform has on it.
 */
final class DataDirectory implements AutoCloseable {
  private static final int KEY_BYTES = 32;

  private final Path root;
  private @Nullable FileChannel channel;

  DataDirectory(Path root) {
    this.root = root;
  }

  /**
   * Makes the directory when needed and takes it for this process.
   *
   * @return false when another platform runs on it; nothing is changed then
   */
  boolean acquire() {
    return acquire(false);
  }

  /**
   * As {@link #acquire}, for one of several processes that can work on it at the same time.
   *
   * @return false when another platform or host runs on it
   */
  boolean share() {
    return acquire(true);
  }

  private boolean acquire(boolean shared) {
    try {
      Files.createDirectories(root);
      // PostgreSQL runs as a user of its own and must be able to pass through.
      Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
      // Nobody else on this machine may read what people pushed, or what was asked for.
      for (String name : List.of("blobs", "uploads", "keys", "log")) {
        Path own = Files.createDirectories(root.resolve(name));
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx------"));
      }
      Path tls = Files.createDirectories(root.resolve("tls"));
      Files.setPosixFilePermissions(tls, PosixFilePermissions.fromString("rwx--x--x"));
      Files.setPosixFilePermissions(
          Files.createDirectories(certificates()), PosixFilePermissions.fromString("rwx------"));
      if (Files.exists(settings())) {
        Files.setPosixFilePermissions(settings(), AtomicFiles.OWNER_ONLY);
      }
      FileChannel opened =
          FileChannel.open(
              root.resolve("lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock lock = opened.tryLock(0, Long.MAX_VALUE, shared);
      if (lock == null) {
        opened.close();
        return false;
      }
      channel = opened;
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use the data directory " + root, e);
    }
  }

  /** What an operator has set; readable by the owner only, as passwords may be in it. */
  Path settings() {
    return root.resolve("bellows.properties");
  }

  Path postgres() {
    return root.resolve("postgres");
  }

  Path blobs() {
    return root.resolve("blobs");
  }

  Path dea() {
    return root.resolve("dea");
  }

  Path containers() {
    return root.resolve("containers");
  }

  Path secretKey() {
    return root.resolve("keys/secret-box");
  }

  /** The key that addresses of blobs are signed with. */
  byte[] urlKey() {
    return key("signed-urls");
  }

  /** What the controller looks users up at UAA with. */
  String lookupSecret() {
    return HexFormat.of().formatHex(key("user-lookup"));
  }

  /** What the router signs with, unless it shares another secret with routers elsewhere. */
  String routeServiceSecret() {
    return HexFormat.of().formatHex(key("route-services"));
  }

  /** Random bytes that stay the same; made on first use. */
  private byte[] key(String name) {
    Path file = root.resolve("keys").resolve(name);
    try {
      if (!Files.exists(file)) {
        AtomicFiles.write(file, Ids.randomBytes(KEY_BYTES), AtomicFiles.OWNER_ONLY);
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /** The certificate that clients may trust for this platform; anyone may read it. */
  Path authority() {
    return root.resolve("tls/ca.pem");
  }

  Path authorityKey() {
    return root.resolve("keys/ca.key");
  }

  /** Whose certificates clients may show; an operator puts it there. */
  Path clientAuthorities() {
    return root.resolve("tls/client-ca.pem");
  }

  /** Who may vouch for apps that speak TLS, beside the machine's authorities. */
  Optional<Path> backendAuthorities() {
    return Optional.of(root.resolve("tls/backend-ca.pem")).filter(Files::exists);
  }

  /** What the router shows to clients, with its keys; an operator puts certificates there, too. */
  Path certificates() {
    return root.resolve("tls/certificates");
  }

  /** Package zips while they are taken in. */
  Path uploads() {
    return root.resolve("uploads");
  }

  Path accessLog() {
    return root.resolve("log/access.log");
  }

  /** Address, user and password for clients on this machine; readable by the owner only. */
  Path admin() {
    return root.resolve("admin.json");
  }

  /** Where the router that runs here waits for the one that takes its place. */
  Path handOver() {
    return root.resolve("router.sock");
  }

  /** Process id of the platform that runs here. */
  Path pid() {
    return root.resolve("bellows.pid");
  }

  /** There while the platform serves: where it is, as JSON. */
  Path ready() {
    return root.resolve("ready");
  }

  /** What a running platform said about itself. */
  Optional<String> readyText() {
    try {
      return Files.exists(ready()) ? Optional.of(Files.readString(ready())) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    FileChannel held = channel;
    channel = null;
    if (held != null) {
      try {
        held.close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot release " + root, e);
      }
    }
  }
}
