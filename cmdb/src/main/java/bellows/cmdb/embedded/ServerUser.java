package bellows.cmdb.embedded;

import bellows.base.process.Subprocess;
import bellows.base.process.SubprocessException;
import bellows.cmdb.embedded.PostgresException.Failure;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Whom the server runs as. PostgreSQL refuses root, so root gives it a system user of its own;
 * anybody else runs it as themselves.
 */
final class ServerUser {
  private static final UserPrincipalLookupService ACCOUNTS =
      FileSystems.getDefault().getUserPrincipalLookupService();

  private final String name;
  private final boolean weAreRoot;

  ServerUser(String name) {
    this.name = name;
    this.weAreRoot = "root".equals(System.getProperty("user.name"));
  }

  /** Makes the account when it is missing. */
  void ensure() {
    if (weAreRoot && !exists()) {
      try {
        var made =
            Subprocess.run(
                Duration.ofSeconds(20),
                List.of(
                    "useradd",
                    "--system",
                    "--user-group",
                    "--no-create-home",
                    "--home-dir=/nonexistent",
                    "--shell=/usr/sbin/nologin",
                    name));
        // Another process of ours may have been faster.
        if (!exists()) {
          made.orThrow("useradd " + name);
          throw new SubprocessException("useradd " + name + " made no account");
        }
      } catch (SubprocessException e) {
        throw new PostgresException(
            Failure.NO_USER, "cannot make the system user " + name + ": " + e.getMessage(), e);
      }
    }
  }

  /**
   * The command as this user, in a session of its own: a Ctrl-C at our terminal is for us, and the
   * server is stopped by us in its turn.
   */
  List<String> command(List<String> program) {
    List<String> command = new ArrayList<>(List.of("setsid"));
    if (weAreRoot) {
      command.addAll(
          List.of(
              "setpriv",
              "--reuid=" + name,
              "--regid=" + name,
              "--clear-groups",
              "--no-new-privs",
              "--"));
    }
    command.addAll(program);
    return command;
  }

  void own(Path path) throws IOException {
    if (weAreRoot) {
      var view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
      view.setOwner(ACCOUNTS.lookupPrincipalByName(name));
      view.setGroup(ACCOUNTS.lookupPrincipalByGroupName(name));
    }
  }

  /**
   * @throws PostgresException naming the first directory on the way to {@code path} that this user
   *     may not enter
   */
  void requireWayTo(Path path) throws IOException {
    if (!weAreRoot) {
      return;
    }
    Path real = path.toRealPath();
    for (Path directory = real; directory != null; directory = directory.getParent()) {
      var attributes = Files.readAttributes(directory, PosixFileAttributes.class);
      boolean enters =
          attributes.permissions().contains(PosixFilePermission.OTHERS_EXECUTE)
              || (attributes.owner().getName().equals(name)
                  && attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE));
      if (!enters) {
        throw new PostgresException(
            Failure.PERMISSIONS,
            "the database's system user %s may not enter %s, so it cannot work in %s; choose another directory or: chmod o+x %s"
                .formatted(name, directory, path, directory),
            null);
      }
    }
  }

  private boolean exists() {
    try {
      ACCOUNTS.lookupPrincipalByName(name);
      return true;
    } catch (UserPrincipalNotFoundException e) {
      return false;
    } catch (IOException e) {
      throw new PostgresException(Failure.NO_USER, "cannot look up the user " + name, e);
    }
  }
}
