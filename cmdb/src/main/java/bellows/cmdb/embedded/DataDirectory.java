package bellows.cmdb.embedded;

import bellows.base.files.AtomicFiles;
import bellows.base.files.Trees;
import bellows.base.ids.Ids;
import bellows.base.process.Subprocess;
import bellows.base.process.SubprocessException;
import bellows.cmdb.embedded.PostgresException.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What lies in the server's directory: {@code data/} (the server's own), {@code password}, {@code
 * port}, {@code server.log}. Everything is made once, and whole or not at all.
 */
final class DataDirectory {
  /** Role and database have one name; there is nothing else in this server. */
  static final String NAME = "bellows";

  private static final Duration INIT_DEADLINE = Duration.ofMinutes(2);

  private final Path root;

  DataDirectory(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  Path data() {
    return root.resolve("data");
  }

  Path serverLog() {
    return root.resolve("server.log");
  }

  Path lockFile() {
    return root.resolve("lock");
  }

  /** Makes the directory itself; its parents and contents stay closed to the server's user. */
  void create() throws IOException {
    Files.createDirectories(root);
    if (!Files.isWritable(root)) {
      throw new PostgresException(Failure.PERMISSIONS, "we may not write in " + root, null);
    }
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
  }

  /** Makes {@code data/} with the role and the empty database, unless it is there. */
  void initialise(Distribution distribution, ServerUser user, boolean durable) throws IOException {
    user.requireWayTo(root);
    if (Files.exists(data())) {
      requireVersion(distribution.major());
      return;
    }
    Path fresh = root.resolve("data.new");
    Trees.delete(fresh);
    Files.createDirectory(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    user.own(fresh);
    Path passwordForInit = root.resolve("password.new");
    try {
      AtomicFiles.write(
          passwordForInit, password().getBytes(StandardCharsets.US_ASCII), AtomicFiles.OWNER_ONLY);
      user.own(passwordForInit);
      run(user, initdb(distribution, fresh, passwordForInit), "");
      run(
          user,
          List.of(
              distribution.program("postgres").toString(),
              "--single",
              "-D",
              fresh.toString(),
              "-F",
              "postgres"),
          "create database " + NAME + "\n");
      if (durable) {
        // All at once, where initdb and the server would sync a thousand files one by one.
        run(user, List.of("sync", "--file-system", fresh.toString()), "");
      }
      Files.move(fresh, data());
    } catch (SubprocessException e) {
      throw new PostgresException(
          Failure.INIT_FAILED, "cannot make the database in " + root + ": " + e.getMessage(), e);
    } finally {
      Files.deleteIfExists(passwordForInit);
      Trees.delete(fresh);
    }
  }

  /** The role's password; made at first use, readable by us only. */
  String password() throws IOException {
    Path file = root.resolve("password");
    if (Files.notExists(file)) {
      AtomicFiles.write(
          file, Ids.secret(24).getBytes(StandardCharsets.US_ASCII), AtomicFiles.OWNER_ONLY);
    }
    return Files.readString(file).strip();
  }

  /** The port of last time when it is free, else another one, which is kept from now on. */
  int freePort() throws IOException {
    Path file = root.resolve("port");
    int last = Files.exists(file) ? Integer.parseInt(Files.readString(file).strip()) : 0;
    int port = last != 0 && isFree(last) ? last : anyFreePort();
    if (port != last) {
      AtomicFiles.write(
          file, Integer.toString(port).getBytes(StandardCharsets.US_ASCII), AtomicFiles.PUBLIC);
    }
    return port;
  }

  /** The end of what the server wrote, for an error message. */
  String lastWords() {
    try {
      List<String> lines = Files.readAllLines(serverLog(), StandardCharsets.ISO_8859_1);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 8), lines.size()));
    } catch (IOException e) {
      return "(no " + serverLog() + ")";
    }
  }

  private void requireVersion(int major) throws IOException {
    String found = Files.readString(data().resolve("PG_VERSION")).strip();
    if (!found.equals(Integer.toString(major))) {
      throw new PostgresException(
          Failure.OTHER_VERSION,
          "the data in %s is PostgreSQL %s's, and ours is %d: dump it with the old version first"
              .formatted(data(), found, major),
          null);
    }
  }

  private static List<String> initdb(Distribution distribution, Path data, Path password) {
    List<String> command =
        new ArrayList<>(
            List.of(
                distribution.program("initdb").toString(),
                "--pgdata=" + data,
                "--username=" + NAME,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--no-sync"));
    // Sorting by code point and case mapping for all of Unicode, whatever locales the machine has.
    command.addAll(
        distribution.major() >= 17
            ? List.of("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
            : List.of("--locale=C.UTF-8"));
    return command;
  }

  private static void run(ServerUser user, List<String> program, String input) {
    Subprocess.run(INIT_DEADLINE, user.command(program), input, Map.of("LC_ALL", "C", "TZ", "UTC"))
        .orThrow(program.getFirst());
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static int anyFreePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
