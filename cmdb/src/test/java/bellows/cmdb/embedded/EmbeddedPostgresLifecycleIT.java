package bellows.cmdb.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.cmdb.Database;
import bellows.cmdb.embedded.PostgresException.Failure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresLifecycleIT {
  private static final Duration BUSY_MACHINE = Duration.ofSeconds(30);

  @TempDir static Path programs;
  @TempDir Path temporary;

  private final SystemScheduler scheduler = new SystemScheduler();
  private final List<EmbeddedPostgres> started = new ArrayList<>();
  private Path directory = Path.of("");

  @BeforeAll
  static void letTheServersUserPass() throws IOException {
    open(programs);
  }

  @BeforeEach
  void prepare() throws IOException {
    open(temporary);
    directory = temporary.resolve("postgres");
  }

  @AfterEach
  void close() {
    started.forEach(EmbeddedPostgres::close);
    scheduler.close();
  }

  private static void open(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
  }

  private EmbeddedPostgres server() {
    EmbeddedPostgres server =
        new EmbeddedPostgres(
            new EmbeddedPostgres.Config(directory, "bellows", 10, false),
            () -> Distribution.bundled(programs),
            scheduler);
    started.add(server);
    return server;
  }

  private EmbeddedPostgres start() {
    EmbeddedPostgres server = server();
    server.start();
    return server;
  }

  private static int notes(EmbeddedPostgres server) {
    try (Database database = new Database(server.database())) {
      database.start();
      return database.inTransaction(db -> {
        db.execute("create table if not exists notes (id serial)");
        db.execute("insert into notes default values");
        return db.createQuery("select count(*) from notes").mapTo(Integer.class).one();
      });
    }
  }

  private static boolean alive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  private static void kill(long pid) {
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    Eventually.until("process " + pid + " is gone", () -> !alive(pid));
  }

  @Test
  void setsUpOnceAndKeepsItsData() {
    EmbeddedPostgres server = start();
    assertThat(notes(server)).isEqualTo(1);
    long pid = server.pid().orElseThrow();
    server.start();
    assertThat(server.pid()).hasValue(pid);
    server.close();
    server.close();
    assertThat(alive(pid)).isFalse();

    EmbeddedPostgres again = start();
    assertThat(notes(again)).isEqualTo(2);
    assertThat(again.database()).isEqualTo(server.database());
  }

  @Test
  void comesWithItsOwnPrograms() throws IOException {
    EmbeddedPostgres server =
        new EmbeddedPostgres(new EmbeddedPostgres.Config(directory), scheduler);
    started.add(server);
    server.start();

    try (var entries = Files.list(directory)) {
      assertThat(entries.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "data", "lock", "password", "port", "postgresql-18.6.0", "server.log");
    }
  }

  @Test
  void runsWithoutPrivilegesBehindAPassword() throws IOException {
    EmbeddedPostgres server = start();

    String status = Files.readString(Path.of("/proc/" + server.pid().orElseThrow() + "/status"));
    assertThat(status).doesNotContain("Uid:\t0").contains("CapEff:\t0000000000000000");
    assertThat(status).contains("Groups:\t \n");
    assertThat(mode("password")).isEqualTo("rw-------");
    assertThat(mode("data")).isEqualTo("rwx------");
    String command = Files.readString(Path.of("/proc/" + server.pid().orElseThrow() + "/cmdline"));
    assertThat(command).doesNotContain(server.database().password());
    assertThatThrownBy(
            () -> DriverManager.getConnection(server.database().jdbcUrl(), "bellows", "guess"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("password authentication failed");
  }

  private String mode(String file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(file)));
  }

  @Test
  void takesOverTheServerThatAKilledProcessHasLeft() throws IOException {
    Process holder = holder();
    long server = serverOf(holder);
    kill(holder.pid());
    assertThat(alive(server)).isTrue();

    EmbeddedPostgres adopted = start();
    assertThat(adopted.pid()).hasValue(server);
    assertThat(notes(adopted)).isEqualTo(1);

    kill(server);
    Eventually.until(
        "a new server is there",
        BUSY_MACHINE,
        () -> adopted.pid().isPresent() && adopted.pid().getAsLong() != server);
    assertThat(notes(adopted)).isEqualTo(2);
    long last = adopted.pid().orElseThrow();
    adopted.close();
    assertThat(alive(last)).isFalse();
  }

  @Test
  void startsAfterBothWereKilledAtOnce() throws IOException {
    Process holder = holder();
    long server = serverOf(holder);
    kill(holder.pid());
    kill(server);

    EmbeddedPostgres next = start();
    assertThat(next.pid()).isPresent();
    assertThat(notes(next)).isEqualTo(1);
  }

  @Test
  void isNotMisledByAPidFileWhosePidIsSomebodyElses() throws IOException {
    start().close();
    Path pidFile = Postmaster.pidFile(directory.resolve("data"));
    Files.writeString(
        pidFile,
        ProcessHandle.current().pid()
            + "\n"
            + directory.resolve("data")
            + "\n1\n5432\n\n127.0.0.1\n1 1\nready   \n");

    assertThat(notes(start())).isEqualTo(1);
    assertThat(ProcessHandle.current().isAlive()).isTrue();
  }

  @Test
  void startsTheServerAgainWhenItDies() {
    EmbeddedPostgres server = start();
    assertThat(notes(server)).isEqualTo(1);
    long first = server.pid().orElseThrow();

    kill(first);

    Eventually.until(
        "a new server is there",
        BUSY_MACHINE,
        () -> server.pid().isPresent() && server.pid().getAsLong() != first);
    assertThat(notes(server)).isEqualTo(2);
  }

  @Test
  void refusesADirectoryThatIsInUse() throws IOException {
    Process holder = holder();
    long server = serverOf(holder);
    try {
      assertThatThrownBy(this::start)
          .isInstanceOfSatisfying(
              PostgresException.class, e -> assertThat(e.failure()).isEqualTo(Failure.IN_USE))
          .hasMessageContaining(directory.toString());
      started.removeLast().close();
      assertThat(alive(server)).as("the other's server is left alone").isTrue();
    } finally {
      kill(holder.pid());
      start();
    }
  }

  @Test
  void namesTheDirectoryThatItsUserMayNotEnter() throws IOException {
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx------"));
    try {
      if ("root".equals(System.getProperty("user.name"))) {
        assertThatThrownBy(this::start)
            .isInstanceOfSatisfying(
                PostgresException.class,
                e -> assertThat(e.failure()).isEqualTo(Failure.PERMISSIONS))
            .hasMessageContaining("chmod o+x " + temporary.toRealPath());
        assertThat(directory.resolve("data")).doesNotExist();
      } else {
        start();
      }
    } finally {
      open(temporary);
    }
  }

  @Test
  void saysInPostgresOwnWordsWhyItDoesNotStart() throws IOException {
    start().close();
    Files.setPosixFilePermissions(
        directory.resolve("data"), PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(this::start)
        .isInstanceOfSatisfying(
            PostgresException.class, e -> assertThat(e.failure()).isEqualTo(Failure.START_FAILED))
        .hasMessageContaining("has invalid permissions");
  }

  @Test
  void refusesTheDataOfAnotherVersion() throws IOException {
    start().close();
    Files.writeString(directory.resolve("data").resolve("PG_VERSION"), "17\n");

    assertThatThrownBy(this::start)
        .isInstanceOfSatisfying(
            PostgresException.class, e -> assertThat(e.failure()).isEqualTo(Failure.OTHER_VERSION));
  }

  @Test
  void beginsAnewWhereASetUpWasInterrupted() throws IOException {
    Path half = Files.createDirectories(directory.resolve("data.new"));
    Files.writeString(half.resolve("PG_VERSION"), "18\n");

    assertThat(notes(start())).isEqualTo(1);
    assertThat(half).doesNotExist();
  }

  @Test
  void takesAnotherPortWhenItsOwnIsTaken() throws IOException {
    start().close();
    int port = Integer.parseInt(Files.readString(directory.resolve("port")).strip());

    try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      EmbeddedPostgres server = start();
      assertThat(server.database().jdbcUrl()).doesNotContain(":" + other.getLocalPort() + "/");
      assertThat(notes(server)).isEqualTo(1);
    }
  }

  private Process holder() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            PostgresHolder.class.getName(),
            directory.toString(),
            programs.toString())
        .redirectErrorStream(true)
        .start();
  }

  private static long serverOf(Process holder) throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder seen = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith("server ")) {
        return Long.parseLong(line.substring("server ".length()));
      }
      seen.append(line).append('\n');
    }
    throw new AssertionError("no server: " + seen);
  }
}
